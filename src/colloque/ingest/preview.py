"""What was understood of some files, for a person to check, and a mapping file to start from.

Reads the first records only. Shows them after identities were taken out.
"""

import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from colloque.core import Questionnaire
from colloque.errors import InputError
from colloque.ingest.account import Account
from colloque.ingest.mapping import load_map
from colloque.ingest.raw import Fault, Sheet
from colloque.ingest.read import MapLike, read_with_drops
from colloque.ingest.readers.roles import Columns, columns_of
from colloque.ingest.readers.shape import tool_of
from colloque.ingest.readers.tables import sheet_for
from colloque.ingest.sniff import format_of
from colloque.ingest.sources import files_of

__all__ = ["audit", "preview", "write_map"]

_SHOWN = 3
_ANSWERS = 12
_WIDTH = 100


def preview(paths: Sequence[str | Path], map: MapLike = None, *, deidentify: bool = True, records: int = _SHOWN) -> str:
    """For each file: its format, what its columns were taken for, and its first records. Never raises for a bad file: says so."""
    parts = []
    given = load_map(map)
    for file, _ in files_of([Path(path) for path in paths]):
        lines = [str(file)]
        try:
            kind = format_of(file)
            lines.append(f"  format: {kind}")
            sheet = sheet_for(file, kind, given)
            if sheet is not None:
                lines.extend(
                    _columns(sheet, columns_of(sheet.header, _sample(sheet), given, tool=tool_of(sheet.header)))
                )
            for one in islice(
                read_with_drops([file], map=given, deidentify=deidentify, on_drop=lambda d: None), records
            ):
                lines.extend(_record(one))
        except InputError as error:
            lines.append(f"  {error.line()}")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _sample(sheet: Sheet) -> list[list[str]]:
    return [row[1] for row in islice(sheet.rows(), 50) if not isinstance(row, Fault)]


def _columns(sheet: Sheet, columns: Columns) -> list[str]:
    def named(column: int | None) -> str:
        return "–" if column is None else sheet.header[column]

    lines = [f"  respondent: {named(columns.respondent)}", f"  date: {named(columns.authored)}"]
    if columns.long:
        return [
            *lines,
            "  shape: a row an answer",
            f"  question: {named(columns.question)}",
            f"  answer: {named(columns.answer)}",
        ]
    asked = ", ".join(named(c) for c in columns.answers[:8]) + (", …" if len(columns.answers) > 8 else "")
    return [*lines, "  shape: a row a person", f"  questions ({len(columns.answers)}): {asked}"]


def _record(one: Questionnaire) -> list[str]:
    head = f"  – {one.source.place or 'record'}: respondent {one.respondent}, {one.instrument or 'no known instrument'}"
    if one.score is not None:
        head += f", score {one.score} ({one.severity})"
    lines = [head]
    for answer in one.answers[:_ANSWERS]:
        said = answer.answer if answer.state == "answered" else f"[{answer.state}] {answer.answer}".rstrip()
        lines.append(f"      {answer.question[:_WIDTH]} → {said[:_WIDTH]}")
    if len(one.answers) > _ANSWERS:
        lines.append(f"      … {len(one.answers) - _ANSWERS} more")
    return lines


def write_map(path: str | Path, map: MapLike = None) -> str:
    """A starting mapping file (YAML text) for a table: what each column was taken for, to be edited.

    Raises InputError when the file is no table.
    """
    file = Path(path)
    given = load_map(map)
    sheet = sheet_for(file, format_of(file), given)
    if sheet is None:
        raise InputError(
            "not a table: no mapping file is needed", file=file, hint="`colloque ingest` reads it as it is"
        )
    sample = _sample(sheet)
    columns = columns_of(sheet.header, sample, given, tool=tool_of(sheet.header))
    lines = [f"# How to read {file.name}. Column names stand as in its header; lines that do not apply may go."]
    for key, column in (("respondent", columns.respondent), ("date", columns.authored)):
        lines.append(f"{key}: {_quoted(sheet.header[column])}" if column is not None else f"# {key}: name of a column")
    if columns.long and columns.question is not None and columns.answer is not None:
        lines += [
            f"question: {_quoted(sheet.header[columns.question])}",
            f"answer: {_quoted(sheet.header[columns.answer])}",
        ]
    else:
        lines.append("# Each column and the question as it was put to the patient:")
        lines.append("columns:")
        for column in columns.answers:
            name = sheet.header[column]
            values = list(dict.fromkeys(row[column] for row in sample if len(row) > column and row[column]))[:4]
            lines.append(f"  {_quoted(name)}: {_quoted(sheet.labels.get(name, name))}  # {', '.join(values)[:80]}")
    lines += [
        "# What codes mean, for all columns or for one:",
        '# codes: {"1": Oui, "2": Non}',
        "# codes_of:",
        f'#   {_quoted(sheet.header[-1])}: {{"0": Jamais, "1": Parfois, "2": Souvent}}',
        "# Answers that are none (skipped, refused, unknown, not_applicable, not_shown):",
        '# missing: {"99": skipped, "-1": refused}',
        "# identifiers: [columns that say who the person is]",
        "# ignore: [columns that are no answers]",
        "# instrument: phq-9",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(" ".join(text.split()) if "\n" in text else text, ensure_ascii=False)


def audit(account: Account) -> str:
    """What was masked, where, without repeating it: a line each, then the count by kind."""
    lines = [f"{file}, {one.place}: {one.kind} in « {one.question} »" for file, one in account.audit]
    counts = [f"{kind} × {count}" for kind, count in sorted(account.masked.items())]
    return "\n".join([*lines, f"masked: {', '.join(counts) or 'nothing'}"]) + "\n"
