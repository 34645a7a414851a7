"""REDCap data dictionaries: the fields of a project, their labels, choices, conditions and whether they identify.

Knows both headers (the 18 English columns of the download, the names of the API). Reads no records.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from colloque.ingest.decode import open_text
from colloque.ingest.words import plain, tidy

__all__ = ["Field", "is_dictionary", "read_dictionary"]

_COLUMNS = {
    "name": ("variable field name", "field name"),
    "form": ("form name",),
    "section": ("section header",),
    "kind": ("field type",),
    "label": ("field label",),
    "choices": ("choices calculations or slider labels", "select choices or calculations", "choices or calculations"),
    "note": ("field note",),
    "validation": ("text validation type or show slider number",),
    "identifier": ("identifier",),
    "branching": ("branching logic show field only if", "branching logic"),
    "annotation": ("field annotation",),
}
_TAG = re.compile(r"<[^<>]{0,300}>")
_CHOICE = re.compile(r"^\s*([^,]*?)\s*,\s*(.*?)\s*$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a project. `choices`: code → words, in order."""

    name: str
    form: str = ""
    section: str = ""
    kind: str = "text"
    label: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    validation: str = ""
    identifier: bool = False
    branching: str = ""
    hidden: bool = False


def is_dictionary(first_line: str) -> bool:
    """Does this line name the columns of a data dictionary?"""
    words = plain(first_line)
    return words.startswith(("variable field name", "field name form name"))


def plain_label(text: str) -> str:
    """A label without HTML."""
    return tidy(re.sub(r"\s+", " ", _TAG.sub(" ", text).replace("&nbsp;", " ").replace("&amp;", "&")))


def choices_of(text: str) -> dict[str, str]:
    """`0, Non | 1, Oui, souvent` → code → words; a choice without a comma is its own words."""
    found = {}
    for part in text.split("|"):
        match = _CHOICE.match(part)
        if match:
            found[match[1]] = plain_label(match[2])
        elif part.strip():
            found[part.strip()] = plain_label(part)
    return found


def read_dictionary(path: Path) -> dict[str, Field]:
    """The fields of a data dictionary by name, in order. Rows without a name are left out."""
    with open_text(path, newline="") as file:
        return {one.name: one for one in _fields(csv.reader(line.replace("\x00", "") for line in file))}


def _fields(rows: Iterator[list[str]]) -> Iterator[Field]:
    try:
        header = [plain(cell) for cell in next(rows)]
        at = {key: next((header.index(n) for n in names if n in header), -1) for key, names in _COLUMNS.items()}
        for row in rows:

            def cell(key: str, row: list[str] = row) -> str:
                return row[at[key]].strip() if 0 <= at[key] < len(row) else ""

            if not cell("name"):
                continue
            kind = cell("kind").lower()
            yield Field(
                cell("name"), cell("form"), plain_label(cell("section")), kind, plain_label(cell("label")),
                choices_of(cell("choices")) if kind in ("radio", "dropdown", "checkbox") else {},
                cell("validation"), cell("identifier").lower() in ("y", "yes"), cell("branching"),
                "@HIDDEN" in cell("annotation"),
            )  # fmt: skip
    except (StopIteration, csv.Error):
        return
