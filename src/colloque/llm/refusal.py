"""A model that declines in prose where JSON was asked for: the same refusal as a server's content filter, told by its words.

Asked again it would decline again; so it is asked once, and its row goes where refused rows go. The words are data.
"""

import re
import tomllib
from functools import cache
from importlib import resources

__all__ = ["declined"]

_FIRST = 400
_LONGEST = 2500  # a longer text without an object is a bad reply, not a refusal


def declined(text: str) -> str:
    """The first words of a refusal, or nothing: a text with an object in it, or no such words at its beginning, is none."""
    if "{" in text or len(text) > _LONGEST:
        return ""
    start = " ".join(text[:_FIRST].replace("’", "'").split())
    return start[:200] if any(pattern.search(start) for pattern in _patterns()) else ""


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    text = (resources.files("colloque.llm") / "prompts" / "refusal.toml").read_text(encoding="utf-8")
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in tomllib.loads(text)["patterns"])
