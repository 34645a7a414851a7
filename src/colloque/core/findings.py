"""Finding: one defect of a dialogue or of a reply, with its code, its place and what would mend it."""

from typing import Literal

from colloque.core.records import Record

__all__ = ["CODES", "CONDUCT", "FIDELITY", "Code", "Finding", "Severity"]

Severity = Literal["veto", "error", "warning"]

Code = Literal[
    "answer_omitted", "answer_contradicted", "quantity_changed", "symptom_invented", "history_invented", "attribution_changed",
    "question_repeated", "multiple_questions", "last_answer_ignored", "diagnosis_given", "treatment_prescribed",
    "false_reassurance", "risk_missed", "wrong_emergency_number", "leading_question", "judgement_blame", "role_broken",
    "tutoiement", "wrong_language", "format_leak", "too_long", "promise_made", "template_repeated", "endless_closing",
    "identity_leak", "agreement_drift",
]  # fmt: skip

FIDELITY: tuple[Code, ...] = (
    "answer_omitted", "answer_contradicted", "quantity_changed", "symptom_invented", "history_invented", "attribution_changed",
)  # fmt: skip

CONDUCT: tuple[Code, ...] = (
    "question_repeated", "multiple_questions", "last_answer_ignored", "diagnosis_given", "treatment_prescribed",
    "false_reassurance", "risk_missed", "wrong_emergency_number", "leading_question", "judgement_blame", "role_broken",
    "tutoiement", "wrong_language", "format_leak", "too_long", "promise_made", "template_repeated", "endless_closing",
    "identity_leak", "agreement_drift",
)  # fmt: skip

CODES: tuple[Code, ...] = FIDELITY + CONDUCT


class Finding(Record):
    """One defect. `turn` is 0-based; `quote` are the words at fault; `message` says why; `remedy` what would mend it.

    veto: never kept, never chosen. error: must be repaired. warning: worth a look.
    """

    code: Code
    severity: Severity = "error"
    turn: int | None = None
    answer: str | None = None
    quote: str = ""
    message: str = ""
    remedy: str = ""
