"""SAS transport files (XPORT version 5 and 8) → a table, with the labels of its columns. Reads row by row.

Our own reader: the format is two pages of specification (SAS TS-140), and the usual ones turn zero into 5.4e-79 and give
bytes for text. Numbers are IBM floating point; the special missing values .A to .Z are kept as such.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from colloque.core import AnswerState
from colloque.errors import InputError
from colloque.ingest.raw import Fault, Form, Hints, Row, Sheet
from colloque.ingest.readers.shape import forms_of
from colloque.ingest.words import tidy

__all__ = ["ibm_number", "read_xpt", "xpt_sheets"]

_CARD = 80
_MEMBER = re.compile(rb"HEADER RECORD\*{7}MEM(?:BER |BV8 ) HEADER RECORD!{7}")
_MISSING: dict[str, AnswerState] = {
    ".R": "refused",
    ".D": "unknown",
    ".K": "unknown",
    ".N": "not_applicable",
    ".S": "not_shown",
}
"""The letters that surveys usually give: refused, don't know, not applicable, skipped by the form."""


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str
    label: str
    number: bool
    start: int
    length: int


def ibm_number(raw: bytes) -> str:
    """An IBM float of 2 to 8 bytes as a cell: `3`, `1.5`, `` for missing, `.A` for a special missing value."""
    raw = raw.ljust(8, b"\0")
    if not any(raw[1:]) and (raw[0] in b"._" or 65 <= raw[0] <= 90):
        return "" if raw[0] == 0x2E else "." + chr(raw[0])
    fraction = int.from_bytes(raw[1:8], "big")
    if fraction == 0:
        return "0"
    value = fraction * 16.0 ** ((raw[0] & 0x7F) - 64 - 14)
    value = -value if raw[0] & 0x80 else value
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.12g}"


def read_xpt(path: Path, hints: Hints) -> Iterator[Form | Fault]:
    """The forms of every data set of the file. Raises InputError for a broken file."""
    for sheet in xpt_sheets(path):
        yield from forms_of(sheet, hints.map)


def xpt_sheets(path: Path) -> Iterator[Sheet]:
    """The data sets of a transport file, each a table."""
    size = path.stat().st_size
    with path.open("rb") as file:
        starts = _members(file, size)
    if not starts:
        raise InputError(
            "a SAS transport file without a data set", hint="export it again with PROC COPY or a SAS XPORT engine"
        )
    ends = [*starts[1:], size]
    for start, end in zip(starts, ends, strict=True):
        with path.open("rb") as file:
            variables, data = _described(file, start, end)
        yield _sheet(path, variables, data, end)


def _members(file: BinaryIO, size: int) -> list[int]:
    """Where each member begins: its header card stands on an 80-byte boundary."""
    found = []
    position = 0
    while position < size:
        block = file.read(_CARD * 13_107)
        if not block:
            break
        for match in _MEMBER.finditer(block):
            if match.start() % _CARD == 0:
                found.append(position + match.start())
        position += len(block)
    return found


def _described(file: BinaryIO, start: int, end: int) -> tuple[list[_Variable], int]:
    """The variables of a member and where its data begin."""
    file.seek(start)
    header = file.read(_CARD)
    long = header[20:26] == b"MEMBV8"
    try:
        width = int(header[75:78] or b"140")
        file.seek(start + 4 * _CARD)
        names = file.read(_CARD)
        count = int(names[54:58]) if not long else int(names[48:58].strip() or names[54:58])
        if not 0 < count <= 20_000 or width not in (136, 140):
            raise ValueError(f"{count} columns of {width} bytes")
        raw = file.read(count * width)
        if len(raw) < count * width:
            raise ValueError("it ends in the middle of the column names")
        at = start + 5 * _CARD + -(-count * width // _CARD) * _CARD
        variables = [_variable(raw[i * width : (i + 1) * width], long=long) for i in range(count)]
        while True:
            file.seek(at)
            card = file.read(_CARD)
            if b"OBS" in card[20:26] and card.startswith(b"HEADER RECORD"):
                return variables, at + _CARD
            at += _CARD
            if not card or at >= end:
                raise ValueError("it has no observations header")
    except ValueError as error:
        raise InputError(f"a broken SAS transport file: {error}", hint="export it again") from error


def _variable(raw: bytes, *, long: bool) -> _Variable:
    kind, length = int.from_bytes(raw[0:2], "big"), int.from_bytes(raw[4:6], "big")
    name = _text(raw[88:120]) if long and raw[88:120].strip(b"\0 ") else _text(raw[8:16])
    if kind not in (1, 2) or not length:
        raise ValueError(f"column {name!r} has no type")
    return _Variable(name, _text(raw[16:56]), kind == 1, int.from_bytes(raw[84:88], "big"), length)


def _text(raw: bytes) -> str:
    raw = raw.rstrip(b" \0")
    try:
        return tidy(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return tidy(raw.decode("cp1252", "replace"))


def _sheet(path: Path, variables: list[_Variable], data: int, end: int) -> Sheet:
    length = sum(v.length for v in variables)
    length = max(length, max(v.start + v.length for v in variables))
    if length > 1_000_000:
        raise InputError("a broken SAS transport file: rows of more than 1 MB", hint="export it again")

    def rows() -> Iterator[Row]:
        with path.open("rb") as file:
            file.seek(data)
            number, position = 0, data
            while position + length <= end:
                raw = file.read(length)
                position += length
                if len(raw) < length or (end - position < _CARD and not raw.strip(b" ")):
                    return
                number += 1
                yield f"row {number}", [_cell(raw, variable) for variable in variables]

    return Sheet(
        [v.name for v in variables], rows, labels={v.name: v.label for v in variables if v.label}, missing=_MISSING
    )  # fmt: skip


def _cell(raw: bytes, variable: _Variable) -> str:
    part = raw[variable.start : variable.start + variable.length]
    return ibm_number(part) if variable.number else _text(part)
