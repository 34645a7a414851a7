"""REDCap records with their data dictionary → forms: one a record, event, instrument and repeat instance.

A checkbox is one question; a box that is not ticked says nothing; an empty field whose condition is false was not shown.
Descriptive texts, files and the record id are no questions. Knows nothing of identities beyond the project's own marks.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby

from colloque.core import AnswerState
from colloque.ingest.dates import iso_date
from colloque.ingest.missing import state_of
from colloque.ingest.raw import Fault, Form, Item, Row, Sheet
from colloque.ingest.readers.redcap_dictionary import Field
from colloque.ingest.readers.redcap_logic import shown
from colloque.ingest.words import knowledge, language_of, plain, tidy

__all__ = ["looks_like_redcap", "redcap_forms"]

_CHECKBOX = re.compile(r"^(.+?)___(.+)$")
_NO_QUESTION = ("descriptive", "file", "sql")
_PERSONAL = ("email", "phone", "ssn", "mrn", "vmrn", "zipcode", "postalcode")
_SYSTEM = (
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
    "redcap_survey_identifier",
    "redcap_data_access_group",
)


def looks_like_redcap(header: list[str]) -> bool:
    """REDCap's own columns, or boxes and completion marks."""
    names = [name.strip().lower() for name in header]
    marks = sum(name.endswith("_complete") for name in names) + sum("___" in name for name in names)
    return any(name in _SYSTEM for name in names) or (marks >= 2 and any(name.endswith("_complete") for name in names))


def redcap_forms(sheet: Sheet, fields: Mapping[str, Field]) -> Iterator[Form | Fault]:
    """The forms of a project, record by record. A record without any filled form gives one that is all skipped."""
    header = [name.strip() for name in sheet.header]
    key = header[0]
    project = _Project(header, fields, key)
    for record, rows in groupby(sheet.rows(), lambda row: None if isinstance(row, Fault) else row[1][0].strip()):
        if record is None:
            yield from (row for row in rows if isinstance(row, Fault))
            continue
        whole = [row for row in rows if not isinstance(row, Fault)]
        yield from project.record(record, whole)


class _Project:
    """The columns of a project's export, by instrument."""

    def __init__(self, header: list[str], fields: Mapping[str, Field], key: str) -> None:
        self.header, self.fields, self.key = header, fields, key
        self.boxes: dict[str, dict[str, int]] = {}
        self.at: dict[str, int] = {}
        for column, name in enumerate(header):
            match = _CHECKBOX.match(name)
            if match and match[1] in fields:
                self.boxes.setdefault(match[1], {})[_code(match[2], fields[match[1]])] = column
            else:
                self.at.setdefault(name, column)
        asked = [f for f in fields.values() if f.name != key and f.kind not in _NO_QUESTION]
        self.forms: dict[str, list[Field]] = {}
        for one in asked:
            if one.name in self.at or one.name in self.boxes:
                self.forms.setdefault(one.form, []).append(one)
        self.language = language_of([one.label for one in asked])

    def record(self, record: str, rows: list[Row]) -> Iterator[Form | Fault]:
        """The forms of one record."""
        known: dict[tuple[str, str], str] = {}
        for _, cells in rows:
            self._collect(cells, known)
        count = 0
        for place, cells in rows:
            if len(cells) > len(self.header) and any(cell.strip() for cell in cells[len(self.header) :]):
                detail = f"{len(cells)} cells where the header has {len(self.header)}"
                yield Fault(
                    place, "broken_row", detail, "put quotes around a cell that holds the separator", "\t".join(cells)
                )
                continue
            for form in self._row(record, place, cells, known):
                count += 1
                yield form
        if not count and rows:
            name, asked = next(iter(self.forms.items()), ("", []))
            blank = tuple(Item(one.label or one.name, "", one.name, state="skipped") for one in asked)
            yield Form(rows[0][0], blank, record, name or None, None, self.language, enrolled=True)

    def _cell(self, cells: list[str], name: str) -> str:
        column = self.at.get(name)
        return tidy(cells[column]) if column is not None and column < len(cells) else ""

    def _collect(self, cells: list[str], known: dict[tuple[str, str], str]) -> None:
        event = self._cell(cells, "redcap_event_name")
        for name in self.fields:
            value = self._cell(cells, name)
            if value:
                known[event, name] = known["", name] = value
        for name, columns in self.boxes.items():
            for code, column in columns.items():
                value = tidy(cells[column]) if column < len(cells) else ""
                if value:
                    known[event, f"{name}({code})"] = known["", f"{name}({code})"] = "1" if _ticked(value) else "0"

    def _row(self, record: str, place: str, cells: list[str], known: Mapping[tuple[str, str], str]) -> Iterator[Form]:
        event, repeat = self._cell(cells, "redcap_event_name"), self._cell(cells, "redcap_repeat_instrument")
        occasion = (event, repeat, self._cell(cells, "redcap_repeat_instance"))

        def lookup(other: str, name: str) -> str | None:
            column = self.boxes.get(name.split("(")[0]) or self.at.get(name.split("(")[0])
            return (
                None
                if column is None
                else known.get((other or event, name), known.get(("", name), "") if not event else "")
            )

        for name, asked in self.forms.items():
            if repeat and plain(name) != plain(repeat):
                continue
            items = [self._item(one, cells, lookup) for one in asked]
            touched = any(item.answer for item in items)
            complete = self._cell(cells, f"{name}_complete") in ("1", "2", "Unverified", "Complete")
            if not touched and not (complete and any(item.state != "not_shown" for item in items)):
                continue
            stamp = iso_date(self._cell(cells, f"{name}_timestamp"))
            yield Form(
                place, tuple(items), record, name, stamp, self.language, enrolled=True,
                occasion="/".join(part for part in occasion if part),
            )  # fmt: skip

    def _item(self, one: Field, cells: list[str], lookup: "object") -> Item:
        question = one.label or one.name
        personal = one.identifier or one.validation.split("_")[0] in _PERSONAL
        above = (one.section,) if one.section else ()
        value: str | None = None
        if one.name in self.boxes:
            answer, state = self._boxes(one, cells), None
        else:
            raw = self._cell(cells, one.name)
            answer, state = _words(one, raw, self.language)
            value = raw if answer != raw else None
        if not answer:
            visible = shown(one.branching, lookup)  # type: ignore[arg-type]
            state = "not_shown" if visible is False or one.hidden else state or "skipped"
        return Item(
            question, answer, one.name, value, state=state, section=above, identifies=personal, total=one.kind == "calc"
        )

    def _boxes(self, one: Field, cells: list[str]) -> str:
        ticked = [
            one.choices.get(code, code)
            for code, column in self.boxes[one.name].items()
            if column < len(cells) and _ticked(cells[column].strip())
        ]
        return " ; ".join(ticked)


def _code(tail: str, one: Field) -> str:
    """The choice behind `___tail`: codes are lower-cased, and a minus became an underscore."""
    for code in one.choices:
        if tail in (code, code.lower(), re.sub(r"[^a-z0-9]", "_", code.lower())):
            return code
    return "-" + tail[1:] if tail.startswith("_") else tail


def _ticked(value: str) -> bool:
    return value not in ("", "0") and plain(value) not in ("unchecked", "non coche", "non", "no", "false")


def _words(one: Field, raw: str, language: str) -> tuple[str, AnswerState | None]:
    """The words of a coded answer, and its state when the code says why there is none."""
    if not raw:
        return "", None
    code = {"TRUE": "1", "FALSE": "0"}.get(raw.upper(), raw) if one.kind != "text" and one.kind != "notes" else raw
    code = re.sub(r"^(-?\d+)\.0$", r"\1", code)
    if one.choices and code in one.choices:
        words = one.choices[code]
        state = state_of(words)
        return words, state if state != "answered" else None
    if one.kind in ("yesno", "truefalse") and code in ("0", "1"):
        pair = {"yesno": ("Non", "Oui", "No", "Yes"), "truefalse": ("Faux", "Vrai", "False", "True")}[one.kind]
        return pair[int(code) + (0 if language == "fr" else 2)], None
    codes = knowledge("missing")["codes"]
    if one.kind not in ("text", "notes") or one.validation or raw.upper() in codes:
        coded: AnswerState | None = codes.get(raw.upper()) or (
            "skipped" if re.fullmatch(r"-(9{1,4}|8{1,3}|7{1,3}|66)", raw) else None
        )
        return raw, coded
    return raw, None
