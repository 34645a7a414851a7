"""Persona and Plan: how a speaker talks, and everything that is drawn before a dialogue is written."""

from typing import Literal

from colloque.core.records import Record

__all__ = ["Persona", "Plan"]


class Persona(Record):
    """How the patient talks, and which school the clinician follows. Rates are shares in [0, 1].

    `gender` steers agreement in the patient's own words; null means that the record does not tell, and forms that
    would show it are avoided.
    """

    gender: Literal["f", "m"] | None = None
    style: Literal["familiar", "plain", "careful"] = "plain"
    talkative: float = 0.5
    hesitant: float = 0.3
    mood: Literal["low", "tense", "even", "warm"] = "even"
    school: Literal["brief", "empathic", "motivational", "methodical"] = "empathic"


class Plan(Record):
    """The plan of one dialogue, reproducible from its seed: who begins, in which order, what is grouped.

    `order` is a sequence of groups of answer ids: the answers that one patient turn conveys.
    """

    questionnaire: str
    seed: int
    persona: Persona
    patient_begins: bool = False
    order: tuple[tuple[str, ...], ...] = ()
