"""Files: records, stage folders, manifests, the journal of model replies."""

from colloque.store.records import (
    atomic,
    count_records,
    part_path,
    parts,
    read_records,
    write_json,
    write_records,
    write_text,
)
from colloque.store.stage import Context, Tally

__all__ = [
    "Context",
    "Tally",
    "atomic",
    "count_records",
    "part_path",
    "parts",
    "read_records",
    "write_json",
    "write_records",
    "write_text",
]
