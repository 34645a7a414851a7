"""Workbooks (XLSX, XLS, ODS) → tables: the visible sheets that hold answers, formulas by their last value.

Reads with python-calamine (Rust; 20,000 rows in 0.15 s where openpyxl needs 2.1 s), in a process of its own. A zip bomb
is refused by what it unpacks to, a sheet by the area that its cells span; entities are refused. No formula is computed.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from colloque.errors import InputError
from colloque.ingest.mapping import TableMap
from colloque.ingest.raw import Fault, Form, Hints, Row, Sheet
from colloque.ingest.readers.isolate import Replay, messages
from colloque.ingest.readers.roles import QUESTION_ANSWER, header_row, headerless
from colloque.ingest.readers.shape import forms_of
from colloque.ingest.words import plain, tidy

__all__ = ["first_sheet", "read_workbook"]

UNPACKED = 400_000_000
"""Bytes; what a workbook may unpack to. A real one of a million cells unpacks to about 60 MB."""
_PART = 150_000_000
"""Bytes of one sheet or of the table of texts: calamine holds it whole, at about four times its size."""
_RATIO = 400
_CELLS = 20_000_000
_HEAD = 60
_CELL = re.compile(rb'<c\s[^>]{0,80}?r="([A-Z]{1,3})(\d{1,7})"')
_REPEATED = re.compile(rb'number-(?:columns|rows)-repeated="(\d{1,9})"[^>]*>\s*<(?:text:p|table:table-cell)')


def read_workbook(path: Path, hints: Hints) -> Iterator[Form | Fault]:
    """The forms of every sheet that reads as a table of answers. Raises InputError when none does, with the sheets' names."""
    _measured(path)
    refusals: list[InputError] = []
    read = 0
    first = _Pages(path, (hints.map.sheet if hints.map else None) or "")
    names = first.names(hints.map)
    for number, name in enumerate(names):
        try:
            sheet = _sheet(first if number == 0 else _Pages(path, name), hints.map)
            if sheet is None:
                continue
            for form in forms_of(sheet, hints.map):
                read += 1
                yield replace(form, place=f"sheet {name}, {form.place}") if len(names) > 1 else form
        except InputError as error:
            refusals.append(InputError(f"sheet {name!r}: {error}", hint=error.hint))
    if not read:
        raise (
            refusals[0]
            if refusals
            else InputError("a workbook without any filled sheet", hint="save it with its answers")
        )


def first_sheet(path: Path, given: TableMap | None) -> Sheet | None:
    """The first visible sheet that holds a table."""
    _measured(path)
    first = _Pages(path, (given.sheet if given else None) or "")
    pages = (first if number == 0 else _Pages(path, name) for number, name in enumerate(first.names(given)))
    return next((sheet for page in pages if (sheet := _sheet(page, given)) is not None), None)


class _Pages:
    """One sheet of a workbook, read by a child process; it also tells which sheets there are."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        self.sheets: list[tuple[str, bool]] = []
        self.replay = Replay(self._rows)

    def _rows(self) -> Iterator[Row]:
        number = 0
        for kind, value in messages("sheet", self.path, self.name):
            if kind == "sheets":
                self.sheets = value
            elif kind == "first":
                number = value
            else:
                for cells in value:
                    number += 1
                    yield f"row {number}", [tidy(cell) for cell in cells]

    def names(self, given: TableMap | None) -> list[str]:
        """The sheets to read: the one that the map names, or the visible ones."""
        next(iter(self.replay.rows()), None)
        names = [name for name, _ in self.sheets]
        if given and given.sheet:
            if given.sheet not in names:
                raise InputError(
                    f"no sheet {given.sheet!r} in this workbook", hint=f"its sheets: {', '.join(names[:20])}"
                )
            return [given.sheet]
        return [name for name, visible in self.sheets if visible] or names


def _measured(path: Path) -> None:
    """Refuse an archive that unpacks beyond reason, before a reader holds it."""
    with path.open("rb") as file:
        packed = file.read(2) == b"PK"
    if not packed:
        if path.stat().st_size > _PART:
            raise InputError(f"a workbook of more than {_PART // 1_000_000} MB", hint="save it as CSV")
        return
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            total = sum(part.file_size for part in parts)
            for part in parts:
                huge = part.file_size > _PART
                swollen = part.file_size > 10_000_000 and part.file_size > _RATIO * max(part.compress_size, 1)
                if huge or swollen or total > UNPACKED or len(parts) > 10_000:
                    raise InputError(
                        f"the workbook unpacks to {total // 1_000_000} MB ({part.filename})",
                        hint="this is no ordinary workbook; if it is, save it as CSV",
                    )
                if not part.is_dir():
                    _honest(archive, part)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        if isinstance(error, PermissionError):
            raise
        raise InputError(f"a broken workbook: {error}", hint="save it again from the spreadsheet program") from error


def _honest(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Does a part unpack to what it declares, without entities, and do its cells span an area that can be held?"""
    column = row = 1
    with archive.open(part) as file:
        block = file.read(1 << 20)
        if b"<!DOCTYPE" in block[:4096] or b"<!ENTITY" in block:
            raise InputError(
                f"the workbook's {part.filename} declares XML entities",
                hint="no spreadsheet program writes that: save it again",
            )
        sheet = part.filename.endswith(".xml")
        while block:
            if sheet:
                for match in _CELL.finditer(block):
                    column, row = max(column, _column(match[1])), max(row, int(match[2]))
                column = max([column, *(int(match[1]) for match in _REPEATED.finditer(block))])
            if column * row > _CELLS or (column > 100_000 and sheet):
                raise InputError(
                    f"the cells of {part.filename} span {row:,} rows and {column:,} columns",
                    hint="delete the cells far outside the table, or save the sheet as CSV",
                )
            block = file.read(1 << 20)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _sheet(page: _Pages, given: TableMap | None) -> Sheet | None:
    replay = page.replay
    first = list(islice(replay.rows(), _HEAD))
    if not any(any(cells) for _, cells in first):
        return None
    if headerless([cells for _, cells in first]) and not (given and given.header):
        return Sheet(QUESTION_ANSWER, replay.rows)
    at = given.header - 1 if given and given.header else header_row([cells for _, cells in first])
    if at is None or at >= len(first):
        raise InputError(
            "no row names the columns", hint="add a header row, or say which row it is with `header:` in a --map file"
        )
    return Sheet(_spread(first[at][1]), lambda: islice(replay.rows(), at + 1, None))


def _spread(header: list[str]) -> list[str]:
    """Column names; a twin gets a number, so that a map can tell them apart."""
    seen: dict[str, int] = {}
    named = []
    for cell in header:
        name = tidy(cell)
        count = seen[plain(name)] = seen.get(plain(name), 0) + 1
        named.append(f"{name} ({count})" if name and count > 1 else name)
    return named
