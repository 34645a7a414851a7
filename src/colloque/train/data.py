"""Training rows in, encoded examples out, kept on the disk and read from there: a resumed run does not encode again.

Knows the columns of the dataset (`messages`) and of an encoded example (`input_ids`, `labels`).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from colloque.core import Message, Role, messages_from, turns_from
from colloque.errors import InputError
from colloque.store import atomic
from colloque.train.examples import Example

__all__ = ["dataset_file", "lengths_of", "read_dialogues", "read_examples", "write_examples"]


def dataset_file(folder: Path, name: str) -> Path:
    """`train.parquet` or `validation.parquet` of a dataset folder. Raises InputError when it is missing."""
    path = folder / f"{name}.parquet"
    if not path.exists():
        raise InputError(
            "no such file in the dataset", file=path, hint="run the dataset stage first (colloque augment)"
        )
    return path


def read_dialogues(path: Path, play: Role = "clinician", system: str | None = None) -> Iterator[tuple[Message, ...]]:
    """The `messages` of each row, in order, the played role as assistant, with at least one reply to learn from.

    `system` replaces the row's own system message; one written for the clinician is not given to a patient. Raises
    InputError with the row.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
        if "messages" not in file.schema_arrow.names:
            raise InputError("no column `messages`", file=path, hint="expected messages[role, content]")
        number = 0
        for batch in file.iter_batches(batch_size=512, columns=["messages"]):
            for row in batch.column(0).to_pylist():
                number += 1
                told = tuple(Message(role=m["role"], content=m["content"] or "") for m in row or ())
                messages = _played(told, play, system)
                if not any(m.role == "assistant" for m in messages):
                    raise InputError(f"no {play} turn in this dialogue", file=path, place=f"row {number}")
                yield messages
    except pa.ArrowInvalid as error:
        raise InputError(f"not a Parquet file: {error}", file=path, hint="write the dataset again") from error


def _played(messages: tuple[Message, ...], play: Role, system: str | None) -> tuple[Message, ...]:
    if play == "clinician" and system is None:
        return messages
    own = next((m.content for m in messages if m.role == "system"), None) if play == "clinician" else None
    return messages_from(turns_from(messages), system=system or own, play=play)


def write_examples(path: Path, examples: Iterable[Example]) -> int:
    """Write encoded examples as an Arrow stream, whole or not at all; returns how many."""
    import pyarrow as pa

    schema = pa.schema([("input_ids", pa.list_(pa.int32())), ("labels", pa.list_(pa.int32()))])
    count, rows = 0, list[Example]()
    with atomic(path) as file, pa.ipc.new_stream(file, schema) as stream:
        for example in examples:
            rows.append(example)
            count += 1
            if len(rows) == 1024:
                stream.write_table(_table(rows, schema))
                rows = []
        stream.write_table(_table(rows, schema))
    return count


def _table(rows: list[Example], schema: Any) -> Any:
    import pyarrow as pa

    return pa.table({"input_ids": [r.ids for r in rows], "labels": [r.labels for r in rows]}, schema=schema)


def lengths_of(examples: Any) -> list[int]:
    """Tokens of each example, read from the column's offsets: no example is loaded."""
    import pyarrow.compute as pc

    return [int(n) for n in pc.list_value_length(examples.data.column("input_ids")).to_pylist()]


def read_examples(path: Path) -> Any:
    """Encoded examples as a `datasets.Dataset` mapped from the disk."""
    from datasets import Dataset

    return Dataset.from_file(str(path))
