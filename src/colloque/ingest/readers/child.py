"""A process of its own for libraries that are not ours: reads one workbook or SPSS file and sends its rows to the parent.

A broken file makes such libraries abort, spin or ask for all memory (calamine: 20 of 1,500 broken inputs); here that
costs one file and one clear line. Run as a script: imports nothing of colloque, so it starts in a tenth of a second.
Messages on stdout: four bytes of length, then a marshalled tuple (kind, value).
"""

import datetime
import marshal
import struct
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

__all__ = ["MEMORY", "cell_text"]

MEMORY = 1_000_000_000
"""Bytes of address space that a reader may ask for; 10 million cells take about 600 MB."""
_BATCH = 500
_CHUNK = 5000


def cell_text(value: Any) -> str:
    """A cell as text: whole numbers without `.0`, days as ISO dates, booleans as Oui and Non."""
    if value is None or value != value:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "Oui" if value else "Non"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.12g}"
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, datetime.timedelta):
        minutes = int(value.total_seconds() // 60)
        return f"{minutes // 60} h {minutes % 60:02d}"
    return str(value)


class _Out:
    """The way to the parent."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def send(self, kind: str, value: Any = None) -> None:
        data = marshal.dumps((kind, value))
        self.file.write(struct.pack(">I", len(data)) + data)
        self.file.flush()

    def rows(self, rows: Iterator[list[str]]) -> None:
        batch: list[list[str]] = []
        for row in rows:
            batch.append(row)
            if len(batch) == _BATCH:
                self.send("rows", batch)
                batch = []
        self.send("rows", batch)


def _sheet(path: str, name: str, out: _Out) -> None:
    """All sheets with whether they are visible, then the rows of one: by name, or the first visible one."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    sheets = [(meta.name, str(meta.visible).rsplit(".", 1)[-1] == "Visible") for meta in book.sheets_metadata]
    out.send("sheets", sheets)
    shown = [sheet for sheet, visible in sheets if visible] or [sheet for sheet, _ in sheets]
    name = name or (shown[0] if shown else "")
    if name not in book.sheet_names:
        return
    sheet = book.get_sheet_by_name(name)
    first = (sheet.start or (0, 0))[0] if sheet.height != sheet.total_height else 0
    out.send("first", first)
    out.rows([cell_text(cell) for cell in row] for row in sheet.iter_rows())


def _sav_meta(path: str, out: _Out) -> None:
    import pyreadstat

    _, meta = pyreadstat.read_sav(path, metadataonly=True, user_missing=True)
    options = {
        name: {cell_text(code): str(words) for code, words in labels.items()}
        for name, labels in meta.variable_value_labels.items()
    }  # fmt: skip
    ranges: dict[str, list[tuple[str, str]]] = {}
    for name, spans in meta.missing_ranges.items():
        pairs: list[Any] = list(spans)
        ranges[name] = [(cell_text(pair["lo"]), cell_text(pair["hi"])) for pair in pairs]
    labels = [label or "" for label in meta.column_labels]
    out.send("meta", (list(meta.column_names), labels, options, ranges))


def _sav(path: str, out: _Out) -> None:
    import pyreadstat

    offset = 0
    while True:
        frame, _ = pyreadstat.read_sav(
            path, row_offset=offset, row_limit=_CHUNK, user_missing=True, output_format="dict"
        )  # fmt: skip
        columns = list(frame.values())
        count = len(columns[0]) if columns else 0
        out.rows([cell_text(value) for value in row] for row in zip(*columns, strict=True))
        if count < _CHUNK:
            return
        offset += count


def main() -> int:
    """`child.py sheet|sav-meta|sav PATH [SHEET]`."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass
    what, path, *more = sys.argv[1:]
    out = _Out(sys.stdout.buffer)
    try:
        if what == "sheet":
            _sheet(path, more[0], out)
        elif what == "sav-meta":
            _sav_meta(path, out)
        else:
            _sav(path, out)
    except ImportError as error:
        out.send("missing", str(error.name))
    except BaseException as error:  # noqa: BLE001 - a panic of the library is no Exception; the parent makes it one line
        out.send("error", f"{type(error).__name__}: {error}"[:300])
    else:
        out.send("end")
    return 0


if __name__ == "__main__":
    sys.exit(main())
