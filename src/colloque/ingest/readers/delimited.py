"""CSV and TSV → a table, with any delimiter, encoding and line ends that offices produce. Streams.

`csv.Sniffer` fails on real exports (5 of 6 measured), so the delimiter is voted for: the one that cuts the first
lines into the same number of cells, outside quotes. Knows nothing of what the columns mean.
"""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import mode

from colloque.errors import InputError
from colloque.ingest.decode import open_text
from colloque.ingest.mapping import TableMap
from colloque.ingest.raw import Fault, Form, Hints, Row, Sheet
from colloque.ingest.readers.redcap import looks_like_redcap, redcap_forms
from colloque.ingest.readers.redcap_dictionary import Field, read_dictionary
from colloque.ingest.readers.roles import QUESTION_ANSWER, header_row, headerless
from colloque.ingest.readers.shape import forms_of
from colloque.ingest.words import spaces

__all__ = ["delimiter_of", "read_delimited", "sheet_of"]

DELIMITERS = ";,\t|"
_CELL = 32_000_000
"""Characters in one cell; beyond, the row is reported."""
_UNCLOSED = 1000
"""Lines in one row; beyond, its quote was never closed."""
_HEAD = 60

csv.field_size_limit(_CELL)


def delimiter_of(lines: list[str]) -> tuple[str, int] | None:
    """The delimiter of a table and how many columns it makes, or None when the lines are no table."""
    best: tuple[float, str, int] | None = None
    for rank, candidate in enumerate(DELIMITERS):
        try:
            rows = [row for row in csv.reader(lines, delimiter=candidate) if any(cell.strip() for cell in row)]
        except csv.Error:
            continue
        widths = [len(row) for row in rows if len(row) > 1]
        if not widths or (len(rows) > 1 and len(widths) < 0.5 * len(rows)):
            continue
        usual = mode(widths)
        even = sum(width == usual for width in widths) / len(rows)
        score = even + 0.02 * min(usual, 20) - 0.001 * rank
        if even >= 0.4 and (best is None or score > best[0]):
            best = (score, candidate, usual)
    return None if best is None else (best[1], best[2])


def read_delimited(path: Path, hints: Hints) -> Iterator[Form | Fault]:
    """The forms of a CSV or TSV file. Raises InputError when it has no header or nothing says what its columns are."""
    sheet = sheet_of(path, hints.map)
    if hints.map is None and looks_like_redcap(sheet.header):
        yield from redcap_forms(sheet, _dictionary(path, sheet.header, hints))
    else:
        yield from forms_of(sheet, hints.map)


def _dictionary(path: Path, header: list[str], hints: Hints) -> dict[str, Field]:
    """The data dictionary that knows most of the columns; in doubt, the one whose name is nearest to the file's."""
    names = {name.strip().split("___")[0] for name in header}
    best: tuple[float, int, dict[str, Field]] | None = None
    for place in hints.dictionaries.values():
        fields = read_dictionary(place)
        share = len(names & set(fields)) / max(len(fields), 1)
        near = _alike(place.name, path.name) + 1000 * (place.parent == path.parent)
        first = next(iter(fields), "")
        if share >= 0.5 and first == header[0].strip() and (best is None or (share, near) > best[:2]):
            best = (share, near, fields)
    if best is None:
        raise InputError(
            "a REDCap export without its data dictionary",
            hint="download the data dictionary of the project (CSV) and put it in the same folder",
        )
    return best[2]


def _alike(one: str, two: str) -> int:
    """How many first letters two file names share."""
    return next((at for at, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))


def sheet_of(path: Path, given: TableMap | None = None) -> Sheet:
    """The table of a delimited file: header, and rows by their number in the file (the header's row counted)."""
    with open_text(path) as file:
        lines = [spaces(line.rstrip("\r\n")) for line in islice(iter(lambda: file.readline(1_000_000), ""), _HEAD)]
    skip, delimiter = _declared(lines)
    if not delimiter:
        voted = delimiter_of(lines[skip:])
        if voted is None:
            voted = (";", 1)
        delimiter = voted[0]
    head = [row for row in islice(_rows(path, delimiter, skip), _HEAD) if not isinstance(row, Fault)]
    if headerless([row[1] for row in head]) and not (given and given.header):
        return Sheet(QUESTION_ANSWER, lambda: _rows(path, delimiter, skip))
    at = given.header - 1 if given and given.header else header_row([row[1] for row in head])
    if at is None or at >= len(head):
        raise InputError(
            "the first row of this table does not name its columns",
            hint="add a header row, or say which row it is with `header:` in a --map file",
        )
    header = head[at][1]
    last = int(head[at][0].removeprefix("row "))
    return Sheet(header, lambda: _after(_rows(path, delimiter, skip), last))


def _declared(lines: list[str]) -> tuple[int, str]:
    """`sep=;` on the first line, as Excel writes it."""
    found = re.match(r"^\ufeff?\"?sep=(.)\"?$", lines[0].strip("\ufeff")) if lines else None
    return (1, found[1]) if found else (0, "")


def _after(rows: Iterator[Row | Fault], last: int) -> Iterator[Row | Fault]:
    for row in rows:
        place = row.place if isinstance(row, Fault) else row[0]
        if int(place.removeprefix("row ")) > last:
            yield row


class _Lines:
    """Lines for csv, remembering those of the row in hand, so that an unclosed quote costs one line and not the file."""

    def __init__(self, file: io.TextIOBase) -> None:
        self.file = file
        self.pending: list[str] = []
        self.taken: list[str] = []
        self.characters = 0
        self.limit = _UNCLOSED

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if len(self.taken) > self.limit or self.characters > _CELL:
            raise csv.Error("unclosed")
        line = self.pending.pop() if self.pending else self.file.readline(_CELL)
        if not line:
            raise StopIteration
        line = line.replace("\x00", "")
        self.taken.append(line)
        self.characters += len(line)
        return line

    def forget(self) -> None:
        self.taken = []
        self.characters = 0

    def give_back(self) -> str:
        """Return the first line of the row; the others are read again."""
        first, *others = self.taken
        self.pending.extend(reversed(others))
        self.forget()
        self.limit = max(20, self.limit // 2)
        return first


def _rows(path: Path, delimiter: str, skip: int) -> Iterator[Row | Fault]:
    with open_text(path, newline="") as file:
        lines = _Lines(file)  # type: ignore[arg-type]
        for _ in range(skip):
            file.readline()
        reader = csv.reader(lines, delimiter=delimiter)
        number = 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                first = lines.give_back() if lines.taken else ""
                reader = csv.reader(lines, delimiter=delimiter)
                yield Fault(
                    f"row {number}", "broken_row", "a quote that is never closed, or a cell beyond 32 million characters",
                    "close the quote, or double it inside a quoted cell", first[:2000],
                )  # fmt: skip
                continue
            if len(lines.taken) > 1 and not lines.pending and _at_end(lines, cells):
                first = lines.give_back()
                reader = csv.reader(lines, delimiter=delimiter)
                yield Fault(
                    f"row {number}", "broken_row", "a quote that is never closed",
                    "close the quote, or double it inside a quoted cell", first[:2000],
                )  # fmt: skip
                continue
            lines.forget()
            yield f"row {number}", cells


def _at_end(lines: _Lines, cells: list[str]) -> bool:
    """The file ended inside a quoted cell: the row took several lines and has an odd number of quotes."""
    return sum(line.count('"') for line in lines.taken) % 2 == 1 and "\n" in (cells[-1] if cells else "")
