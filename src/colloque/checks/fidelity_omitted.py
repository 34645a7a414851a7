"""answer_omitted: an answer of the record is conveyed nowhere in the talk.

Absence is only sure where nothing is left over: an exchange that no answer accounts for may say it in words that no
lexicon knows, and then the finding is a warning.
"""

from collections.abc import Iterator

from colloque.checks.case import Case, finding
from colloque.checks.facts import Exchange, Fact
from colloque.core import Finding
from colloque.french.agree import compare_quantities

__all__ = ["check_omitted"]

_FLOOR = 0.4


def _free(case: Case) -> list[int]:
    """Exchanges that are no fact's first place."""
    used = {j for i in range(len(case.facts)) for j in case.alignment.places(i)[:1] if case.alignment.best(i) >= _FLOOR}
    return [j for j, e in enumerate(case.exchanges) if j not in used and _tells(e)]


def _tells(exchange: Exchange) -> bool:
    """The exchange can hold an answer: something was asked, or the patient says more than thanks."""
    return "?" in exchange.clinician or len(exchange.said.keys) >= 3


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
    free = [case.exchanges[j] for j in _free(case)]
    for i, fact in enumerate(case.facts):
        if case.alignment.best(i) >= _FLOOR:
            continue
        perhaps = any(_could_hold(fact, exchange) for exchange in free)
        yield finding(
            "answer_omitted", case.last_turn, fact.answer.id, "", f"« {fact.answer.question} » : « {fact.answer.answer} » n'est pas dit",
            f"faire dire « {fact.answer.answer} »", "warning" if perhaps else "error",
        )  # fmt: skip
