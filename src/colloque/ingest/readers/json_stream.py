"""One JSON document → its elements: the document itself, or those of its list or Bundle, read one by one when it is long.

Never holds more than one element of a long list. Knows nothing of what the elements mean.
"""

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from colloque.errors import InputError
from colloque.ingest.decode import encoding_of, sample_of
from colloque.ingest.raw import Fault

__all__ = ["WHOLE", "elements_of"]

WHOLE = 32_000_000
"""Bytes; a document up to here is read at once (about 350 MB as Python objects at worst)."""
_CHUNK = 1 << 20
_ELEMENT = 64_000_000
_ENTRIES = re.compile(r'"entry"\s*:\s*\[')


def elements_of(path: Path) -> Iterator[tuple[str, Any] | Fault]:
    """The objects of a JSON file with their places. Raises InputError when the document is broken from the start."""
    if path.stat().st_size > WHOLE:
        yield from _streamed(path)
        return
    raw = path.read_bytes()
    text = raw.decode(encoding_of(raw[:65536]), "replace").lstrip("\ufeff")
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise InputError("nested too deeply to be a questionnaire", hint="export it anew") from error
    except ValueError as error:
        yield from _salvaged(text, error)
        return
    if isinstance(document, list):
        yield from ((f"element {number}", element) for number, element in enumerate(document, start=1))
    else:
        yield "", document


def _salvaged(text: str, error: ValueError) -> Iterator[tuple[str, Any] | Fault]:
    """Of a broken document (a file cut short), the elements that are whole; the rest is a Fault."""
    start = _opening(text)
    place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
    if start is None:
        raise InputError(f"not JSON: {error}", place=place, hint="the file may be cut: export it anew") from error
    decoder = json.JSONDecoder()
    number = 0
    while (start := _next(text, start)) is not None:
        number += 1
        try:
            element, start = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            yield Fault(
                place or f"element {number}", "broken_row", f"not JSON from here on: {error}", "export the file anew", text[start : start + 500]
            )  # fmt: skip
            return
        yield f"element {number}", element


def _opening(text: str) -> int | None:
    """Where the elements of the document's list begin."""
    if text.lstrip()[:1] == "[":
        return text.index("[") + 1
    found = _ENTRIES.search(text)
    return found.end() if found else None


def _next(text: str, at: int) -> int | None:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return None if at >= len(text) or text[at] == "]" else at


def _streamed(path: Path) -> Iterator[tuple[str, Any] | Fault]:
    decoder = json.JSONDecoder()
    with path.open("rb") as file:
        decode = codecs.getincrementaldecoder(encoding_of(sample_of(path, 65536)))("replace").decode
        text = decode(file.read(_CHUNK)).lstrip("\ufeff")
        at = _opening(text)
        if at is None:
            raise InputError(
                f"one JSON value of more than {WHOLE // 1_000_000} MB",
                hint="export it as JSON lines, one record a line",
            )
        number, wanted = 0, _CHUNK
        while True:
            while at < len(text) and text[at] in " \t\r\n,":
                at += 1
            if at < len(text) and text[at] == "]":
                return
            try:
                element, at = decoder.raw_decode(text, at)
            except RecursionError:
                yield Fault(f"element {number + 1}", "broken_row", "nested too deeply", "export it anew")
                return
            except ValueError as error:
                more = decode(file.read(wanted))
                text, at = text[at:] + more, 0
                wanted = min(wanted * 2, 1 << 24)
                if not more or len(text) > _ELEMENT:
                    if text.strip():
                        yield Fault(
                            f"element {number + 1}", "broken_row", f"not JSON: {error}", "export it anew", text[:500]
                        )
                    return
                continue
            number += 1
            yield f"element {number}", element
            if at > _CHUNK:
                text, at, wanted = text[at:], 0, _CHUNK
