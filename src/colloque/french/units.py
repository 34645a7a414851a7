"""Units of measure, months and days, ordinals: the tables of `data/quantities.toml`. Reads no text."""

from functools import lru_cache
from typing import Literal, NamedTuple

from colloque.french.normalise import fold_word
from colloque.french.tokens import load_data

__all__ = ["Kind", "Unit", "calendar", "ordinals", "unit_factor", "unit_named", "units"]

Kind = Literal[
    "duration",
    "frequency",
    "dose",
    "number",
    "clock",
    "scale",
    "date",
    "temperature",
    "weight",
    "length",
    "percent",
    "money",
    "pressure",
]


class Unit(NamedTuple):
    """A unit of measure: its kind, its name, its size in the base of its kind."""

    kind: Kind
    name: str
    factor: float


@lru_cache(maxsize=1)
def units() -> dict[str, Unit]:
    """Folded form of a word → the unit it is."""
    table = {}
    for kind, units in load_data("quantities.toml")["units"].items():
        for name, (factor, forms) in units.items():
            for form in [name, *forms.split()]:
                table[fold_word(form)] = Unit(kind, fold_word(name), float(factor))
    return table


def unit_named(word: str) -> tuple[Kind, str] | None:
    """Kind and name of the unit that a folded word is, None if it is none."""
    found = units().get(word)
    return (found.kind, found.name) if found else None


def unit_factor(unit: str) -> float:
    """Size of a unit in the base of its kind (durations in days, doses in mg); 1 where unknown."""
    found = units().get(unit)
    return found.factor if found else 1.0


@lru_cache(maxsize=1)
def calendar() -> dict[str, tuple[str, float]]:
    """Names of months, weekdays and seasons, folded → what they count, and their rank from 1."""
    data = load_data("quantities.toml")["calendar"]
    table: dict[str, tuple[str, float]] = {}
    for unit, names in (("mois", data["months"]), ("jour", data["weekdays"]), ("saison", data["seasons"])):
        for rank, name in enumerate(names, 1):
            table[fold_word(name)] = (unit, float(rank))
    return table


@lru_cache(maxsize=1)
def ordinals() -> dict[str, float]:
    """Ordinal words, folded → rank."""
    return {fold_word(word): float(rank) for word, rank in load_data("quantities.toml")["ordinals"].items()}
