"""French numbers, in digits and in words: « 2,5 », « quatre-vingt-dix-sept », « une quinzaine », « deux et demi », « 3-4 », « trois ou quatre ».

Reads tokens from a place on and says how far the number goes. Knows no unit.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from colloque.french.normalise import fold_word
from colloque.french.tokens import Token, load_data

__all__ = ["Number", "in_words", "number_at", "number_words"]


class Number(NamedTuple):
    """A number read at a place: value, upper end of a range or None, approximate or not, end position in tokens."""

    value: float
    high: float | None
    approx: bool
    end: int
    worded: bool


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, float], dict[str, float]]:
    data = load_data("quantities.toml")
    return (
        {fold_word(k): float(v) for k, v in data["numbers"].items()},
        {fold_word(k): float(v) for k, v in data["about"].items()},
    )


@lru_cache(maxsize=1)
def number_words() -> frozenset[str]:
    """Every word that a number in words can begin with."""
    numbers, about = _tables()
    return frozenset((*numbers, *about, "demi"))


def _words(found: Sequence[Token], i: int) -> tuple[float, int] | None:
    """A cardinal in words from `i` on: value and end."""
    table, _ = _tables()
    total, current, position, last = 0.0, 0.0, i, 0.0
    while position < len(found):
        word = found[position].word
        value = table.get(word)
        if value is None:
            joined = word == "et" and position > i and position + 1 < len(found)
            if joined and last >= 20 and table.get(found[position + 1].word) in (1.0, 11.0):
                position += 1
                continue
            break
        if position > i and not _may_follow(last, value):
            break
        if value == 1000:
            total, current = total + (current or 1) * 1000, 0.0
        elif value == 100:
            current = (current or 1) * 100
        elif value == 20 and last == 4:
            current += 76
        else:
            current += value
        last = value
        position += 1
    return (total + current, position) if position > i else None


def _may_follow(last: float, value: float) -> bool:
    if value == 1000:
        return True
    if value == 100:
        return 1 < last < 10 or last == 1000
    if last == 4 and value == 20:
        return True
    if last in (100.0, 1000.0):
        return True
    if last in (60.0, 20.0):
        return value < 20 and value != 0
    return (last >= 30 and 0 < value < 10) or (last == 10 and value in (7, 8, 9))


def _single(found: Sequence[Token], i: int) -> Number | None:
    word = found[i].word
    if word[0] in "0123456789":
        return _digits(found, i)
    if (
        word == "demi"
        and i + 1 < len(found)
        and found[i + 1].word in ("heure", "journee", "douzaine", "litre", "comprime", "bouteille", "nuit")
    ):
        if found[i + 1].word == "douzaine":
            return Number(6.0, None, True, i + 2, True)
        return Number(0.5, None, False, i + 1, True)
    about = _tables()[1].get(word)
    if about is not None:
        return Number(about, None, True, i + 1, True)
    read = _words(found, i)
    if read is None:
        return None
    value, end = read
    if value == 1 and end < len(found):
        if (about := _tables()[1].get(found[end].word)) is not None:
            return Number(about, None, True, end + 1, True)
        if found[end].word == "demi" and (half := _single(found, end)) is not None:
            return half
    return Number(value, None, False, end, True)


def _digits(found: Sequence[Token], i: int) -> Number | None:
    if (more := _thousands(found, i)) is not None:
        return more
    try:
        return Number(float(found[i].word.replace(",", ".")), None, False, i + 1, False)
    except ValueError:
        return None


def _thousands(found: Sequence[Token], i: int) -> Number | None:
    """« 12 000 », a space between the thousands; « 2 500 mg » may be two of 500."""
    if i + 1 >= len(found) or not found[i].word.isdigit() or len(found[i].word) > 3 or found[i].word[0] == "0":
        return None
    after = found[i + 1].word
    if len(after) != 3 or not after.isdigit() or found[i + 1].start - found[i].end != 1:
        return None
    if after != "000" and i + 2 < len(found) and found[i + 2].word in ("mg", "g", "ml", "ui"):
        return None
    return Number(float(found[i].word + after), None, False, i + 2, False)


def number_at(found: Sequence[Token], i: int) -> Number | None:
    """The number that begins at token `i`, ranges and halves included; None if there is none."""
    first = _single(found, i)
    if first is None:
        return None
    value, end, approx = first.value, first.end, first.approx
    if end + 1 < len(found) and found[end].word == "et" and found[end + 1].word in ("demi", "demie"):
        return Number(value + 0.5, None, approx, end + 2, first.worded)
    if end + 1 < len(found) and (found[end].word in ("a", "ou", ",") or _dashed(found, end)):
        skip = 0 if _dashed(found, end) else 1
        second = _single(found, end + skip)
        plausible = second is not None and value < second.value <= value * 2.5 + 2
        if (
            second is not None
            and plausible
            and (found[end].word != "," or (first.worded == second.worded and second.value - value <= 2))
        ):
            return Number(value, second.value, True, second.end, first.worded)
    return Number(value, None, approx, end, first.worded)


def _dashed(found: Sequence[Token], end: int) -> bool:
    """« 3-4 », « deux-trois »: the hyphen vanished with tokenising, the two numbers stand one character apart."""
    return found[end].start - found[end - 1].end == 1 and (
        found[end].word[0].isdigit() or found[end].word in _tables()[0]
    )


_SMALL = (
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize", "quatorze",
    "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
)  # fmt: skip
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}


def _under_hundred(n: int) -> str:
    if n < 20:
        return _SMALL[n]
    base = n // 10 * 10
    base = {70: 60, 90: 80}.get(base, base)
    rest = n - base
    if rest == 0:
        return _TENS[base] + ("s" if base == 80 else "")
    joint = " et " if rest in (1, 11) and base != 80 else "-"
    return f"{_TENS[base]}{joint}{_SMALL[rest]}"


def in_words(n: int) -> str:
    """A cardinal from 0 to 999,999 as French writes it: 71 → « soixante et onze », 80 → « quatre-vingts »."""
    if not 0 <= n < 1_000_000:
        raise ValueError(f"{n} is not between 0 and 999,999")
    if n < 100:
        return _under_hundred(n)
    if n < 1000:
        hundreds, rest = divmod(n, 100)
        head = "cent" if hundreds == 1 else f"{_SMALL[hundreds]} cent" + ("s" if not rest else "")
        return f"{head} {_under_hundred(rest)}" if rest else head
    thousands, rest = divmod(n, 1000)
    head = (
        "mille"
        if thousands == 1
        else f"{in_words(thousands).removesuffix('s') if thousands % 100 in (0, 80) else in_words(thousands)} mille"
    )
    return f"{head} {in_words(rest)}" if rest else head
