"""The dialogue in the making: turns so far, what was said, what risk is still owed an answer.

Knows phrases and turns; what is said next is decided by `realise`.
"""

from functools import lru_cache
from random import Random
from typing import Any

from colloque.core import Persona, Plan, Questionnaire, Turn
from colloque.french.risk import risk_of
from colloque.french.words import stems
from colloque.speech.articles import contracted
from colloque.speech.bank import load
from colloque.speech.facts import RISK_BAND, Fact, facts_of
from colloque.speech.gender import Gender
from colloque.speech.respondent import known_gender

__all__ = ["DEFERRAL", "INTIMATE_BAND", "OWED", "Talk", "stems_of"]

OWED = {"ambiguous", "affirmed", "acute"}
INTIMATE_BAND = 13


def DEFERRAL() -> str:  # noqa: N802 - a constant kept in the phrase bank
    """The one thing a patient may answer to a question that the record does not hold: no fact."""
    return str(load("phrases")["risk"]["deferral"])


class Talk:
    """The dialogue in the making: turns so far, what was said, what risk is still owed an answer."""

    def __init__(self, plan: Plan, questionnaire: Questionnaire, rng: Random) -> None:
        self.plan, self.rng = plan, rng
        self.persona: Persona = plan.persona
        self.gender: Gender = plan.persona.gender or "m"
        self.known = known_gender(questionnaire)
        facts = {f.id: f for f in facts_of(questionnaire, self.gender)}
        self.queue = [facts[i] for group in plan.order for i in group if i in facts]
        self.turns: list[Turn] = []
        self.used: set[str] = set()
        self.last: Fact | None = None
        self.told = 0
        self.grade = "none"
        self.lines = 0
        self.bank, self.welcome = load("phrases"), load("welcome")
        self.heard: frozenset[str] = frozenset()
        self.held = False

    def pick(self, *path: str, bank: dict[str, Any] | None = None) -> str:
        """A phrase of the bank not yet used, in the patient's gender."""
        options: Any = self.bank if bank is None else bank
        for key in path:
            options = options[key]
        left = [o for o in options if o not in self.used] or list(options)
        choice = str(self.rng.choice(left))
        self.used.add(choice)
        return choice.replace("{e}", "e" if self.gender == "f" else "")

    def of(self, *path: str) -> str:
        """A phrase of the beginning or the end of a talk."""
        return self.pick(*path, bank=self.welcome)

    def clinician(self, *parts: str) -> None:
        self.turns.append(Turn(role="clinician", text=contracted(" ".join(p for p in parts if p).strip())))

    def patient(self, turn: Turn, *facts: Fact) -> None:
        """Take a patient's turn, which tells these facts; grade its risk as it was said where they hold any."""
        question = self.turns[-1].text if self.turns else None
        self.turns.append(turn)
        for fact in facts:
            self.heard |= stems_of(fact.form.text) | stems_of(fact.reading.rest)
        risky = any(fact.risk != "none" or fact.band == RISK_BAND for fact in facts)
        self.grade = risk_of(turn.text, question).grade if risky else "none"


@lru_cache(maxsize=16384)
def stems_of(text: str) -> frozenset[str]:
    return stems(text)
