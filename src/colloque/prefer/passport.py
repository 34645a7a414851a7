"""The judge's passport before it labels a set: hand-written canaries, put to it in both orders as any pair is.

What is measured and what is refused is the judge's own business (`judge.passport`); the known pairs are data of this package.
"""

import math
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from colloque.judge import Judge
from colloque.judge.passport import Canary, Limits, canary, check, examine
from colloque.prefer.config import PreferConfig

__all__ = ["canaries", "check_passport", "limits_of", "passport_of"]


@cache
def canaries() -> tuple[Canary, ...]:
    """(comparison, seat of the better reply, criterion) of each canary; the seat is drawn by the canary's own id."""
    text = files("colloque.prefer").joinpath("data/canaries.toml").read_text(encoding="utf-8")
    return tuple(canary(row["talk"], row["good"], row["bad"], row["criterion"]) for row in tomllib.loads(text)["pair"])


def passport_of(judge: Judge) -> dict[str, Any]:
    """What `judge.passport.examine` finds on the canaries of this package."""
    return examine(judge, canaries())


def limits_of(config: PreferConfig) -> Limits:
    """The limits that a configuration sets to its judge; with `least_accuracy: 0` none is stopped, whatever it does."""
    if not config.least_accuracy:
        return Limits(0.0, 0.0, 1.0, math.inf, 1.0)
    return Limits(config.least_accuracy, config.least_planted, config.most_flips, config.most_length)


def check_passport(passport: dict[str, Any], limits: Limits) -> None:
    """Raise RunError where the judge is beyond a limit."""
    check(passport, limits)
