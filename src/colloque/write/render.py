"""A dialogue to be read aloud in a terminal: who speaks, what is said, and beneath it the answers that were told."""

import textwrap

from colloque.core import Dialogue, Questionnaire

__all__ = ["render"]

_NAMES = {"clinician": "Clinicien", "patient": "Patient"}
_WIDTH = 100


def render(dialogue: Dialogue, questionnaire: Questionnaire | None = None) -> str:
    """The dialogue in lines of at most 100 characters; with the questionnaire, its answers first, numbered as in `[1]`."""
    lines: list[str] = []
    if questionnaire is not None:
        lines += [
            *(_wrapped(f"[{a.id}] {a.question} ", a.answer.strip() or "(sans réponse)") for a in questionnaire.told),
            "",
        ]
    for turn in dialogue.turns:
        told = "".join(f" [{stated.answer}]" for stated in turn.states) if questionnaire is not None else ""
        lines.append(_wrapped(f"{_NAMES[turn.role]} : ", " ".join(turn.text.split()) + told))
    return "\n".join(lines)


def _wrapped(head: str, text: str) -> str:
    return "\n".join(
        textwrap.wrap(
            head + " ".join(text.split()),
            _WIDTH,
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    )
