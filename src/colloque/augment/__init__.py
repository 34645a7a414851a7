"""Dialogues → more dialogues of the same facts, duplicates out, and the dataset that training reads."""

from colloque.augment.again import reformulate
from colloque.augment.config import AugmentConfig, DatasetConfig
from colloque.augment.dataset import run_dataset
from colloque.augment.stage import run_augment

__all__ = ["AugmentConfig", "DatasetConfig", "reformulate", "run_augment", "run_dataset"]
