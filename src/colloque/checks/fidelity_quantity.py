"""quantity_changed: a number, unit, duration, frequency, dose or date of the record is replaced by another in the talk.

An error needs both sides: the record's quantity is said nowhere it belongs, and where it belongs another quantity of
its kind stands that the record does not hold. A quantity merely left out is no change; numbers of pure colour meet no
missing quantity, so they raise nothing.
"""

from collections.abc import Iterator
from itertools import pairwise

from colloque.checks.case import Case, quote_of
from colloque.checks.facts import Exchange, Fact
from colloque.checks.fidelity_book import finding
from colloque.core import Finding
from colloque.french.agree import compare_quantities
from colloque.french.quantities import Quantity

__all__ = ["check_quantities"]


def _said_somewhere(case: Case, wanted: Quantity, places: list[Exchange]) -> bool:
    """The quantity is said where the fact is conveyed; elsewhere only in a form that nothing else accounts for."""
    for exchange in case.exchanges:
        same = [s for s in exchange.quantities if compare_quantities(wanted, s) == "same"]
        if exchange in places or not places:
            if same:
                return True
            continue
        telling = [s for s in same if (s.kind == wanted.kind and s.unit == wanted.unit) or s.value >= 20 or s.value % 1]
        if telling and not any(
            compare_quantities(q, wanted) == "same" for i in case.sharers(exchange) for q in case.facts[i].quantities
        ):
            return True
    return False


def _likeness(a: Quantity, b: Quantity) -> int:
    """How surely one quantity is the other: of one kind and unit, of one kind, or a bare number."""
    return 3 if a.kind == b.kind and a.unit == b.unit else 2 if a.kind == b.kind else 1


def _unclaimed(case: Case, exchange: Exchange) -> list[Quantity]:
    """Spoken quantities that no quantity of the facts conveyed here takes, each taking one, and none elsewhere explains."""
    wanted = [q for i in case.sharers(exchange) for q in case.facts[i].quantities]
    left = list(exchange.quantities)
    pairs = sorted(
        (
            (-_likeness(w, s), m, n)
            for m, w in enumerate(wanted)
            for n, s in enumerate(left)
            if compare_quantities(w, s) == "same"
        )
    )
    taken_wanted: set[int] = set()
    taken: set[int] = set()
    for _, m, n in pairs:
        if m not in taken_wanted and n not in taken:
            taken_wanted.add(m)
            taken.add(n)
    spans = [(left[n].start, left[n].end) for n in taken]
    return [
        s
        for n, s in enumerate(left)
        if n not in taken
        and not any(start <= s.start and s.end <= end for start, end in spans)
        and not any(
            _likeness(q, s) > 1 and compare_quantities(q, s) == "same"
            for q in case.record_quantities
            if q not in wanted
        )
    ]


def _rivals(case: Case, wanted: Quantity, exchange: Exchange) -> list[Quantity]:
    return [
        s
        for s in _unclaimed(case, exchange)
        if compare_quantities(wanted, s) == "different" and not _denied(exchange, s)
    ]


def _denied(exchange: Exchange, quantity: Quantity) -> bool:
    """« Pas toutes les nuits », « pas deux »: said only to be denied."""
    before = exchange.said.text[: quantity.start].lower().split()[-2:]
    return any(word.strip(",.;") in ("pas", "non", "ni", "sans") for word in before)


def _changed(case: Case, fact: Fact, wanted: Quantity, places: list[Exchange]) -> Finding | None:
    if _said_somewhere(case, wanted, places):
        return None
    for exchange in places:
        rivals = _rivals(case, wanted, exchange)
        if not rivals and wanted.kind == "number" and wanted.value > 1:
            rivals = _counted_nouns(fact, exchange)
        if rivals:
            return _report(exchange, fact, wanted, rivals[0])
    return None


def _report(exchange: Exchange, fact: Fact, wanted: Quantity, rival: Quantity) -> Finding:
    quote = quote_of(exchange.said, rival.start, rival.end)
    parts = {"said": rival.text, "wanted": wanted.text}
    return finding("quantity_changed", exchange.turn, fact.answer.id, quote, None, **parts)


def _counted_nouns(fact: Fact, exchange: Exchange) -> list[Quantity]:
    """« Une otite » where the record counts otites: an article that counts."""
    words = exchange.said.words
    return [
        Quantity("number", 1.0, "", False, a.start, b.end, exchange.said.text[a.start : b.end])
        for a, b in pairwise(words)
        if a.word in ("un", "une") and b.key in fact.question.keys
    ]


def _hidden(case: Case, i: int, fact: Fact) -> Finding | None:
    """A fact conveyed nowhere, and an exchange left over that gives another quantity of just its kind."""
    if not case.lost(i):
        return None
    for exchange in [*case.free, *(e for e in case.exchanges if e not in case.free)]:
        least = 2 if exchange in case.free else 3
        for wanted in fact.quantities:
            rivals = [s for s in _rivals(case, wanted, exchange) if _likeness(wanted, s) >= least]
            if rivals:
                return _report(exchange, fact, wanted, rivals[0])
    return None


def check_quantities(case: Case) -> Iterator[Finding]:
    """Findings of quantity_changed, at most one a fact."""
    for i, fact in enumerate(case.facts):
        places = case.places(i)
        for wanted in fact.quantities:
            found = _changed(case, fact, wanted, places)
            if found is not None:
                break
        else:
            found = _hidden(case, i, fact)
        if found is not None:
            yield found
