"""LimeSurvey VV files → forms: tab-separated, a row of labels, a row of codes, LimeSurvey's own escapes.

The CSV export of LimeSurvey is read as a wide table (`wide.py`); both know that a question may not have been shown.
"""

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from colloque.errors import InputError
from colloque.ingest.decode import open_text
from colloque.ingest.raw import Fault, Form, Hints, Row, Sheet
from colloque.ingest.readers.shape import forms_of

__all__ = ["read_vv"]

_ESCAPES = (("{newline}", "\n"), ("{cr}", "\r"), ("{tab}", "\t"), ("{quote}", '"'), ("{lbrace}", "{"))
"""In this order: a brace is decoded last (LimeSurvey, vv_export)."""


def read_vv(path: Path, hints: Hints) -> Iterator[Form | Fault]:
    """The forms of a VV file."""
    head = list(islice(_raw(path), 2))
    if len(head) < 2:
        raise InputError("a VV file without its two header rows", hint="export it again from LimeSurvey")
    labels, codes = head
    names = [code.strip() for code in codes]

    def rows() -> Iterator[Row]:
        for number, row in enumerate(islice(_raw(path), 2, None), start=3):
            yield f"row {number}", [_decoded(cell) for cell in row]

    told = {
        name: _decoded(label) for name, label in zip(names, labels, strict=False) if label.strip() and label != name
    }
    yield from forms_of(
        Sheet(names, rows, told, missing={"{question_not_shown}": "not_shown"}), hints.map, tool="limesurvey"
    )


def _raw(path: Path) -> Iterator[list[str]]:
    with open_text(path, newline="") as file:
        yield from csv.reader((line.replace("\x00", "") for line in file), delimiter="\t", quoting=csv.QUOTE_NONE)


def _decoded(cell: str) -> str:
    if "{" not in cell or cell == "{question_not_shown}":
        return cell
    for written, meant in _ESCAPES:
        cell = cell.replace(written, meant)
    return cell
