"""What every judge is to the rest of the project, and the law that holds for all: both orders, or a tie.

A judge compares two replies to one opening, in the order given. `both_orders` asks it twice and lets the order decide
nothing.
"""

from collections.abc import Sequence
from typing import Protocol

from colloque.core import Comparison, Verdict

__all__ = ["NO_VERDICT", "Judge", "agreed", "both_orders"]

NO_VERDICT = "no_verdict"
"""Criterion of a verdict that could not be had (a failed call): a tie by form only, left out and counted apart."""


class Judge(Protocol):
    """Anything that says which of two replies is better."""

    @property
    def name(self) -> str:
        """What this judge is called in verdicts, cards and reports."""
        ...

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """One verdict a comparison, in order, each judged as given (one order)."""
        ...


def both_orders(judge: Judge, comparisons: Sequence[Comparison]) -> list[Verdict]:
    """Judge each comparison as given and with the seats exchanged; where the order decides, it is a tie.

    The verdict kept is that of the given order, with the smaller of both margins.
    """
    given = judge.compare(comparisons)
    swapped = [verdict.swap() for verdict in judge.compare([comparison.swap() for comparison in comparisons])]
    if len(given) != len(comparisons) or len(swapped) != len(comparisons):
        raise ValueError(f"judge {judge.name} gave {len(given)} and {len(swapped)} verdicts for {len(comparisons)}")
    return [agreed(one, other) for one, other in zip(given, swapped, strict=True)]


def agreed(one: Verdict, other: Verdict) -> Verdict:
    """One verdict out of that of the given order and that of the exchanged one, told in the seats as given."""
    for verdict in (one, other):
        if verdict.criterion == NO_VERDICT:
            return verdict.model_copy(update={"choice": "tie", "margin": 0.0})
    if one.choice == other.choice:
        return one.model_copy(update={"margin": min(one.margin, other.margin)})
    reason = f"l'ordre décide ({one.choice} puis {other.choice}) : {one.reason}"
    return one.model_copy(update={"choice": "tie", "margin": 0.0, "reason": reason, "criterion": None})
