"""The configuration of ingest: which files, how many virtual respondents, the shares of the splits."""

from pydantic import Field, field_validator

from colloque.core import SHARES, Split
from colloque.store import StageConfig

__all__ = ["IngestConfig"]


class IngestConfig(StageConfig):
    """What is read, and who goes into which split."""

    files: tuple[str, ...] = ()
    """Files and folders of questionnaires, in any form that `colloque ingest` recognises."""
    cohort: int = Field(default=0, ge=0)
    """Virtual respondents to add, for demonstrations and for trying a pipeline out. Marked as virtual everywhere."""
    map: str | None = None
    """A mapping file for tables that no rule understands (`colloque ingest --preview` writes one to edit)."""
    deidentify: bool = True
    """Take identities out. Off only for records that were made anonymous before."""
    shares: dict[Split, float] = Field(default_factory=lambda: dict(SHARES))
    """Shares of respondents by split: 70 % train, 15 % preference, 5 % validation, 10 % test."""
    part: int = Field(default=2000, ge=1)
    """Questionnaires in a file of the output."""

    @field_validator("shares")
    @classmethod
    def _positive(cls, shares: dict[Split, float]) -> dict[Split, float]:
        if not shares or any(share < 0 for share in shares.values()) or sum(shares.values()) <= 0:
            raise ValueError("shares must be positive numbers, such as train: 0.7")
        return shares
