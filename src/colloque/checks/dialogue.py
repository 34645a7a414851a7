"""All findings of one dialogue: fidelity to its questionnaire and the clinician's conduct. Adds nothing of its own."""

from colloque.checks.conduct import check_conduct
from colloque.checks.fidelity import check_fidelity
from colloque.core import Dialogue, Finding, Questionnaire

__all__ = ["check_dialogue"]


def check_dialogue(questionnaire: Questionnaire, dialogue: Dialogue) -> list[Finding]:
    """Findings of one talk made from one questionnaire, by turn. Pure; `states` are used where present, never needed."""
    found = [*check_fidelity(questionnaire, dialogue), *check_conduct(dialogue, questionnaire)]
    return sorted(found, key=lambda f: (f.turn if f.turn is not None else -1, f.code, f.answer or ""))
