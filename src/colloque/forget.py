"""Remove a person from every artefact of a workspace, by lineage, and keep them out of later runs there.

Rows that name the person leave the records that cost something (questionnaires, dialogues, paid replies), and the
manifests are certified anew so that nothing else is made again. All that was learnt or computed from them (dataset,
models, preferences, evaluation, report) is removed: a model cannot be mended, `colloque run` makes it again.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from colloque.core import Dialogue, Drop, Questionnaire, digest
from colloque.errors import InputError
from colloque.ingest.deidentify import key_from_environment, pseudonym
from colloque.store import Tally, parts, read_records, write_json, write_records
from colloque.store.manifest import finish, read_manifest

__all__ = ["forget_respondent", "forgotten", "keep_out"]

LIST = "forgotten.json"
REASON = "forgotten"
KEPT = {"ingest": "questionnaires", "write": "dialogues", "augment": "dialogues"}
"""Stages whose records are mended in place, in order."""
REMOVED = ("dataset", "sft", "openings", "prefer", "dpo", "control", "round", "evaluate")


def forgotten(workspace: Path) -> list[str]:
    """The keyed hashes of the people who left this workspace, sorted."""
    try:
        return sorted(json.loads((workspace / LIST).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return []


def keep_out(folder: Path, tally: Tally) -> Tally:
    """Take the forgotten out of freshly ingested questionnaires; they are counted as dropped, their words not kept."""
    gone = set(forgotten(folder.parent))
    if not gone:
        return tally
    removed = sum(_without(file, Questionnaire, gone) for file in parts(folder / "questionnaires"))
    _without(folder / "drops.jsonl", Drop, gone)
    dropped = {**tally.dropped, REASON: removed} if removed else tally.dropped
    return tally.model_copy(update={"kept": tally.kept - removed, "dropped": dropped})


def forget_respondent(workspace: Path, respondent: str) -> Iterator[str]:
    """Remove one person; yields lines that say what left. Raises InputError when the workspace does not know them.

    `respondent` is the pseudonym (r-…) or the key as the team's files have it.
    """
    keys = {respondent, pseudonym("r", key_from_environment(), respondent)}
    person = next((q.respondent for q in _questionnaires(workspace) if q.respondent in keys), None)
    if person is None:
        raise InputError(
            f"no respondent {respondent!r} here",
            file=workspace,
            hint="give the pseudonym (r-…), or the key as in the files with COLLOQUE_KEY set",
        )
    marks = _lineage(workspace, person)
    write_json(workspace / LIST, sorted({*forgotten(workspace), person}))
    for stage, records in KEPT.items():
        kind = Questionnaire if stage == "ingest" else Dialogue
        if (workspace / stage).is_dir():
            removed = sum(_without(file, kind, marks) for file in parts(workspace / stage / records))
            _without(workspace / stage / "drops.jsonl", Drop, marks)
            yield f"{stage}: {removed} {records} removed"
    for journal in sorted((workspace / "journal").glob("*.sqlite")):
        yield f"journal {journal.stem}: {_erase(journal, marks)} replies removed"
    _certify(workspace)
    for stage in REMOVED:
        # A later round's folders bear the stage's name and a number.
        for folder in sorted({workspace / stage, *workspace.glob(f"{stage}-*")}):
            if folder.exists():
                shutil.rmtree(folder)
                yield f"{folder.name}: removed, to be made again by `colloque run`"
    (workspace / "report.html").unlink(missing_ok=True)


def _questionnaires(workspace: Path) -> Iterator[Questionnaire]:
    folder = workspace / "ingest" / "questionnaires"
    return read_records(folder, Questionnaire) if folder.is_dir() else iter(())


def _lineage(workspace: Path, person: str) -> set[str]:
    """The person's pseudonym and the ids of all that was made of them."""
    marks = {person} | {q.id for q in _questionnaires(workspace) if q.respondent == person}
    for stage in ("write", "augment"):
        folder = workspace / stage / "dialogues"
        if folder.is_dir():
            marks |= {d.id for d in read_records(folder, Dialogue) if d.respondent == person}
    return marks


def _without(file: Path, kind: type[Any], marks: Iterable[str]) -> int:
    """Rewrite a record file without the rows that name any of the marks; returns how many left."""
    if not file.is_file():
        return 0
    rows = list(read_records(file, kind))
    kept = [row for row in rows if not any(mark in row.model_dump_json() for mark in marks)]
    if len(kept) < len(rows):
        write_records(file, kept, kind)
    return len(rows) - len(kept)


def _erase(journal: Path, marks: Iterable[str]) -> int:
    """Delete the paid replies whose request names a mark, and their space on the disk."""
    count = 0
    with closing(sqlite3.connect(journal)) as connection:
        with connection:
            for mark in sorted(marks):
                count += connection.execute("DELETE FROM reply WHERE instr(request, ?)", (mark,)).rowcount
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("VACUUM")
    return count


def _certify(workspace: Path) -> None:
    """Give the mended stages manifests that a later run finds fresh: the same work, without the person."""
    contents: dict[str, str] = {}
    for stage in KEPT:
        manifest = read_manifest(workspace / stage)
        if manifest is None:
            continue
        if stage == "ingest":
            inputs = {**manifest.inputs, "forgotten": digest(forgotten(workspace), size=16)}
        else:
            sources = {"questionnaires": "ingest", "dialogues": "write"}
            inputs = {name: contents.get(sources[name], content) for name, content in manifest.inputs.items()}
        mended = finish(workspace / stage, manifest.model_copy(update={"inputs": inputs}))
        contents[stage] = mended.content
