"""A quantity that a text holds, and where it stands; the words that may stand around its number. `quantities` finds them; `agree` compares them."""

from typing import NamedTuple

from colloque.french.units import Kind

__all__ = ["PASSED", "RANKS", "Quantity"]


class Quantity(NamedTuple):
    """A quantity in a text, characters [start, end). `value` in `unit`; `high` ends a range; `per` is the unit of a rate."""

    kind: Kind
    value: float
    unit: str
    approx: bool
    start: int
    end: int
    text: str
    high: float | None = None
    per: str = ""


PASSED = frozenset(
    (
        "petit", "petits", "petite", "petites", "bon", "bons", "bonne", "bonnes", "gros", "grosse", "grosses", "grand", "grands", "grande",
        "grandes", "de", "d", "longs", "longues", "longue", "long", "pauvre", "pauvres", "premiers", "premieres", "premiere", "premier",
        "derniers", "dernieres", "seule", "seul", "autres",
    )
)  # fmt: skip
"""May stand between a number and its unit: « dix premières minutes », « deux bonnes heures »."""


RANKS = frozenset(("e", "er", "ere", "re", "eme", "nd", "nde", "ieme"))
"""What follows a number that is a rank."""
