"""Questionnaire beside dialogue, each answer linked to the words that state it: the pages that a clinician reads."""

from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from colloque.core import Answer, Dialogue, Questionnaire, Turn
from colloque.store import read_records

__all__ = ["Line", "Reading", "marked", "readings"]


class Line(NamedTuple):
    """One turn as shown: who speaks (French), and the text with its answers marked."""

    role: str
    speaker: str
    html: Markup


class Reading(NamedTuple):
    """One questionnaire with one of its dialogues."""

    questionnaire: Questionnaire
    dialogue: Dialogue
    answers: list[tuple[int, Answer]]
    lines: list[Line]


def marked(turn: Turn, numbers: dict[str, int]) -> Markup:
    """The turn's text as HTML, the words that state an answer marked with the answer's number.

    Spans that overlap an earlier one are shown as a number alone; everything is escaped (a patient's words are data).
    """
    html, at, loose = [], 0, []
    for stated in sorted(turn.states, key=lambda s: (s.start is None, s.start or 0)):
        number = numbers.get(stated.answer, 0)
        if stated.start is None or stated.end is None or stated.start < at:
            loose.append(number)
            continue
        words = escape(turn.text[stated.start : stated.end])
        html.append(escape(turn.text[at : stated.start]))
        html.append(f'<mark data-answer="{number}">{words}<sup>{number}</sup></mark>')
        at = stated.end
    html.append(escape(turn.text[at:]))
    html += [f"<sup>{number}</sup>" for number in loose]
    return Markup("".join(html))


def readings(workspace: Path, count: int = 6) -> list[Reading]:
    """The first `count` dialogues from files, then virtual ones: teams look for their own records first."""
    if not (workspace / "write" / "dialogues").is_dir():
        return []
    sources = {q.id: q for q in read_records(workspace / "ingest" / "questionnaires", Questionnaire)}
    files = {key: questionnaire.source.file for key, questionnaire in sources.items()}
    wanted = _choose(read_records(workspace / "write" / "dialogues", Dialogue), files, count)
    return [_reading(sources[d.questionnaire], d) for d in wanted if d.questionnaire in sources]


def _choose(dialogues: Iterator[Dialogue], files: dict[str, str], count: int) -> list[Dialogue]:
    """One dialogue of each file in turn, then virtual ones; two of the latter at least, where there are both."""
    real: dict[str, Dialogue] = {}
    virtual: list[Dialogue] = []
    for dialogue in dialogues:
        if dialogue.virtual:
            virtual += [dialogue] if len(virtual) < count else []
        else:
            real.setdefault(files.get(dialogue.questionnaire, ""), dialogue)
    shown = list(real.values())[: count - min(2, len(virtual))]
    return [*shown, *virtual][:count]


def _reading(questionnaire: Questionnaire, dialogue: Dialogue) -> Reading:
    numbers = {answer.id: index for index, answer in enumerate(questionnaire.answers, start=1)}
    speakers = {"clinician": "Clinicien", "patient": "Patient"}
    lines = [Line(turn.role, speakers[turn.role], marked(turn, numbers)) for turn in dialogue.turns]
    return Reading(questionnaire, dialogue, list(enumerate(questionnaire.answers, start=1)), lines)
