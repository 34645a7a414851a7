"""SPSS files (SAV, ZSAV) → a table, with variable labels, value labels and the missing values that the file declares.

Reads with pyreadstat, in chunks of rows. Knows nothing of what the columns mean.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from colloque.core import AnswerState
from colloque.errors import DependencyError, InputError
from colloque.ingest.missing import state_of
from colloque.ingest.raw import Fault, Form, Hints, Row, Sheet
from colloque.ingest.readers.shape import forms_of
from colloque.ingest.readers.workbook import cell_text

__all__ = ["read_sav", "sav_sheet"]

_CHUNK = 5000


def read_sav(path: Path, hints: Hints) -> Iterator[Form | Fault]:
    """The forms of an SPSS file. Raises InputError for a broken file, DependencyError without pyreadstat."""
    yield from forms_of(sav_sheet(path), hints.map)


def _library() -> Any:
    try:
        import pyreadstat
    except ImportError as error:
        raise DependencyError(
            "reading SPSS files needs pyreadstat", hint="pip install 'pyreadstat>=1.2.7' (or colloque[tables])"
        ) from error
    return pyreadstat


def sav_sheet(path: Path) -> Sheet:
    """The table of an SPSS file. Raises InputError for a broken file, DependencyError without pyreadstat."""
    library = _library()
    try:
        _, meta = library.read_sav(str(path), metadataonly=True, user_missing=True)
    except (library.ReadstatError, library.PyreadstatError, ValueError, UnicodeDecodeError, OverflowError) as error:
        raise InputError(f"a broken SPSS file: {error}", hint="save it again from SPSS") from error
    names: list[str] = list(meta.column_names)
    options = {
        name: {cell_text(code): str(words) for code, words in labels.items()}
        for name, labels in meta.variable_value_labels.items()
    }  # fmt: skip
    labels = {name: label for name, label in zip(names, meta.column_labels, strict=True) if label}
    missing = _declared(meta, options)

    def rows() -> Iterator[Row]:
        number = offset = 0
        while True:
            try:
                frame, _ = library.read_sav(
                    str(path), row_offset=offset, row_limit=_CHUNK, user_missing=True, output_format="dict"
                )  # fmt: skip
            except (library.ReadstatError, library.PyreadstatError, ValueError, UnicodeDecodeError) as error:
                raise InputError(
                    f"a broken SPSS file: {error}", place=f"row {number + 1}", hint="save it again"
                ) from error
            columns = [frame[name] for name in names]
            count = len(columns[0]) if columns else 0
            for row in zip(*columns, strict=True):
                number += 1
                yield f"row {number}", [_text(value) for value in row]
            if count < _CHUNK:
                return
            offset += count

    return Sheet(names, rows, labels, options, missing_of=missing)


def _text(value: Any) -> str:
    return "" if value is None or value != value else cell_text(value)


def _declared(meta: Any, options: dict[str, dict[str, str]]) -> dict[str, dict[str, AnswerState]]:
    """Values that the file declares missing, by column: their label says which kind, else they were skipped."""
    found: dict[str, dict[str, AnswerState]] = {}
    for name, ranges in meta.missing_ranges.items():
        codes: dict[str, AnswerState] = {}
        for one in ranges:
            low, high = one["lo"], one["hi"]
            inside = [code for code in options.get(name, {}) if _between(code, low, high)]
            for code in {*inside, cell_text(low), cell_text(high)}:
                state = state_of(options.get(name, {}).get(code, ""))
                codes[code] = "skipped" if state == "answered" else state
        found[name] = codes
    return found


def _between(code: str, low: Any, high: Any) -> bool:
    try:
        return float(low) <= float(code) <= float(high)
    except (TypeError, ValueError):
        return code == str(low)
