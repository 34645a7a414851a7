"""Records of ours, and JSON that looks like them → forms: `.jsonl`, `.jsonl.zst`, `.json`, `.parquet`.

Takes what teams write: `answers` with question and answer under their usual names, a `record` around them, a list of
flat objects (a table). Streams lines. Knows nothing of FHIR.
"""

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from colloque.core import Answer, Questionnaire
from colloque.errors import InputError
from colloque.ingest.raw import Fault, Form, Hints, Item, Row, Sheet
from colloque.ingest.readers.shape import forms_of
from colloque.ingest.words import plain, tidy

__all__ = ["form_of_object", "is_record", "read_objects", "read_parquet", "scalar"]

_QUESTION = ("question", "questions", "q", "intitule", "libelle", "text", "label", "item", "prompt")
_ANSWER = ("answer", "answers", "reponse", "r", "a", "response", "value", "valeur", "texte")
_ANSWERS = ("answers", "reponses", "responses", "items", "item", "questions", "qa", "questionnaire", "entries")
_PERSON = (
    "respondent",
    "repondant",
    "patient",
    "patient id",
    "id patient",
    "subject",
    "participant",
    "record id",
    "identifiant",
)


def scalar(value: Any) -> str:
    """A JSON or Parquet value as a cell: no `.0` after whole numbers, lists joined."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, list | tuple):
        return " ; ".join(text for text in (scalar(part) for part in value) if text)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def is_record(value: Any) -> bool:
    """An object with answers of its own, or with a record that has."""
    if not isinstance(value, Mapping):
        return False
    inner = value.get("record")
    if isinstance(inner, Mapping) and is_record(inner):
        return True
    names = {plain(str(key)): v for key, v in value.items()}
    return any(isinstance(names.get(name), list | dict) and names[name] for name in _ANSWERS)


def form_of_object(value: Mapping[str, Any], place: str) -> Form | Fault:
    """One object → one form; a Fault says what it lacks."""
    inner = value.get("record")
    if isinstance(inner, Mapping) and is_record(inner):
        value = inner
    if str(value.get("id") or "").startswith("q-") and str(value.get("respondent") or "").startswith("r-"):
        try:
            record = Questionnaire.model_validate(value)
        except ValidationError as error:
            fault = error.errors()[0]
            where = ".".join(str(part) for part in fault["loc"])
            return Fault(
                place, "broken_row", f"{where}: {fault['msg']}", "see the record format in docs", _short(value)
            )
        items = tuple(_item(answer) for answer in record.answers)
        return Form(place, items, record.respondent, record.instrument, record.authored, record.language, record=record)
    names = {plain(str(key)): v for key, v in value.items()}
    answers = next((names[name] for name in _ANSWERS if isinstance(names.get(name), list | dict)), None)
    pairs = list(_pairs(answers))
    if not pairs:
        return Fault(
            place, "no_answers", "no question with an answer in this record", "give it `answers`", _short(value)
        )
    person = next((scalar(names[name]) for name in _PERSON if isinstance(names.get(name), str | int)), "")
    return Form(
        place, tuple(pairs), tidy(person), scalar(names.get("instrument")) or None,
        scalar(names.get("authored") or names.get("date"))[:10] or None, scalar(names.get("language"))[:2] or None,
    )  # fmt: skip


def _short(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)[:20_000]


def _item(answer: Answer) -> Item:
    return Item(answer.question, answer.answer, answer.code, state=answer.state)


def _pairs(answers: Any) -> Iterator[Item]:
    if isinstance(answers, Mapping):
        for question, answer in answers.items():
            yield Item(tidy(str(question)), tidy(scalar(answer)))
        return
    for entry in answers if isinstance(answers, list) else ():
        if isinstance(entry, Mapping):
            names = {plain(str(key)): v for key, v in entry.items()}
            question = next((names[n] for n in _QUESTION if isinstance(names.get(n), str)), None)
            answer = next((names[n] for n in _ANSWER if n in names and n != "answers"), None)
            if question:
                code = names.get("code")
                state = names.get("state") if names.get("state") in _STATES else None
                yield Item(tidy(question), tidy(scalar(answer)), code if isinstance(code, str) else None, state=state)
        elif isinstance(entry, list) and len(entry) == 2:
            yield Item(tidy(scalar(entry[0])), tidy(scalar(entry[1])))


_STATES = ("answered", "not_shown", "skipped", "refused", "unknown", "not_applicable")


def read_objects(objects: Iterator[tuple[str, Any] | Fault], hints: Hints) -> Iterator[Form | Fault]:
    """Objects one by one: records with answers as forms; flat objects as the rows of one table."""
    flat: list[tuple[str, Mapping[str, Any]]] = []
    for entry in objects:
        if isinstance(entry, Fault):
            yield entry
        elif is_record(entry[1]):
            yield form_of_object(entry[1], entry[0])
        elif isinstance(entry[1], Mapping):
            flat.append((entry[0], entry[1]))
        else:
            yield Fault(entry[0], "broken_row", "not an object", "one JSON object a record", _short(entry[1]))
    if flat:
        yield from forms_of(_table(flat), hints.map)


def _table(flat: list[tuple[str, Mapping[str, Any]]]) -> Sheet:
    header = list(dict.fromkeys(str(key) for _, row in flat for key in row))

    def rows() -> Iterator[Row]:
        for place, row in flat:
            yield place, [tidy(scalar(row.get(name))) for name in header]

    return Sheet(header, rows)


def read_parquet(path: Path, hints: Hints) -> Iterator[Form | Fault]:
    """A Parquet file: our records, or a table. Raises InputError when it is broken."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        header = list(file.schema_arrow.names)
        if "answers" in header:
            yield from read_objects(_parquet_objects(file), hints)
            return

        def rows() -> Iterator[Row]:
            for number, (_, row) in enumerate(_parquet_objects(pq.ParquetFile(path)), start=1):
                yield f"row {number}", [tidy(scalar(row.get(name))) for name in header]

        yield from forms_of(Sheet(header, rows), hints.map)
    except (pa.ArrowException, OSError, UnicodeDecodeError, OverflowError) as error:
        if isinstance(error, PermissionError):
            raise
        raise InputError(f"not a whole Parquet file: {error}", hint="write it again or export it anew") from error


def _parquet_objects(file: Any) -> Iterator[tuple[str, Any]]:
    number = 0
    for batch in file.iter_batches(batch_size=1024):
        for row in batch.to_pylist():
            number += 1
            yield f"row {number}", row


def lines_of(stream: io.BufferedIOBase, longest: int) -> Iterator[tuple[int, bytes | None]]:
    """The lines of a binary stream with their numbers; None for one that is longer than `longest` bytes."""
    number = 0
    while line := stream.readline(longest + 1):
        number += 1
        if len(line) <= longest:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(longest)
        yield number, None
