"""answer_omitted: an answer of the record is conveyed nowhere in the talk.

Absence is only sure where nothing is left over: an exchange that no answer accounts for may say it in words that no
lexicon knows, and then the finding is a warning.
"""

from collections.abc import Iterator

from colloque.checks.case import Case, finding
from colloque.checks.facts import Exchange
from colloque.core import Finding

__all__ = ["check_omitted"]

_FLOOR = 0.4


def _free(case: Case) -> list[int]:
    """Exchanges that no fact accounts for."""
    used = {j for i in range(len(case.facts)) for j in case.alignment.places(i)}
    return [j for j, e in enumerate(case.exchanges) if j not in used and _tells(e)]


def _tells(exchange: Exchange) -> bool:
    """The exchange can hold an answer: something was asked, or the patient says more than thanks."""
    return "?" in exchange.clinician.text or len(exchange.said.keys) >= 3


def check_omitted(case: Case) -> Iterator[Finding]:
    """Findings of answer_omitted."""
    free = _free(case)
    for i, fact in enumerate(case.facts):
        if case.alignment.best(i) >= _FLOOR:
            continue
        yield finding(
            "answer_omitted", case.last_turn, fact.answer.id, "", f"« {fact.answer.question} » : « {fact.answer.answer} » n'est pas dit",
            f"faire dire « {fact.answer.answer} »", "warning" if free else "error",
        )  # fmt: skip
