"""Files: records, stage folders, manifests, the journal of model replies."""

from colloque.store.records import (
    atomic,
    count_records,
    ledger_path,
    part_path,
    parts,
    read_ledgers,
    read_records,
    write_json,
    write_records,
    write_text,
)
from colloque.store.rows import Rows, Slice, pack, read_slices, unpack, write_packed
from colloque.store.stage import Context, StageConfig, Tally

__all__ = [
    "Context",
    "Rows",
    "Slice",
    "StageConfig",
    "Tally",
    "atomic",
    "count_records",
    "ledger_path",
    "pack",
    "part_path",
    "parts",
    "read_ledgers",
    "read_records",
    "read_slices",
    "unpack",
    "write_json",
    "write_packed",
    "write_records",
    "write_text",
]
