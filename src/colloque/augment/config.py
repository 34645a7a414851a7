"""Settings of augmentation and of the dataset. Loads nothing heavy."""

from typing import Literal

from pydantic import Field

from colloque.core import Split
from colloque.store import StageConfig

__all__ = ["AugmentConfig", "DatasetConfig", "Export"]

Export = Literal["llama-factory", "axolotl"]


class AugmentConfig(StageConfig):
    """How many reformulations of each dialogue, and what counts as the same dialogue."""

    times: int = Field(default=1, ge=0, le=1000)
    """Reformulations asked of each dialogue. `until` wins where both are given."""
    until: int | None = Field(default=None, ge=1)
    """Go on until there are this many dialogues in the augmented splits; copies that fail are made up for by others."""
    balance: Literal["dialogue", "domain"] = "dialogue"
    """How the copies that `until` asks are shared: the same number for each dialogue, or so that the domains (where the
    questionnaires name one) come out as level as can be."""
    most: int = Field(default=50, ge=1, le=1000)
    """Copies of one dialogue at most, whatever `until` asks."""
    splits: tuple[Split, ...] = ("train",)
    """Splits whose dialogues are reformulated; the others pass through as they are."""
    attempts: int = Field(default=3, ge=1, le=10)
    """Wordings tried for one reformulation before it is dropped."""
    near: float = Field(default=0.8, gt=0.0, le=1.0)
    """Jaccard similarity of word 5-grams from which two dialogues are the same. Estimated with 128 permutations."""
    shard: int = Field(default=500, ge=1)
    """Dialogues read for one part."""


class DatasetConfig(StageConfig):
    """What the training files hold."""

    train: tuple[Split, ...] = ("train",)
    """Splits that go into `train.parquet`. Adding others is for a last training after the figures are in."""
    validation: tuple[Split, ...] = ("validation",)
    """Splits that go into `validation.parquet`."""
    system: str | None = None
    """A system message before every dialogue; none by default."""
    licence: str = "other"
    """The licence field of the card: as the questionnaires' owners allow."""
    exports: tuple[Export, ...] = ()
    """Other forms beside Parquet: JSON lines with what LLaMA-Factory or Axolotl needs to read them."""
