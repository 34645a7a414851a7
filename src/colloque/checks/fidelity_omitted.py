"""answer_omitted: an answer of the record is conveyed nowhere in the talk.

Absence is only sure where nothing is left over: an exchange that no answer accounts for may say it in words that no
lexicon knows, and then the finding is a warning.
"""

from collections.abc import Iterator

from colloque.checks.case import Case, texts_of
from colloque.checks.facts import Exchange, Fact
from colloque.checks.fidelity_book import finding
from colloque.core import Finding, Severity
from colloque.french.agree import compare_quantities

__all__ = ["check_omitted"]


def _could_hold(fact: Fact, exchange: Exchange) -> bool:
    """The exchange has what the answer needs: a quantity for a quantity, a person for a person, yes or no for a yes or no."""
    said = exchange.said
    if fact.quantities:
        return any(compare_quantities(q, s) != "apart" for q in fact.quantities for s in exchange.quantities)
    if fact.given.persons:
        return bool(said.persons or exchange.asked.persons)
    if fact.option is not None:
        return any(level.family == fact.option.family for level in said.levels)
    if fact.given.lead is not None and not fact.given.keys:
        return said.lead is not None
    return True


def check_omitted(case: Case) -> Iterator[Finding]:
    """Findings of answer_omitted."""
    for i, fact in enumerate(case.facts):
        if not case.lost(i):
            continue
        perhaps = any(_could_hold(fact, exchange) for exchange in case.free)
        severity: Severity = "warning" if perhaps else "error"
        yield finding("answer_omitted", case.last_turn, fact.answer.id, "", severity, **texts_of(fact))
