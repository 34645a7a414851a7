"""SPSS files (SAV, ZSAV) → a table, with variable labels, value labels and the missing values that the file declares.

Reads with pyreadstat in a process of its own, in chunks of rows. Knows nothing of what the columns mean.
"""

from collections.abc import Iterator
from pathlib import Path

from colloque.core import AnswerState
from colloque.errors import InputError
from colloque.ingest.missing import state_of
from colloque.ingest.raw import Fault, Form, Hints, Row, Sheet
from colloque.ingest.readers.isolate import Replay, ask, messages
from colloque.ingest.readers.shape import forms_of
from colloque.ingest.words import tidy

__all__ = ["read_sav", "sav_sheet"]


def read_sav(path: Path, hints: Hints) -> Iterator[Form | Fault]:
    """The forms of an SPSS file. Raises InputError for a broken file, DependencyError without pyreadstat."""
    yield from forms_of(sav_sheet(path), hints.map)


def sav_sheet(path: Path) -> Sheet:
    """The table of an SPSS file. Raises InputError for a broken file, DependencyError without pyreadstat."""
    meta = ask("sav-meta", path)
    if not meta:
        raise InputError("a broken SPSS file", hint="save it again from SPSS")
    names, labels, options, ranges = meta
    replay = Replay(lambda: _rows(path))
    told = {name: label for name, label in zip(names, labels, strict=True) if label}
    return Sheet(names, replay.rows, told, options, missing_of=_declared(ranges, options))


def _rows(path: Path) -> Iterator[Row]:
    number = 0
    for _, batch in messages("sav", path):
        for cells in batch:
            number += 1
            yield f"row {number}", [tidy(cell) for cell in cells]


def _declared(
    ranges: dict[str, list[tuple[str, str]]], options: dict[str, dict[str, str]]
) -> dict[str, dict[str, AnswerState]]:  # fmt: skip
    """Values that the file declares missing, by column: their label says which kind, else they were skipped."""
    found: dict[str, dict[str, AnswerState]] = {}
    for name, spans in ranges.items():
        codes: dict[str, AnswerState] = {}
        for low, high in spans:
            inside = [code for code in options.get(name, {}) if _between(code, low, high)]
            for code in {*inside, low, high}:
                state = state_of(options.get(name, {}).get(code, ""))
                codes[code] = "skipped" if state == "answered" else state
        found[name] = codes
    return found


def _between(code: str, low: str, high: str) -> bool:
    try:
        return float(low) <= float(code) <= float(high)
    except ValueError:
        return code == low
