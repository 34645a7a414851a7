"""What a stage is given and what it gives back: its folder, its inputs, its tally.

A stage is a function `(Context, its config) → Tally`. It writes only under `context.folder`, finds there what an
earlier, killed run of the same stage left (the pipeline empties the folder when inputs or configuration differ),
and knows no other stage: only files.
"""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from colloque.errors import RunError

__all__ = ["Context", "StageConfig", "Tally"]


class StageConfig(BaseModel):
    """Base of each stage's small configuration: frozen, unknown keys refused, a docstring under each field."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Context(BaseModel):
    """Where a stage works: its own folder, the folders or files of earlier stages by name, the seed, the processes."""

    model_config = ConfigDict(frozen=True)

    folder: Path
    inputs: Mapping[str, Path] = Field(default_factory=dict)
    seed: int = 0
    workers: int = 1


class Tally(BaseModel):
    """What a stage did with what it read. `made` counts records that did not exist before (reformulations, pairs)."""

    read: int = 0
    kept: int = 0
    made: int = 0
    dropped: dict[str, int] = Field(default_factory=dict)
    figures: dict[str, Any] = Field(default_factory=dict)

    def balanced(self, stage: str) -> "Tally":
        """Law 1: read = kept + dropped. Raises RunError when a record vanished without a reason."""
        lost = self.read - self.kept - sum(self.dropped.values())
        if lost:
            raise RunError(
                f"{stage}: {lost} of {self.read} records left without a reason",
                hint="report this: it is a fault of colloque",
            )
        return self

    def drop(self, reason: str) -> None:
        """Count one more record that left, by its reason."""
        self.dropped = dict(Counter(self.dropped) + Counter({reason: 1}))
