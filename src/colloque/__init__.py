"""colloque: filled-in questionnaires → natural, faithful French clinical dialogues → a model that converses.

The public face. Each name is loaded when it is first used: `import colloque` costs next to nothing and loads no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from colloque.checks import check_dialogue, check_reply, extract_answers
    from colloque.core import Answer, Dialogue, Finding, Preference, Questionnaire, Turn, Verdict
    from colloque.ingest import read_questionnaires
    from colloque.judge import judge_replies
    from colloque.patient import VirtualPatient
    from colloque.pipeline import run
    from colloque.write import write_dialogue

__version__ = "0.1.0"

_HOMES = {
    "Answer": "core", "Dialogue": "core", "Finding": "core", "Preference": "core", "Questionnaire": "core", "Turn": "core",
    "Verdict": "core", "read_questionnaires": "ingest", "write_dialogue": "write", "check_dialogue": "checks",
    "check_reply": "checks", "extract_answers": "checks", "judge_replies": "judge", "VirtualPatient": "patient", "run": "pipeline",
}  # fmt: skip

__all__ = [
    "Answer", "Dialogue", "Finding", "Preference", "Questionnaire", "Turn", "Verdict", "VirtualPatient", "__version__",
    "check_dialogue", "check_reply", "extract_answers", "judge_replies", "read_questionnaires", "run", "write_dialogue",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"colloque.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'colloque' has no attribute {name!r}")
