"""What kind of moment an opening is: what the patient just said, by what it asks of a clinician. Rules of French only."""

from collections.abc import Sequence

from colloque.core import Turn
from colloque.french import leading_polarity, questions_in, risk_of

__all__ = ["KINDS", "moment_of"]

KINDS = ("risk", "question", "unsure", "short", "long", "first", "last", "middle")
"""Rarest first: where an opening is several, the first that holds names it."""

_SHORT, _LONG = 4, 35
"""Words: an answer of four words or fewer gives little to take up; one of 35 or more, several things at once."""


def moment_of(turns: Sequence[Turn]) -> str:
    """The kind of moment at the end of these turns ("last" is known only to who cut the dialogue)."""
    said = turns[-1].text
    asked = turns[-2].text if len(turns) > 1 and turns[-2].role == "clinician" else None
    words = len(said.split())
    if risk_of(said, asked).grade in ("ambiguous", "affirmed", "acute"):
        return "risk"
    if questions_in(said):
        return "question"
    if leading_polarity(said) == "unsure":
        return "unsure"
    if words <= _SHORT:
        return "short"
    if words >= _LONG:
        return "long"
    return "first" if len(turns) <= 2 else "middle"
