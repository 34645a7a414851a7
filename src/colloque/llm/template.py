"""Prompts are files: filled in one pass, told apart by a hash; whatever people wrote goes in as data, never as text.

`as_data` writes JSON in which no character that a chat template, a tokenizer's control token, a fence or a template of
ours is made of stands in the clear inside a string: it reads the same to a model and to a JSON reader, and steers none.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from colloque.core import digest
from colloque.errors import RunError

__all__ = ["Template", "as_data", "as_line", "template"]

_FIELD = re.compile(r"\{\{([a-z_]+)\}\}")

# `<|im_start|>`, `</s>`, `<start_of_turn>`, `[INST]`, `[CLS]`, fences; then what hides or turns text: zero-width
# characters, bidirectional marks, line separators, the byte-order mark, Unicode tags.
_CLEAR = "<>[]`\u00ad\u200b\u200c\u200d\u2028\u2029\u2060\ufeff" + "".join(
    map(chr, [*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
)
_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in _CLEAR} | {
    0xE0000 + c: f"\\udb40\\u{0xDC00 + c:04x}" for c in range(0x80)
}


class Template:
    """A prompt with `{{fields}}`. `version` is a hash of its words: it goes into records of what was made with it."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.version = digest(text, size=4)
        self.fields = frozenset(_FIELD.findall(text))

    def fill(self, **values: str) -> str:
        """One pass over the template: what stands in a value is never looked at again, `{{answers}}` in an answer neither.

        Raises RunError when a field is left empty or a value has no field.
        """
        if self.fields != values.keys():
            odd = sorted(self.fields ^ values.keys())
            raise RunError(f"prompt {self.name}: fields do not fit: {', '.join(odd)}", hint="report this")
        return _FIELD.sub(lambda field: values[field[1]], self.text)


@cache
def template(package: str, name: str) -> Template:
    """A prompt file of a package: `template("colloque.write", "author.md")`."""
    text = (resources.files(package) / "prompts" / name).read_text(encoding="utf-8")
    return Template(f"{package.rpartition('.')[2]}/{name}", text.strip() + "\n")


def as_data(value: Any, indent: int = 0) -> str:
    """A value as JSON text for a prompt: strings, numbers, lists, mappings. Reads back with `json.loads`, equal."""
    if isinstance(value, Mapping):
        inside = [f"{as_line(str(key))}: {as_data(item, indent + 1)}" for key, item in value.items()]
        return _block("{", inside, "}", indent)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _block("[", [as_data(item, indent + 1) for item in value], "]", indent)
    return as_line(value) if isinstance(value, str) else json.dumps(value)


def as_line(text: str) -> str:
    """One string as a JSON string on one line, its marks escaped."""
    return json.dumps(text, ensure_ascii=False).translate(_ESCAPES)


def _block(begin: str, inside: list[str], end: str, indent: int) -> str:
    if not inside:
        return begin + end
    if indent:  # the outermost opens up for the reader; inside, a row is a line
        return begin + ", ".join(inside) + end
    space = "  " * (indent + 1)
    return f"{begin}\n{space}" + f",\n{space}".join(inside) + f"\n{'  ' * indent}{end}"
