"""Files → questionnaires: one reader a format, instruments, de-identification, accounting; and virtual respondents."""

from colloque.ingest.account import Account
from colloque.ingest.config import IngestConfig
from colloque.ingest.mapping import TableMap, load_map
from colloque.ingest.preview import audit, preview, write_map
from colloque.ingest.read import read_questionnaires, read_with_drops
from colloque.ingest.stage import run_ingest

__all__ = [
    "Account",
    "IngestConfig",
    "TableMap",
    "audit",
    "load_map",
    "preview",
    "read_questionnaires",
    "read_with_drops",
    "run_ingest",
    "write_map",
]
