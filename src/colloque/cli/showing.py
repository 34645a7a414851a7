"""Records as people read them, whatever their kind: the kind is told from the fields of a row."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from colloque.core import Dialogue, Message, Opening, Preference, Questionnaire, turns_from
from colloque.errors import InputError
from colloque.store import read_records

__all__ = ["dialogue_lines", "questionnaire_lines", "shown"]

SPEAKERS = {"clinician": "Clinicien", "patient": "Patient"}


class Row(BaseModel):
    """Any row: its fields are kept as they are."""

    model_config = ConfigDict(extra="allow")
    id: str = ""


def shown(file: Path, record: str | None, count: int) -> Iterator[str]:
    """The chosen records of a file as text. Raises InputError when there is no such record."""
    found = 0
    for row in read_records(file, Row):
        if record is None or row.id == record:
            found += 1
            yield _text(row.model_dump())
            if found == count and record is None:
                return
    if not found:
        raise InputError(
            f"no record {record or ''}".strip(), file=file, hint="check --id; without it the first records are shown"
        )


def dialogue_lines(dialogue: Dialogue) -> str:
    """A dialogue, a line a turn."""
    return "\n".join(f"{SPEAKERS[turn.role]} : {turn.text}" for turn in dialogue.turns)


def questionnaire_lines(questionnaire: Questionnaire) -> str:
    """A questionnaire, question and answer."""
    rows = (f"  Q : {a.question}\n  R : {a.answer if a.told else f'({a.state})'}" for a in questionnaire.answers)
    return "\n".join(rows)


def _text(row: dict[str, Any]) -> str:
    if "answers" in row:
        questionnaire = Questionnaire.model_validate(row)
        return f"── questionnaire {questionnaire.id} · {questionnaire.respondent} · {questionnaire.split}\n{questionnaire_lines(questionnaire)}"
    if "chosen" in row:
        pair = Preference.model_validate(row)
        talk = "\n".join(f"{SPEAKERS[turn.role]} : {turn.text}" for turn in turns_from(pair.prompt))
        return (
            f"── preference {pair.id} · {pair.criterion} · {', '.join(pair.judges)}\n{talk}\n"
            f"  + {pair.chosen[0].content}\n  - {pair.rejected[0].content}"
        )
    if "messages" in row:
        messages = [Message.model_validate(message) for message in row["messages"]]
        return f"── {row['id']}\n" + "\n".join(f"{m.role}: {m.content}" for m in messages)
    if "turns" in row and "origin" in row:
        opening = Opening.model_validate(row)
        return f"── opening {opening.id} · {opening.origin}\n" + "\n".join(
            f"{SPEAKERS[t.role]} : {t.text}" for t in opening.turns
        )
    if "turns" in row:
        dialogue = Dialogue.model_validate(row)
        return f"── dialogue {dialogue.id} · {dialogue.questionnaire} · {dialogue.writer}\n{dialogue_lines(dialogue)}"
    return "\n".join(f"{key}: {value}" for key, value in row.items())
