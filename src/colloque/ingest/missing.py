"""Answers that are none: refused, unknown, not applicable, skipped, and numbers that stand for them.

Missing is not one thing. The file's own words stay in the record beside the state; only what a patient said can
become dialogue. Words are data (`knowledge/missing.toml`).
"""

from collections.abc import Sequence
from functools import cache

from colloque.core import AnswerState
from colloque.ingest.words import knowledge, plain

__all__ = ["sentinels_of", "state_of"]

_MANY = 12
"""A column whose other values stay below this is a column of codes: there 97, 98, 99, 999 are none of them."""


@cache
def _states() -> dict[str, AnswerState]:
    words = knowledge("missing")["words"]
    return {plain(word) or word: state for state, group in words.items() for word in group}


@cache
def _marks() -> frozenset[str]:
    return frozenset(knowledge("missing")["marks"]["skipped"])


def state_of(answer: str) -> AnswerState:
    """The state of an answer by its words alone. `je ne sais pas` is what a patient says: answered; `NSP` is not."""
    text = answer.strip()
    if not text or text.lower() in _marks():
        return "skipped"
    if len(text) > 60:
        return "answered"
    word = plain(text)
    return _states().get(word, "answered") if word else "answered"


def sentinels_of(cells: Sequence[str]) -> dict[str, AnswerState]:
    """The values of one column that stand for no answer: -99 among positive numbers, 99 among small codes.

    Looks at the column as a whole: 99 is a weight where other weights are, and missing where other answers are 0 to 3.
    """
    numbers: dict[str, float] = {}
    for cell in cells:
        try:
            numbers[cell.strip()] = float(cell.strip().replace(",", "."))
        except ValueError:
            if plain(cell):
                return {}
    known = knowledge("missing")["sentinels"]
    negative = {text for text, number in numbers.items() if number in known["negative"]}
    others = [number for text, number in numbers.items() if text not in negative]
    if any(number < 0 for number in others):
        negative = set()
    high = {text for text, number in numbers.items() if number in known["high"]}
    rest = [number for text, number in numbers.items() if text not in high and text not in negative]
    if not rest or max(rest) >= _MANY or any(number != int(number) for number in rest):
        high = set()
    return dict.fromkeys(sorted(negative | high), "skipped")
