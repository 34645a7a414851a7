"""Plain forms of words, for recognising column names, labels and wordings: lower case, no accents, no punctuation.

Only for comparing; nothing that a patient said goes through here on its way to a record.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib import resources
from typing import Any

__all__ = ["knowledge", "language_of", "plain", "spaces", "tidy"]

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_INVISIBLE = {ord(c): None for c in "\u200b\u200c\u2060\ufeff\u00ad"}
_SPACES = {ord(c): " " for c in "\u00a0\u202f\u2007\u2009\u200a\u2002\u2003"}


def _fold(text: str) -> str:
    text = text.replace("œ", "oe").replace("Œ", "oe").replace("æ", "ae")
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def plain(text: str) -> str:
    """`Avez-vous perdu l’appétit ?` → `avez vous perdu l appetit`. Looks at the first 400 characters only."""
    return _plain(text[:400])


@lru_cache(maxsize=1 << 15)
def _plain(text: str) -> str:
    return _NOT_WORD.sub(" ", _fold(text)).strip()


def spaces(text: str) -> str:
    """No-break and thin spaces become spaces, invisible characters vanish; line ends stay."""
    return text.translate(_INVISIBLE).translate(_SPACES)


def tidy(text: str) -> str:
    """A cell or an answer as it is kept: composed accents, ordinary spaces, no blank ends, no NUL."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", spaces(text).replace("\x00", "").replace("\t", " "))
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


@cache
def knowledge(name: str) -> dict[str, Any]:
    """A data file of this package, `knowledge/<name>.toml`."""
    text = resources.files("colloque.ingest").joinpath("knowledge", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def language_of(texts: Iterable[str], default: str = "fr") -> str:
    """`fr` or `en`, by the small words of some texts; the default when they do not tell."""
    score = _french_score(tuple(texts))
    return default if score == 0 else "fr" if score > 0 else "en"


@lru_cache(maxsize=2048)
def _french_score(texts: tuple[str, ...]) -> int:
    """Small French words minus small English ones."""
    small = knowledge("language")
    french, english = frozenset(small["fr"]), frozenset(small["en"])
    words = [word for text in texts for word in plain(text).split()]
    return sum((word in french) - (word in english) for word in words)
