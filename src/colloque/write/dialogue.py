"""One questionnaire → one dialogue, by the embedded writer: no model, no network, everything from the seed."""

from colloque.core import Dialogue, Persona, Questionnaire
from colloque.speech import draw_plan, realise

__all__ = ["write_dialogue"]


def write_dialogue(questionnaire: Questionnaire, seed: int = 0, persona: Persona | None = None) -> Dialogue:
    """The dialogue of a filled questionnaire: every told answer once, none changed, none invented.

    `seed` draws the plan and the words; `persona` sets how both talk instead of a drawn one. Never fails on an odd
    answer; a record without any answer gives a greeting alone.
    """
    return realise(draw_plan(questionnaire, seed, persona), questionnaire)
