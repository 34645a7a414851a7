"""Preferences as DPO reads them: respondents set apart to measure on, prompts cut between turns, useless pairs left out.

Knows records and tokens, no trainer.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from colloque.core import Message, Preference, uniform
from colloque.errors import InputError
from colloque.store import read_records
from colloque.train.examples import clean, control_marks

__all__ = ["Pairs", "maker", "read_pairs", "rows"]


@dataclass
class Pairs:
    """Pairs to train on and pairs of other respondents to measure on; what was left out, by reason."""

    train: list[Preference] = field(default_factory=list)
    held_out: list[Preference] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)
    read: int = 0
    cut: int = 0

    def drop(self, reason: str) -> None:
        """Count a pair that is not used."""
        self.dropped[reason] = self.dropped.get(reason, 0) + 1

    def parted(self, most: int, seed: int) -> tuple[list[Preference], list[Preference]]:
        """Held-out pairs to choose a model by (about a third, about `most` at most) and to measure it on, of different respondents.

        The first list is empty where there are too few for both.
        """
        wanted = min(most, len(self.held_out) // 3)
        theirs = Counter(_person(pair) for pair in self.held_out)
        people = sorted(theirs, key=lambda who: (uniform(who, "dpo, chosen by", seed), who))
        chosen: set[str] = set()
        count = 0
        for who in people[:-1]:
            if count < wanted:
                chosen.add(who)
                count += theirs[who]
        watched = [pair for pair in self.held_out if _person(pair) in chosen]
        return watched, [pair for pair in self.held_out if _person(pair) not in chosen]


def _person(pair: Preference) -> str:
    return pair.respondent or pair.opening or pair.id


def maker(path: Path) -> str | None:
    """The weights' hash of the model that made these pairs, where the card beside them names it (`sft-3f9a0b12c4de`)."""
    try:
        name = str(json.loads((path.parent / "card.json").read_text(encoding="utf-8")).get("model", ""))
    except (FileNotFoundError, NotADirectoryError, ValueError, AttributeError):
        return None
    found = re.fullmatch(r".+-([0-9a-f]{12})", name)
    return found.group(1) if found else None


def read_pairs(path: Path, tokenizer: Any, limit: int, share: float, seed: int) -> Pairs:
    """Read preferences; `share` of the respondents are held out. Raises InputError when too few are left to train on."""
    pairs = Pairs()
    for number, pair in enumerate(read_records(path, Preference)):
        pairs.read += 1
        if pair.chosen == pair.rejected:
            pairs.drop("identical replies")
            continue
        fitted = _fitted(pair, tokenizer, limit)
        if fitted is None:
            pairs.drop("replies longer than the model's context")
            continue
        pairs.cut += fitted is not pair
        apart = uniform(pair.respondent or pair.opening or pair.id or str(number), "dpo, held out", seed) < share
        (pairs.held_out if apart else pairs.train).append(fitted)
    if len(pairs.train) < 2 or not pairs.held_out:
        raise InputError(
            f"{len(pairs.train)} pairs to train on and {len(pairs.held_out)} to measure on are too few",
            file=path,
            hint="more openings, more draws or a higher temperature (openings, prefer), or more respondents",
        )
    return pairs


def rows(pairs: Sequence[Preference], tokenizer: Any) -> list[dict[str, list[dict[str, str]]]]:
    """The columns that TRL reads, control marks in anyone's words broken."""
    marks = control_marks(tokenizer)
    return [
        {"prompt": clean(p.prompt, marks), "chosen": clean(p.chosen, marks), "rejected": clean(p.rejected, marks)}
        for p in pairs
    ]


def _fitted(pair: Preference, tokenizer: Any, limit: int) -> Preference | None:
    """The pair itself, or with its oldest exchanges cut from the prompt; None when the replies alone are too long.

    TRL would cut the end, the replies: a pair whose two sides are then equal teaches nothing, and nobody is told.
    """
    marks = control_marks(tokenizer)
    longest = max(_length(tokenizer, [*pair.prompt, *side], marks) for side in (pair.chosen, pair.rejected))
    if longest <= limit:
        return pair
    system = pair.prompt[:1] if pair.prompt and pair.prompt[0].role == "system" else ()
    talk = pair.prompt[len(system) :]
    while len(talk) > 2:
        talk = talk[2:]
        kept = (*system, *talk)
        if max(_length(tokenizer, [*kept, *side], marks) for side in (pair.chosen, pair.rejected)) <= limit:
            return pair.model_copy(update={"prompt": kept})
    return None


def _length(tokenizer: Any, messages: Sequence[Message], marks: tuple[str, ...]) -> int:
    return len(tokenizer.apply_chat_template(clean(messages, marks), tokenize=True, return_dict=True)["input_ids"])
