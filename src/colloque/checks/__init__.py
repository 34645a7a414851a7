"""Is the dialogue faithful to its questionnaire, and does the clinician behave? Pure functions, without a model."""

from colloque.checks.conduct import check_conduct
from colloque.checks.dialogue import check_dialogue
from colloque.checks.extract import agree_on, answer_kind, extract_answers
from colloque.checks.fidelity import check_fidelity
from colloque.checks.mutate import Planted, mutate, plant
from colloque.checks.reply import check_reply

__all__ = [
    "Planted", "agree_on", "answer_kind", "check_conduct", "check_dialogue", "check_fidelity", "check_reply", "extract_answers",
    "mutate", "plant",
]  # fmt: skip
