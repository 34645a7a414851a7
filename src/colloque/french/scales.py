"""Degrees: options of rating scales and the everyday words that mean the same (`data/scales.toml`).

Says which degree of which family stands where in a text. Whether it answers a question is for others.
"""

from functools import lru_cache
from typing import NamedTuple

from colloque.french.phrases import Phrases
from colloque.french.tokens import load_data, tokens

__all__ = ["Level", "levels"]


class Level(NamedTuple):
    """A degree at tokens [first, end): its family (frequency, intensity, …) and its level, 0 the least."""

    family: str
    level: int
    first: int
    end: int


@lru_cache(maxsize=1)
def _table() -> Phrases:
    data = load_data("scales.toml")
    return Phrases(
        [
            (text, (family, int(level)))
            for family, table in data.items()
            if isinstance(table, dict)
            for level, texts in table.items()
            for text in texts
        ]
    )


@lru_cache(maxsize=8192)
def levels(text: str) -> tuple[Level, ...]:
    """The degrees of a text in order, the longest phrase at each place."""
    words = [t.word for t in tokens(text)]
    return tuple(Level(label[0], label[1], first, end) for first, end, label in _table().labels(words, apart=True))
