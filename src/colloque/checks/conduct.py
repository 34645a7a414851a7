"""Does the clinician behave? Conduct of a whole dialogue: each clinician turn in its context, then the dialogue.

The rules of single replies are those of `checks.reply`; nothing here looks at whether the answers are faithful.
"""

from colloque.checks.conduct_listening import protests
from colloque.checks.conduct_risk import unpaid
from colloque.checks.conduct_scene import scenes_of
from colloque.checks.conduct_whole import agreement, closings, formulas, identity
from colloque.checks.reply import findings_of
from colloque.core import Dialogue, Finding, Questionnaire

__all__ = ["check_conduct"]


def check_conduct(dialogue: Dialogue, questionnaire: Questionnaire | None = None) -> list[Finding]:
    """Every defect of conduct, in the order of the turns. The questionnaire tells which illnesses are known."""
    record = "\n".join(f"{a.question} {a.answer}" for a in questionnaire.told) if questionnaire else ""
    scenes, risks = scenes_of(dialogue.turns, record)
    found = [finding for scene in scenes for finding in findings_of(scene)]
    missed = {f.turn for f in found if f.code == "risk_missed"}
    found.extend(f for f in unpaid(dialogue.turns, risks) if f.turn not in missed)
    known = {(f.code, f.turn) for f in found}
    found.extend(f for f in protests(dialogue.turns) if (f.code, f.turn) not in known)
    for rule in (formulas, closings, identity, agreement):
        found.extend(rule(dialogue.turns))
    return sorted(found, key=lambda f: (f.turn or 0, f.code))
