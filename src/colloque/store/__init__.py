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
from colloque.store.stage import Context, StageConfig, Tally

__all__ = [
    "Context",
    "StageConfig",
    "Tally",
    "atomic",
    "count_records",
    "ledger_path",
    "part_path",
    "parts",
    "read_ledgers",
    "read_records",
    "write_json",
    "write_records",
    "write_text",
]
