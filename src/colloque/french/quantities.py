"""Quantities in French text: durations, frequencies, doses, counts, clock times, scales, dates, weights, temperatures.

Digits or words, « et demi », « une quinzaine », « un jour sur deux », « 16/9 », « deux heures du matin ». Says what is
written; whether two quantities agree is `agree.compare_quantities`, and what a bare number means is for whoever knows the question.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from colloque.french.numbers import Number, number_at, number_words
from colloque.french.phrases import marks
from colloque.french.quantity import PASSED, RANKS, Quantity
from colloque.french.tokens import Token, tokens, words_of
from colloque.french.units import Kind, Unit, calendar, ordinals, units

__all__ = ["Quantity", "quantities"]


_CLOCK_BEFORE = frozenset(("a", "vers", "jusqu", "des", "avant", "apres", "d", "les", "pile", "entre"))


_FIGURE = re.compile("[0-9]")
_DIGITS = re.compile(r"[0-9]+(?:[.,][0-9]+)?$")


@lru_cache(maxsize=1)
def _starts() -> frozenset[str]:
    """Every word, digits apart, that a quantity can begin with."""
    more = ("midi", "minuit", "tous", "toutes", "chaque", "moitie")
    return frozenset((*more, *calendar(), *ordinals(), *number_words()))


class _Reader:
    """One pass over the tokens of a text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: Sequence[Token] = tokens(text)
        self.words = words_of(text)
        self.out: list[Quantity] = []

    def word(self, i: int) -> str:
        return self.words[i] if 0 <= i < len(self.words) else ""

    def add(
        self,
        kind: Kind,
        value: float,
        unit: str,
        first: int,
        end: int,
        *,
        approx: bool = False,
        high: float | None = None,
        per: str = "",
    ) -> int:
        approx = approx or self._about(first, end)
        start, stop = self.found[first].start, self.found[end - 1].end
        self.out.append(Quantity(kind, value, unit, approx, start, stop, self.text[start:stop], high, per))
        return end

    def _about(self, first: int, end: int) -> bool:
        after = end + (self.word(end) == ",")
        found = marks(self.text)
        return any(stop == first for _, stop, _ in found.get("approx_before", ())) or any(
            start == after for start, _, _ in found.get("approx_after", ())
        )

    def run(self) -> list[Quantity]:
        i, words, starts = 0, self.words, _starts()
        while i < len(words):
            word = words[i]
            i = self._at(i) if word in starts or word[0] in "0123456789" else i + 1
        return self.out

    def _at(self, i: int) -> int:
        word = self.words[i]
        if word in ("midi", "minuit") and self.word(i - 1) != "apres":
            return self.add("clock", 12.0 if word == "midi" else 0.0, "heure", i, i + 1)
        if word in calendar():
            return self._date(i)
        if word in ordinals():
            return self.add("number", ordinals()[word], "rang", i, i + 1)
        if word in ("tous", "toutes", "chaque"):
            return self._every(i)
        if word == "moitie":
            return self.add("percent", 50.0, "%", i, i + 1)
        if word not in number_words() and word[0] not in "0123456789":
            return i + 1
        number = number_at(self.found, i)
        return i + 1 if number is None else self._number(i, number)

    def _date(self, i: int) -> int:
        unit, rank = calendar()[self.words[i]]
        if self.words[i] == "ete" and self.word(i - 1) not in ("l", "cet", "en", "d", "dernier"):
            return i + 1
        return self.add("date", rank, unit, i, i + 1)

    def _every(self, i: int) -> int:
        """« tous les jours », « toutes les deux heures », « chaque soir »."""
        k = i + 1 if self.words[i] == "chaque" else i + 2
        if k > i + 1 and self.word(i + 1) not in ("les", "le"):
            return i + 1
        if k >= len(self.words):
            return i + 1
        number = number_at(self.found, k)
        value, end = (number.value, number.end) if number else (1.0, k)
        unit = units().get(self.word(end))
        if unit is None or unit.kind != "duration" or value == 0:
            return i + 1
        return self.add("frequency", 1.0 / value, "fois", i, end + 1, per=unit.name)

    def _number(self, i: int, number: Number) -> int:
        end = number.end
        after = self.word(end)
        if not number.worded and after in RANKS and self.found[end].start == self.found[end - 1].end:
            return self.add("number", number.value, "rang", i, end + 1)
        if (done := self._clock(i, number)) or (done := self._scale(i, number)) or (done := self._fraction(i, number)):
            return done
        if after in calendar() and calendar()[after][0] == "mois" and 1 <= number.value <= 31:
            return self.add("date", number.value, "quantieme", i, end)
        if (
            not number.worded
            and 1900 <= number.value <= 2100
            and number.value == int(number.value)
            and self.word(end) not in units()
        ):
            return self.add("date", number.value, "an", i, end)
        if after in ("quart", "quarts") and self.word(end + 1) == "d" and self.word(end + 2) == "heure":
            return self.add("duration", number.value / 4, "heure", i, end + 3, approx=number.approx)
        skip = 1 if after in PASSED else 0
        if number.value == 1 and self.word(end + skip) == "demi" and (half := number_at(self.found, end + skip)):
            return self._number(i, half._replace(approx=number.approx or bool(skip)))
        unit = units().get(self.word(end + skip))
        if unit is None:
            return self._bare(i, number)
        return self._with_unit(i, number, unit, end + skip + 1)

    def _with_unit(self, i: int, number: Number, unit: Unit, end: int) -> int:
        value, high, approx = number.value, number.high, number.approx
        if (
            self.word(end) == "et"
            and self.word(end + 1) in ("demi", "demie")
            and unit.kind in ("duration", "number", "weight", "dose")
        ):
            value, end = value + 0.5, end + 2
        elif tuple(self.words[end : end + 3]) == ("et", "d", "mi"):  # « deux ans et d'mi »
            value, end = value + 0.5, end + 3
        elif unit.name == "heure" and self.word(end) == "et" and self.word(end + 1) == "quart":
            value, end = value + 0.25, end + 2
        elif unit.name in ("m", "g", "€") and (more := self._hundredths(end)):
            value, end = value + more.value / 100, more.end
        elif unit.name == "kg" and _DIGITS.match(self.word(end)) and len(self.word(end)) <= 3:
            value, end = float(f"{int(value)}.{self.word(end)}"), end + 1
        elif (
            unit.name == "an"
            and self.word(end) == "et"
            and (more := number_at(self.found, end + 1))
            and self.word(more.end) == "mois"
        ):
            value, end = value + more.value / 12, more.end + 1
        per = self._per(end)
        if per:
            return self.add("frequency", value, unit.name, i, per[1], approx=approx, high=high, per=per[0])
        return self.add(unit.kind, value, unit.name, i, end, approx=approx, high=high)

    def _hundredths(self, end: int) -> Number | None:
        """« un mètre soixante-dix-huit », « un gramme quarante », « 1 m 78 »."""
        more = number_at(self.found, end) if end < len(self.words) else None
        return (
            more
            if more and 1 <= more.value < 100 and more.high is None and self.word(more.end) not in units()
            else None
        )

    def _per(self, end: int) -> tuple[str, int] | None:
        """« par jour », « /j », « dans la semaine », « le soir »: the unit of a rate and where it ends."""
        k = end
        if self.word(k) not in ("par", "chaque", "/", "dans", "sur", "le", "la", "au"):
            return None
        strong = self.word(k) in ("par", "chaque", "/")
        k += 1
        if self.word(k) in ("toute", "tout"):
            k += 1
        if self.word(k) in ("la", "le", "une", "un"):
            k += 1
        if self.word(k) == "s":  # « la s'maine »
            k += 1
        unit = units().get(self.word(k))
        if unit is None or unit.kind != "duration" or (unit.name in ("heure", "minute", "seconde") and not strong):
            return None
        return unit.name, k + 1

    def _bare(self, i: int, number: Number) -> int:
        one = number.worded and number.value == 1 and number.high is None
        if one and (more := self._hundredths(number.end)) and more.worded and more.value >= 10:
            # « un soixante » of a blood sugar, a height, a price
            return self.add("number", 1 + more.value / 100, "", i, more.end)
        if (
            number.worded
            and number.value == 1
            and number.high is None
            and self.word(number.end) not in ("", ".", ",", "?", "!", "par", "seul", "seule", "...")
        ):
            return number.end
        if number.worded and number.value >= 1950 and number.value <= 2100 and number.value == int(number.value):
            return self.add("date", number.value, "an", i, number.end)
        if self._short_year(i, number):
            return self.add("date", 2000 + number.value, "an", i, number.end)
        per = self._per(number.end)
        if per and self.word(number.end) in ("par", "/", "chaque"):
            return self.add(
                "frequency", number.value, "", i, per[1], approx=number.approx, high=number.high, per=per[0]
            )
        return self.add("number", number.value, "", i, number.end, approx=number.approx, high=number.high)

    def _short_year(self, i: int, number: Number) -> bool:
        """« janvier vingt », « en vingt et un »: a year of this century, in two figures, at the end of its clause."""
        before = self.word(i - 1)
        month = before in calendar() and calendar()[before][0] != "jour"
        ends = self.word(number.end) in ("", ".", ",", "?", "!", ";", ":", "...", "…", ")")
        return (
            ends and number.high is None and 10 <= number.value <= 30 and (month or (before == "en" and number.worded))
        )

    def _clock(self, i: int, number: Number) -> int:
        end = number.end
        if self.word(end) not in ("h", "heure", "heures") or not 0 <= number.value <= 24 or number.high is not None:
            return 0
        minutes, stop = 0.0, end + 1
        if self.word(stop) == "et" and self.word(stop + 1) in ("demi", "demie", "quart"):
            minutes, stop = (30.0 if self.word(stop + 1) != "quart" else 15.0), stop + 2
            half = True
        else:
            half = False
            more = number_at(self.found, stop) if stop < len(self.words) else None
            if more and more.value < 60 and more.value == int(more.value) and self.word(more.end) not in units():
                minutes, stop = more.value, more.end
        placed = (
            self.word(i - 1) in _CLOCK_BEFORE
            or self.word(stop) in ("du", "pile", "tapantes")
            or self.word(stop) == "heures"
        )
        if self.word(i - 1) == "de" and self.word(stop) == "a":
            placed = True
        if (
            self.word(i - 1) in ("et", "/", "ou", "voire")
            and self.out
            and self.out[-1].kind == "clock"
            and self.out[-1].end == self.found[i - 2].end
        ):
            placed = True
        if not placed and (half or not minutes):
            return 0
        return self.add("clock", number.value + minutes / 60, "heure", i, stop)

    def _scale(self, i: int, number: Number) -> int:
        end = number.end
        if self.word(end) == "/" and _DIGITS.match(self.word(end + 1)):
            top = float(self.word(end + 1).replace(",", "."))
            if top in (10.0, 5.0, 20.0, 100.0) and number.value <= top:
                return self.add("scale", number.value, f"/{int(top)}", i, end + 2, high=number.high)
            if (number.value, top) in ((1, 2), (1, 4), (3, 4), (1, 3), (2, 3)) and (
                unit := units().get(self.word(end + 2))
            ):
                return self.add(unit.kind, number.value / top, unit.name, i, end + 3)
            if 6 <= number.value <= 25 and 3 <= top <= 14:
                return self.add("pressure", number.value + top / 100, "tension", i, end + 2)
            return 0
        if (
            self.word(end) == "sur"
            and (top_number := number_at(self.found, end + 1) if end + 1 < len(self.words) else None)
            and top_number.value in (10.0, 5.0, 100.0, 20.0)
            and number.value <= top_number.value
        ):
            return self.add("scale", number.value, f"/{int(top_number.value)}", i, top_number.end, high=number.high)
        return 0

    def _fraction(self, i: int, number: Number) -> int:
        """« une nuit sur deux », « deux jours sur trois », « un sur deux »."""
        end = number.end
        unit = units().get(self.word(end))
        k = end + 1 if unit else end
        if self.word(k) != "sur" or k + 1 >= len(self.words):
            return 0
        base = number_at(self.found, k + 1)
        if base is None or not base.value or (unit is None and (number.value != 1 or base.value > 7)):
            return 0
        return self.add("frequency", number.value / base.value, "fois", i, base.end, per=unit.name if unit else "")


@lru_cache(maxsize=512)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Every quantity of the text, in order. Offsets count characters of `text` as given."""
    words = words_of(text)
    if _starts().isdisjoint(words) and not _FIGURE.search(text):
        return ()
    return tuple(_Reader(text).run())
