"""Spelling made comparable: quotes, spaces and dashes of one kind; accents and capitals folded away for comparing.

Knows characters only: no word, no grammar, no clinic.
"""

import re
import unicodedata
from functools import lru_cache

__all__ = ["fold", "fold_word", "normalise"]

_SAME = str.maketrans(
    {
        "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "′": "'",
        "“": '"', "”": '"', "„": '"',
        "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "\t": " ",
        "–": "-", "‑": "-", "‐": "-", "—": "-", "−": "-",
        "…": "...", "\u00ad": "", "\u200b": "", "\ufeff": "",
    }
)  # fmt: skip
_SPACES = re.compile(r" {2,}")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "Œ": "oe", "Æ": "ae"})

_ACCENTS = str.maketrans({**dict(zip("àâäéèêëîïôöùûüç", "aaaeeeeiioouuuc", strict=True)), "œ": "oe", "æ": "ae"})
"""What French writes, folded in one step; the rest by decomposition."""


def normalise(text: str) -> str:
    """One spelling of quotes, spaces, dashes and dots; NFC; outer and doubled spaces gone. Idempotent."""
    text = unicodedata.normalize("NFC", text).translate(_SAME)
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip()


def fold(text: str) -> str:
    """Lower case without accents, of a normalised text; the same length unless it holds a ligature (œ, æ)."""
    text = normalise(text).translate(_LIGATURES).lower()
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


@lru_cache(maxsize=1 << 16)
def fold_word(word: str) -> str:
    """`fold` of one word, remembered: the same few thousand words make nearly every dialogue."""
    if word.isascii():
        return word.lower()
    text = word.lower().translate(_ACCENTS)
    if text.isascii():
        return text
    text = word.translate(_LIGATURES).lower()
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
