"""The nouns of colloque and pure functions over them. No I/O, no clock, no torch; imports nothing of the project."""

from colloque.core.findings import CODES, CONDUCT, FIDELITY, Code, Finding, Severity
from colloque.core.ids import content_id, digest, rng_for, seed_for, uniform
from colloque.core.messages import CUE, messages_from, reply_message, turns_from
from colloque.core.openings import cuts
from colloque.core.persona import Persona, Plan
from colloque.core.preference import Candidate, Choice, Comparison, Message, Opening, Preference, Verdict
from colloque.core.records import (
    Answer,
    AnswerState,
    Dialogue,
    Drop,
    Questionnaire,
    Record,
    Role,
    Source,
    Split,
    Stated,
    Turn,
)
from colloque.core.splits import SHARES, split_of

__all__ = [
    "CODES", "CONDUCT", "CUE", "FIDELITY", "SHARES",
    "Answer", "AnswerState", "Candidate", "Choice", "Code", "Comparison", "Dialogue", "Drop", "Finding", "Message", "Opening",
    "Persona", "Plan", "Preference", "Questionnaire", "Record", "Role", "Severity", "Source", "Split", "Stated", "Turn", "Verdict",
    "content_id", "cuts", "digest", "messages_from", "reply_message", "rng_for", "seed_for", "split_of", "turns_from", "uniform",
]  # fmt: skip
