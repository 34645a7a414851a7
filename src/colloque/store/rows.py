"""Records by position: what a stage hands to its workers, and what it gets back, without building records in between.

A worker reads its own slice of a file and gives its records back packed (Arrow), so that the process that deals the
work out only moves bytes: building 100,000 dialogues costs it 50 s, moving them 2 s. Knows nothing of what records mean.
"""

import io
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

from colloque.errors import InputError
from colloque.store.records import atomic, first_fault, json_rows, line_files, parts
from colloque.store.schema import arrow_schema, column_values, plain_rows

__all__ = ["Rows", "Slice", "pack", "read_slices", "unpack", "write_packed"]

T = TypeVar("T", bound=BaseModel)


class Slice(NamedTuple):
    """Consecutive records of one file: `rows` of them from row `start` (0-based) on; of a file of lines, the lines."""

    file: Path
    start: int
    rows: int
    lines: tuple[bytes, ...] | None = None


class Rows:
    """The records of a file or of a folder of parts, by position. Of `.jsonl.zst` the lines are held in memory."""

    def __init__(self, path: Path) -> None:
        self.files = parts(path)
        self._lines: dict[Path, _Lines] = {f: _Lines(f) for f in self.files if not f.name.endswith(".parquet")}
        self._ends = list(accumulate(self._count(file) for file in self.files))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def _count(self, file: Path) -> int:
        if file in self._lines:
            return len(self._lines[file])
        import pyarrow.parquet as pq

        return int(pq.read_metadata(file).num_rows)

    def slices(self, start: int, count: int) -> tuple[Slice, ...]:
        """The `count` records from position `start` on, fewer at the end, as slices of their files."""
        found: list[Slice] = []
        stop = min(start + count, len(self))
        while start < stop:
            place = bisect_right(self._ends, start)
            file, before = self.files[place], self._ends[place - 1] if place else 0
            size = min(stop, self._ends[place]) - start
            lines = self._lines[file].take(start - before, size) if file in self._lines else None
            found.append(Slice(file, start - before, size, lines))
            start += size
        return tuple(found)

    def columns(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """The values of top-level columns, row by row and in order; None where a line lacks the key."""
        for file in self.files:
            if file in self._lines:
                rows = json_rows(self._lines[file].take(0, len(self._lines[file])), file)
                yield from (tuple(row.get(name) for name in names) for row in rows)
            else:
                import pyarrow.parquet as pq

                for batch in pq.ParquetFile(file).iter_batches(columns=list(names)):
                    yield from zip(*(column_values(batch.column(name)) for name in names), strict=True)


class _Lines:
    """The non-empty lines of one file, by number: their places in the file, or themselves where it is packed."""

    def __init__(self, file: Path) -> None:
        self.file, self.starts, self.kept = file, array("q"), []  # type: tuple[Path, array[int], list[bytes]]  # fmt: skip
        self.packed = not file.name.endswith(".jsonl")
        place = 0
        with line_files(file) as lines:
            for line in lines:
                if line.strip():
                    self.kept.append(line) if self.packed else self.starts.append(place)
                place += len(line)

    def __len__(self) -> int:
        return len(self.kept) if self.packed else len(self.starts)

    def take(self, start: int, count: int) -> tuple[bytes, ...]:
        if self.packed:
            return tuple(self.kept[start : start + count])
        found = []
        with self.file.open("rb") as file:
            for place in self.starts[start : start + count]:
                file.seek(place)
                found.append(file.readline())
        return tuple(found)


def read_slices(slices: Iterable[Slice], kind: type[T]) -> Iterator[T]:
    """The records of slices, in order. Raises InputError with file and row when one is no such record."""
    for part in slices:
        rows = _parquet(part) if part.lines is None else json_rows(part.lines, part.file)
        for number, row in enumerate(rows, start=part.start + 1):
            try:
                yield kind.model_validate(row)
            except ValidationError as error:
                raise InputError(
                    first_fault(error), file=part.file, place=f"row {number}", hint=f"expected a {kind.__name__}"
                ) from error


def _parquet(part: Slice) -> Iterator[Any]:
    """The rows of a slice; only the row groups that it touches are read."""
    import pyarrow.parquet as pq

    file = pq.ParquetFile(part.file)
    groups: list[int] = []
    first = place = 0
    for index in range(file.num_row_groups):
        size = file.metadata.row_group(index).num_rows
        if place < part.start + part.rows and part.start < place + size:
            first = first if groups else place
            groups.append(index)
        place += size
    return iter(plain_rows(file.read_row_groups(groups).slice(part.start - first, part.rows)))


def pack(records: Sequence[BaseModel], kind: type[BaseModel]) -> bytes:
    """Records as one Arrow stream: small to send, ready to be written. `unpack` reads it."""
    import pyarrow as pa

    schema = arrow_schema(kind)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, schema) as stream:
        stream.write_table(pa.Table.from_pylist([record.model_dump(mode="json") for record in records], schema=schema))
    return sink.getvalue()


def _table(packed: bytes) -> Any:
    import pyarrow as pa

    return pa.ipc.open_stream(packed).read_all()


def unpack(packed: bytes, kind: type[T], only: Sequence[int] | None = None) -> list[T]:
    """The records of a packed stream; of the positions in `only`, where given."""
    import pyarrow as pa

    table = _table(packed)
    if only is not None:
        table = table.take(pa.array(list(only), pa.int64()))
    return [kind.model_validate(row) for row in plain_rows(table)]


def write_packed(path: Path, packed: bytes, keep: Sequence[bool] | None = None) -> int:
    """Write packed records to a Parquet file, whole or not at all, only those marked in `keep`; returns how many."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = _table(packed)
    if keep is not None:
        table = table.filter(pa.array(list(keep), pa.bool_()))
    with atomic(path) as file:
        pq.write_table(table, file, compression="zstd")
    return int(table.num_rows)
