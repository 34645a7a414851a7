"""Records in files: JSON lines, zstd-compressed JSON lines, or Parquet; the extension decides, every reader takes all.

A file is whole or absent: it is written beside its place, flushed to the disk and renamed. A folder of numbered
parts (`part-00000.parquet`, …) reads like one file. Knows nothing of what the records mean.
"""

import io
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from colloque.errors import InputError
from colloque.store.schema import arrow_schema, plain_rows

__all__ = [
    "EXTENSIONS",
    "atomic",
    "count_records",
    "first_fault",
    "json_rows",
    "ledger_path",
    "line_files",
    "part_path",
    "parts",
    "read_ledgers",
    "read_records",
    "write_json",
    "write_records",
    "write_text",
]

T = TypeVar("T", bound=BaseModel)

EXTENSIONS = (".jsonl", ".jsonl.zst", ".parquet")
_BATCH = 1024


class atomic:  # noqa: N801 - a context manager, used as a function
    """Write a file beside its place and rename it when all is on the disk; on failure nothing is left behind."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")

    def __enter__(self) -> io.BufferedWriter:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.file = self.beside.open("wb")
        return self.file

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.file.flush()
                os.fsync(self.file.fileno())
            self.file.close()
            if kind is None:
                self.beside.replace(self.path)
        finally:
            self.beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file whole (UTF-8)."""
    with atomic(path) as file:
        file.write(text.encode("utf-8"))


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file whole, keys in the order given, readable by people."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def part_path(folder: Path, index: int) -> Path:
    """The path of one numbered part of a record folder."""
    return folder / f"part-{index:05d}.parquet"


def ledger_path(folder: Path, index: int) -> Path:
    """The small account beside a part; it is written last, and says that the part is whole."""
    return folder / "ledger" / f"part-{index:05d}.json"


def read_ledgers(folder: Path) -> list[dict[str, Any]]:
    """The accounts of all parts, in order."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted((folder / "ledger").glob("part-*.json"))]


def parts(path: Path) -> list[Path]:
    """The files behind a path: itself, or the parts of a folder in order."""
    if not path.is_dir():
        return [path]
    return sorted(p for p in path.iterdir() if p.name.startswith("part-") and p.name.endswith(EXTENSIONS))


def read_records(path: str | Path, kind: type[T]) -> Iterator[T]:
    """Read records of one kind from a file or a folder of parts, lazily and in order.

    Raises InputError with file and row when a row is no such record, and for an unknown extension.
    """
    path = Path(path)
    if path.is_dir() and not parts(path):
        raise InputError(
            "no records in this folder",
            file=path,
            hint=f"expected part-*.parquet or a file {', '.join(EXTENSIONS)}",
        )
    for file in parts(path):
        for number, row in enumerate(_rows(file), start=1):
            try:
                yield kind.model_validate(row)
            except ValidationError as error:
                raise InputError(
                    first_fault(error), file=file, place=f"row {number}", hint=f"expected a {kind.__name__}"
                ) from error


def first_fault(error: ValidationError) -> str:
    """What is wrong with a row, in one line."""
    fault = error.errors()[0]
    return f"{'.'.join(str(part) for part in fault['loc']) or 'row'}: {fault['msg']}"


def _rows(file: Path) -> Iterator[Any]:
    name = file.name
    if name.endswith(".parquet"):
        yield from _parquet_rows(file)
    else:
        with line_files(file) as lines:
            yield from json_rows(lines, file)


@contextmanager
def line_files(file: Path) -> Iterator[Iterable[bytes]]:
    """The lines of a `.jsonl` or `.jsonl.zst` file, open for reading."""
    if file.name.endswith(".jsonl"):
        with file.open("rb") as lines:
            yield lines
    elif file.name.endswith(".jsonl.zst"):
        import zstandard

        with (
            file.open("rb") as raw,
            zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as plain,
        ):
            yield io.BufferedReader(plain)
    else:
        raise InputError("unknown kind of record file", file=file, hint=f"use one of {', '.join(EXTENSIONS)}")


def json_rows(lines: Iterable[bytes], file: Path) -> Iterator[Any]:
    """The objects of JSON lines; empty lines are skipped. Raises InputError with the line."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise InputError(
                    f"not JSON: {error}", file=file, place=f"line {number}", hint="one JSON object a line"
                ) from error


def _parquet_rows(file: Path) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        for batch in pq.ParquetFile(file).iter_batches(batch_size=_BATCH):
            yield from plain_rows(batch)
    except pa.ArrowInvalid as error:
        raise InputError(f"not a Parquet file: {error}", file=file, hint="write it again") from error


def write_records(path: str | Path, records: Iterable[BaseModel], kind: type[BaseModel] | None = None) -> int:
    """Write records to a file, whole or not at all; returns how many. `kind` gives an empty Parquet file its columns."""
    path = Path(path)
    if path.name.endswith(".parquet"):
        return _write_parquet(path, records, kind)
    if path.name.endswith(".jsonl.zst"):
        import zstandard

        with (
            atomic(path) as file,
            zstandard.ZstdCompressor(level=6).stream_writer(file, closefd=False) as packed,
        ):
            return _write_lines(packed, records)
    if path.name.endswith(".jsonl"):
        with atomic(path) as file:
            return _write_lines(file, records)
    raise InputError(
        "unknown kind of record file", file=path, hint=f"name the output with one of {', '.join(EXTENSIONS)}"
    )


def _write_lines(file: Any, records: Iterable[BaseModel]) -> int:
    count = 0
    for record in records:
        file.write(record.model_dump_json().encode("utf-8") + b"\n")
        count += 1
    return count


def _write_parquet(path: Path, records: Iterable[BaseModel], kind: type[BaseModel] | None) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    count, rows, writer = 0, [], None
    with atomic(path) as file:
        for record in records:
            kind = kind or type(record)
            rows.append(record.model_dump(mode="json"))
            count += 1
            if len(rows) == _BATCH:
                writer = writer or pq.ParquetWriter(file, arrow_schema(kind), compression="zstd")
                writer.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(kind)))
                rows = []
        if kind is None:
            raise InputError("nothing to write", file=path, hint="an empty Parquet file needs the kind of its records")
        writer = writer or pq.ParquetWriter(file, arrow_schema(kind), compression="zstd")
        writer.write_table(pa.Table.from_pylist(rows, schema=arrow_schema(kind)))
        writer.close()
    return count


def count_records(path: Path) -> int:
    """How many records a file or a folder of parts holds, without building them."""
    total = 0
    for file in parts(path):
        if file.name.endswith(".parquet"):
            import pyarrow.parquet as pq

            total += pq.read_metadata(file).num_rows
        else:
            total += sum(1 for _ in _rows(file))
    return total
