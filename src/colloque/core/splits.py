"""Splits: by respondent, decided once, at ingest. Nobody is ever in two, whatever is augmented later."""

from collections.abc import Mapping

from colloque.core.ids import uniform
from colloque.core.records import Split

__all__ = ["SHARES", "split_of"]

SHARES: Mapping[Split, float] = {"train": 0.7, "preference": 0.15, "validation": 0.05, "test": 0.1}
"""Default shares of respondents."""


def split_of(respondent: str, shares: Mapping[Split, float] = SHARES, seed: int = 0) -> Split:
    """The split of a respondent: a function of the key alone, so that a new file moves nobody."""
    draw = uniform(respondent, "split", seed) * sum(shares.values())
    for split, share in shares.items():
        if draw < share:
            return split
        draw -= share
    return "train"
