"""What reviewers said: one JSON line a note, appended and flushed to the disk at once; the newest of a record counts."""

import json
import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from colloque.core import Choice, Record

__all__ = ["Note", "append_note", "latest_notes"]


class Note(Record):
    """One judgement by one reviewer: of a dialogue (opinion, corrected turns) or of two replies (choice)."""

    record: str = Field(max_length=100)
    reviewer: str = Field(default="", max_length=100)
    opinion: Literal["good", "bad", "corrected"] | None = None
    choice: Choice | None = None
    turn: int | None = None
    text: str = Field(default="", max_length=20_000)
    """The corrected words of `turn`, or a comment when `turn` is null."""


def append_note(file: Path, note: Note) -> None:
    """Add one note; it is on the disk when this returns."""
    with file.open("a", encoding="utf-8") as lines:
        lines.write(note.model_dump_json() + "\n")
        lines.flush()
        os.fsync(lines.fileno())


def latest_notes(file: Path) -> dict[tuple[str, str, int | None], Note]:
    """The newest note by record, reviewer and turn. A torn last line (power loss) is passed over."""
    found: dict[tuple[str, str, int | None], Note] = {}
    if not file.exists():
        return found
    for line in file.read_text(encoding="utf-8").splitlines():
        row = _parsed(line)
        if row is not None:
            note = Note.model_validate(row)
            found[(note.record, note.reviewer, note.turn)] = note
    return found


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
