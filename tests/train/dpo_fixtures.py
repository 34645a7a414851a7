"""A policy for DPO without training one: the embedded body with random weights, its tokenizer, and pairs of several dialogues."""

import random
import subprocess
import sys
from pathlib import Path

from talk_fixtures import consultation

from colloque.core import Preference, content_id
from colloque.store import write_records

PROGRAM = """
import sys
from pathlib import Path
from colloque.store import Context
from colloque.train import DpoConfig, references, run_dpo
references._SHARD = 8
folder, preferences, policy = map(Path, sys.argv[1:])
run_dpo(Context(folder=folder, inputs={{"preferences": preferences, "policy": policy}}, seed=3), DpoConfig(**{options!r}))
"""


def write_policy(folder: Path) -> Path:
    """An embedded model of the least size, weights drawn, not learnt."""
    from colloque.train.base import embedded_model, embedded_tokenizer

    tokenizer = embedded_tokenizer((m.content for n in range(60) for m in consultation(n)), 400)
    embedded_model("0.3m", tokenizer, seed=1).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def tree_preferences(dialogues: int, origins: tuple[str, ...] = ("on-policy",)) -> list[Preference]:
    """Every clinician turn of each dialogue as an opening, with two replies: what was said, and another turn."""
    pairs = []
    for number in range(dialogues):
        talk, other = consultation(number, 5), consultation(number + 1000, 5)
        chance = random.Random(number)
        for spot, message in enumerate(talk):
            if message.role != "assistant":
                continue
            wrong = chance.choice([m for m in other if m.role == "assistant" and m != message])
            pairs.append(
                Preference(
                    prompt=talk[:spot], chosen=(message,), rejected=(wrong,), id=content_id("p", number, spot),
                    opening=f"o-{number}-{spot}", respondent=f"r-{number}", origin=origins[number % len(origins)],
                )
            )  # fmt: skip
    return pairs


def write_pairs(path: Path, dialogues: int, origins: tuple[str, ...] = ("on-policy",)) -> Path:
    """The same as a preference file."""
    write_records(path, tree_preferences(dialogues, origins), Preference)
    return path


def start(folder: Path, preferences: Path, policy: Path, **options: object) -> "subprocess.Popen[bytes]":
    """A DPO run in a process of its own, to be killed."""
    program = PROGRAM.format(options=options)
    return subprocess.Popen([sys.executable, "-c", program, str(folder), str(preferences), str(policy)])
