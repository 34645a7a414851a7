"""Fidelity: does the talk convey the record, no less, no more, nothing else? Both directions, fact by fact, without a model.

Pure: a record and a talk in, findings out. Knows nothing of how the clinician behaves.
"""

from colloque.checks.case import case_of
from colloque.checks.fidelity_invented import check_invented
from colloque.checks.fidelity_omitted import check_omitted
from colloque.checks.fidelity_person import check_persons
from colloque.checks.fidelity_polarity import check_polarity
from colloque.checks.fidelity_quantity import check_quantities
from colloque.core import Dialogue, Finding, Questionnaire

__all__ = ["check_fidelity"]


def check_fidelity(questionnaire: Questionnaire, dialogue: Dialogue) -> list[Finding]:
    """Findings of the six fidelity codes, by turn. Works without `states`."""
    case = case_of(questionnaire, dialogue)
    found = [
        *check_omitted(case), *check_polarity(case), *check_quantities(case), *check_invented(case), *check_persons(case),
    ]  # fmt: skip
    changed = {f.answer for f in found if f.code in ("quantity_changed", "attribution_changed")}
    found = [f for f in found if f.code != "answer_omitted" or f.answer not in changed]
    return sorted(found, key=lambda f: (f.turn if f.turn is not None else -1, f.code, f.answer or ""))
