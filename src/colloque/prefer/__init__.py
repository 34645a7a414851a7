"""Openings, replies, pairs and the card of the set: from the SFT model's own replies to preferences that TRL reads."""

from colloque.prefer.config import OpeningsConfig, PreferConfig
from colloque.prefer.openings import hand_openings, run_openings, user_openings
from colloque.prefer.pairs import write_control
from colloque.prefer.records import Drawn, JudgedComparison
from colloque.prefer.stage import run_prefer

__all__ = [
    "Drawn",
    "JudgedComparison",
    "OpeningsConfig",
    "PreferConfig",
    "hand_openings",
    "run_openings",
    "run_prefer",
    "user_openings",
    "write_control",
]
