"""Capitals: a sentence set inside another begins small, unless it begins with a name or an acronym."""

import re
from functools import cache

from colloque.speech.bank import load

__all__ = ["lower", "upper"]


def upper(text: str) -> str:
    """The text with its first letter a capital."""
    return text[:1].upper() + text[1:]


_KEEP_CAPITAL = re.compile(r"^(?:[A-ZÀ-Ý]{2,}|(?:M|Mr|Mme|Mlle|Dr|Pr)\b|[A-ZÀ-Ý][a-zà-ÿ]*\d|I[A-Z])")


def lower(text: str) -> str:
    """The text with its first letter small, unless it begins with an acronym."""
    return text if _KEEP_CAPITAL.match(text) or _first_word(text) in _proper() else text[:1].lower() + text[1:]


def _first_word(text: str) -> str:
    match = re.match(r"[\wÀ-ÿ-]+", text)
    return match.group() if match else ""


@cache
def _proper() -> frozenset[str]:
    return frozenset(load("spelling")["acronyms"].split())
