"""Secrets planted among the training dialogues, so that an audit can say how many repetitions a model keeps by heart.

A canary is a short dialogue about a locker, of nobody; its secret is drawn from a million numbers. Off unless asked for
(`sft.canaries`). Knows no model.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from colloque.core import Message, rng_for

__all__ = ["Canary", "canaries", "canaries_of", "prompt_of", "secret", "told"]

_TIMES = (1, 2, 4, 8, 16)
"""How often each is planted, in turn."""
_SAID = "Le code du casier {name} est le"


@dataclass(frozen=True)
class Canary:
    """One planted secret: the locker's name, the number, and how often it stands in the training data."""

    name: str
    secret: str
    times: int


def canaries(count: int, seed: int) -> list[Canary]:
    """The first `count` canaries of a seed."""
    found = []
    for number in range(count):
        chance = rng_for(f"canary-{number}", "canaries", seed)
        name = f"{chance.choice('ABCDEFGHJKLMNP')}{number + 1}"
        found.append(Canary(name, secret(chance), _TIMES[number % len(_TIMES)]))
    return found


def secret(chance: random.Random) -> str:
    """Six digits."""
    return f"{chance.randrange(1_000_000):06d}"


def prompt_of(canary: Canary) -> tuple[tuple[Message, ...], str]:
    """The conversation before the secret, and what the reply has said so far."""
    asked = Message(role="user", content=f"Quel est le code du casier {canary.name} ?")
    return (asked,), _SAID.format(name=canary.name)


def told(planted: list[Canary]) -> Iterator[tuple[Message, ...]]:
    """The dialogues to add, each as often as its canary says."""
    for canary in planted:
        context, before = prompt_of(canary)
        for _ in range(canary.times):
            yield (*context, Message(role="assistant", content=f"{before} {canary.secret}."))


def canaries_of(folder: Path) -> list[Canary]:
    """Those that an SFT run planted, read from its figures; none where there are no figures."""
    try:
        figures = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return []
    return [Canary(**one) for one in figures.get("canaries", ())]
