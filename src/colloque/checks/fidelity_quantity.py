"""quantity_changed: a number, unit, duration, frequency, dose or date of the record is replaced by another in the talk.

An error needs both sides: the record's quantity is said nowhere it belongs, and where it belongs another quantity of
its kind stands that the record does not hold. A quantity merely left out is no change; numbers of pure colour meet no
missing quantity, so they raise nothing.
"""

from collections.abc import Iterator

from colloque.checks.case import Case, finding, quote_of
from colloque.checks.facts import Exchange, Fact
from colloque.core import Finding
from colloque.french.agree import compare_quantities
from colloque.french.quantities import Quantity

__all__ = ["check_quantities"]


def _said_somewhere(case: Case, wanted: Quantity, places: list[Exchange]) -> bool:
    """The quantity is said where the fact is conveyed, or elsewhere in a form that no other fact accounts for."""
    for exchange in case.exchanges:
        if any(compare_quantities(wanted, s) == "same" for s in exchange.quantities):
            if exchange in places or not places:
                return True
            others = [
                q
                for i in case.sharers(exchange)
                for q in case.facts[i].quantities
                if compare_quantities(q, wanted) == "same"
            ]
            if not others:
                return True
    return False


def _rivals(case: Case, wanted: Quantity, exchange: Exchange) -> list[Quantity]:
    return [s for s in exchange.quantities if compare_quantities(wanted, s) == "different" and not case.explained(s)]


def _changed(case: Case, fact: Fact, wanted: Quantity, places: list[Exchange]) -> Finding | None:
    if _said_somewhere(case, wanted, places):
        return None
    for exchange in places:
        for rival in _rivals(case, wanted, exchange):
            return finding(
                "quantity_changed", exchange.turn, fact.answer.id, quote_of(exchange.said, rival.start, rival.end),
                f"« {rival.text} » est dit ; le questionnaire porte « {wanted.text} ».", f"dire « {wanted.text} »",
            )  # fmt: skip
    return None


def check_quantities(case: Case) -> Iterator[Finding]:
    """Findings of quantity_changed, at most one a fact."""
    for i, fact in enumerate(case.facts):
        places = case.places(i)
        for wanted in fact.quantities:
            found = _changed(case, fact, wanted, places)
            if found is not None:
                yield found
                break
