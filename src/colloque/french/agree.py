"""Whether two quantities can both be true: 15 jours and deux semaines, 23 h and onze heures, trois and 3 fois par semaine.

Three outcomes: `same`, `different`, or `apart` where they do not measure the same thing. Knows no context.
"""

from typing import Literal

from colloque.french.quantities import Quantity
from colloque.french.units import unit_factor

__all__ = ["Agreement", "compare_quantities"]

Agreement = Literal["same", "different", "apart"]

_EVENTS = frozenset(("", "fois", "crise", "reveil", "hypo", "chute", "prise", "dose", "soir", "nuit", "jour", "matin"))
_PILLS = frozenset(("comprime", "medicament", "dose", "sachet"))
_ALIKE = (_EVENTS, _PILLS)
_DAYS = frozenset(("jour", "soir", "matin", "nuit"))
_WEIGHTS = frozenset(("mg", "g", "µg"))
_EXACT, _ABOUT = 0.03, 0.17
_FORTNIGHT = 0.1
"""Tolerances: spoken French rounds 14 days to « quinze jours » (7 %), six weeks to a month and a half (9 %)."""


def _span(q: Quantity, factor: float = 1.0) -> tuple[float, float]:
    return q.value * factor, (q.high if q.high is not None else q.value) * factor


def _overlap(a: tuple[float, float], b: tuple[float, float], tolerance: float) -> bool:
    low, high = max(a[0], b[0]), min(a[1], b[1])
    if a[0] < a[1] and b[0] < b[1]:
        return high - low >= 0.5 * min(a[1] - a[0], b[1] - b[0])
    return low <= high * (1 + tolerance) + 1e-9


def _verdict(same: bool) -> Agreement:
    return "same" if same else "different"


def _hours(a: Quantity, b: Quantity) -> Agreement:
    """Hours of the clock, where « onze heures » is 11 or 23; beside a length of time or a bare number, as they stand."""
    clocks = a.kind == b.kind or min(a.value, b.value) <= 12 < max(a.value, b.value) <= 24
    return _verdict(
        any(abs(x - y) < 0.01 or (clocks and abs(abs(x - y) - 12) < 0.01) for x in _span(a) for y in _span(b))
    )


def _rate(q: Quantity) -> tuple[float, float]:
    days = 1.0 if q.per in _DAYS else unit_factor(q.per)
    return _span(q, 1.0 / days)


def _units_meet(a: str, b: str) -> bool:
    return a == b or not a or not b or any(a in alike and b in alike for alike in _ALIKE)


def _frequencies(a: Quantity, b: Quantity, tolerance: float) -> Agreement:
    if not _units_meet(a.unit, b.unit):
        return "apart"
    if not a.per or not b.per or a.per == b.per or (a.per in _DAYS and b.per in _DAYS):
        return _verdict(_overlap(_span(a), _span(b), tolerance))
    return _verdict(_overlap(_rate(a), _rate(b), _FORTNIGHT))


def compare_quantities(a: Quantity, b: Quantity) -> Agreement:
    """`same` within what spoken French rounds; `different`; `apart` when the two measure different things."""
    tolerance = _ABOUT if a.approx or b.approx else _EXACT
    if a.kind == "date" or b.kind == "date":
        return _verdict(_overlap(_span(a), _span(b), 0.0)) if a.kind == b.kind and a.unit == b.unit else "apart"
    bare_a, bare_b = a.kind == "number" and not a.unit, b.kind == "number" and not b.unit
    if bare_a or bare_b:
        return _bare(a, b)
    if "clock" in (a.kind, b.kind):
        other = b if a.kind == "clock" else a
        if other.kind == "clock" or (other.kind == "duration" and other.unit == "heure"):
            return _hours(a, b)
        return "apart"
    return _same_kind(a, b, tolerance)


def _bare(a: Quantity, b: Quantity) -> Agreement:
    """One side is a number without a unit: the numbers themselves decide."""
    if a.kind == "clock" or b.kind == "clock":
        return _hours(a, b)
    return _verdict(_overlap(_span(a), _span(b), 0.0))


_COUNTS = ({"frequency", "number"}, {"frequency", "dose"}, {"number", "dose"})


_FINE = {"temperature": 0.003, "percent": 0.01, "weight": 0.012, "length": 0.01}
"""Measures read off an instrument: 39,4 is no 38,4, and seventy-two kilos are not seventy-four."""


def _same_kind(a: Quantity, b: Quantity, tolerance: float) -> Agreement:
    if a.kind == b.kind and a.kind in _FINE and tolerance == _EXACT:
        tolerance = _FINE[a.kind]
    if a.kind == "frequency" and b.kind == "frequency":
        return _frequencies(a, b, tolerance)
    if {a.kind, b.kind} in _COUNTS:
        return _verdict(_overlap(_span(a), _span(b), tolerance)) if _units_meet(a.unit, b.unit) else "apart"
    if {a.kind, b.kind} == {"frequency", "duration"}:
        lasting, often = (a, b) if a.kind == "duration" else (b, a)
        nights = lasting.unit in _DAYS and often.unit in _EVENTS and often.per not in _DAYS
        return _verdict(_overlap(_span(a), _span(b), tolerance)) if a.unit == b.unit or nights else "apart"
    if a.kind != b.kind:
        return "apart"
    if a.kind == "duration":
        if {a.unit, b.unit} & {"heure", "minute"} and {a.unit, b.unit} - {"heure", "minute", "secondes"}:
            tolerance = _EXACT
        loose = max(tolerance, _FORTNIGHT) if a.unit != b.unit or {"jour", "semaine"} & {a.unit, b.unit} else tolerance
        return _verdict(_overlap(_span(a, unit_factor(a.unit)), _span(b, unit_factor(b.unit)), loose))
    if a.kind == "dose" and a.unit in _WEIGHTS and b.unit in _WEIGHTS:
        return _verdict(_overlap(_span(a, unit_factor(a.unit)), _span(b, unit_factor(b.unit)), _EXACT))
    if a.kind in ("dose", "number") and not _units_meet(a.unit, b.unit):
        return "apart"
    return _verdict(_overlap(_span(a), _span(b), tolerance if a.kind != "scale" else 0.0))
