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
    exact = {word: state for state, group in words.items() for word in group}
    # As it is written first: `n/a` and Excel's `#n/a` differ in nothing but their marks.
    return {plain(word): state for word, state in reversed(exact.items()) if plain(word)} | exact


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
    states = _states()
    return states.get(text.lower()) or states.get(plain(text), "answered")


def sentinels_of(cells: Sequence[str]) -> dict[str, AnswerState]:
    """The values of one column that stand for no answer: -99 among positive numbers, 99 among small codes.

    Looks at the column as a whole: 99 is a weight where other weights are, and missing where other answers are 0 to 3.
    Columns of codes 0 to 4 with a 7 or a 9 beyond a gap are read as surveys code them: 7 refused, 9 does not know.
    """
    numbers: dict[str, float] = {}
    count = 0
    for cell in cells:
        text = cell.strip()
        if not text:
            continue
        count += 1
        if text in numbers:
            continue
        try:
            numbers[text] = float(text.replace(",", "."))
        except ValueError:
            if state_of(text) == "answered":
                return {}
    known = knowledge("missing")["sentinels"]
    found: dict[str, AnswerState] = {}
    if all(number >= 0 or number in known["negative"] for number in numbers.values()):
        found = {text: "skipped" for text, number in numbers.items() if number in known["negative"]}
    rest = [number for text, number in numbers.items() if text not in found and number not in known["high"]]
    if rest and all(number == int(number) for number in rest):
        found |= _beyond(numbers, max(rest), known["high"])
        found |= _seven_and_nine(set(numbers.values()), numbers, count)
    return dict(sorted(found.items()))


def _beyond(numbers: dict[str, float], largest: float, high: Sequence[int]) -> dict[str, AnswerState]:
    """99 where all else is below 12, 999 where all else is below 120: refused, unknown or skipped."""
    found = {t: n for t, n in numbers.items() if n in high and largest < _MANY * 10 ** (len(str(int(n))) - 2)}
    sevens = any(set(str(int(n))) == {"7"} for n in found.values())
    states: dict[str, AnswerState] = {}
    for text, number in found.items():
        digits = set(str(int(number)))
        states[text] = "refused" if digits == {"7"} else "unknown" if sevens and digits == {"9"} else "skipped"
    return states


def _seven_and_nine(values: set[float], numbers: dict[str, float], count: int) -> dict[str, AnswerState]:
    low = {n for n in values if n < 7}
    gap = low and max(low) <= 4 and not values & {5.0, 6.0, 8.0} and max(values, default=0) <= 9
    if count < 50 or len(low) < 2 or not gap:
        return {}
    return {t: "refused" if n == 7 else "unknown" for t, n in numbers.items() if n in (7.0, 9.0)}
