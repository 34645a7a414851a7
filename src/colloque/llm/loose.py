"""JSON as models really write it: in a fence, after a preamble, with a comma too many. Tolerant of form, never of content.

Nothing is guessed: a text that is cut, or holds no object, is not an object. Knows nothing of what the keys mean.
"""

import json
import re
from typing import Any

__all__ = ["find_object"]

_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_FENCE = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.DOTALL)
_COMMA = re.compile(r",(\s*[}\]])")


def find_object(text: str) -> dict[str, Any] | None:
    """The last whole JSON object of a reply, or null. Thoughts that some models print first are skipped.

    Tried in turn: the whole text, each fence from the last, from the first brace to the last one; each as it is, then
    without commas before a closing bracket, then with typographic quotes around keys and values made straight.
    """
    text = _THOUGHT.sub("", text).strip().removeprefix("\ufeff")
    candidates = [text, *reversed(_FENCE.findall(text))]
    first, last = text.find("{"), text.rfind("}")
    if 0 <= first < last:
        candidates.append(text[first : last + 1])
    for candidate in candidates:
        for mended in _mendings(candidate.strip()):
            try:
                value = json.loads(mended, strict=False)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, list) and len(value) == 1:
                value = value[0]
            if isinstance(value, dict):
                return value
    return None


_CURLY = re.compile(r"(?<=[{\[,:\s])[“”„]|[“”„](?=\s*[:,}\]])")


def _mendings(text: str) -> list[str]:
    if not text:
        return []
    straight = _COMMA.sub(r"\1", text)
    return [text, straight, _CURLY.sub('"', straight)]
