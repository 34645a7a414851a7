"""Degrees: options of rating scales and the everyday words that mean the same (`data/scales.toml`).

Says which degree of which family stands where in a text. Whether it answers a question is for others.
"""

from functools import lru_cache
from typing import NamedTuple

from colloque.french.phrases import marks

__all__ = ["Level", "levels"]


class Level(NamedTuple):
    """A degree at tokens [first, end): its family (frequency, intensity, …) and its level, 0 the least."""

    family: str
    level: int
    first: int
    end: int


@lru_cache(maxsize=512)
def levels(text: str) -> tuple[Level, ...]:
    """The degrees of a text in order, the longest phrase at each place."""
    found = marks(text).get("scales", ())
    return tuple(Level(family, level, first, end) for first, end, (family, level) in found if family != "noise")
