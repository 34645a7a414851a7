"""The work of one shard of augmentation: each dialogue as it is, and other realisations of its facts, checked.

Importable and picklable. Knows no folder; what is the same as a dialogue of another shard is seen later, in order.
"""

from collections.abc import Iterator
from typing import NamedTuple

from colloque.augment.again import reformulate, words_alike
from colloque.core import Dialogue, Drop, Questionnaire, seed_for

__all__ = ["Pair", "Shard", "augment_shard", "dropped"]


class Pair(NamedTuple):
    """A dialogue, the questionnaire behind it, and how many reformulations are wanted."""

    questionnaire: Questionnaire
    dialogue: Dialogue
    times: int


class Shard(NamedTuple):
    """Pairs to augment: the number of the part, attempts for each, the similarity that is too much, the run's seed."""

    number: int
    pairs: tuple[Pair, ...]
    attempts: int
    near: float
    seed: int


def augment_shard(shard: Shard) -> list[list[Dialogue | Drop]]:
    """For each pair, in order: the dialogue itself, then its reformulations and the drops of those that failed."""
    return [[pair.dialogue, *_again(pair, shard)] for pair in shard.pairs]


def _again(pair: Pair, shard: Shard) -> Iterator[Dialogue | Drop]:
    from colloque.checks import check_dialogue

    family = [pair.dialogue]
    for copy in range(pair.times):
        reason, detail = "too_near", "every wording was too near to the dialogue or to a sibling"
        for attempt in range(shard.attempts):
            seed = seed_for(pair.dialogue.id, f"copy-{copy}-{attempt}", shard.seed) >> 32
            made = reformulate(pair.questionnaire, pair.dialogue, seed)
            if any(words_alike(made, other) >= shard.near for other in family):
                continue
            wrong = [f for f in check_dialogue(pair.questionnaire, made) if f.severity != "warning"]
            if not wrong:
                family.append(made)
                yield made
                break
            reason, detail = wrong[0].code, f"{wrong[0].message} « {wrong[0].quote} »"
        else:
            yield dropped(pair.dialogue, reason, detail)


def dropped(dialogue: Dialogue, reason: str, detail: str = "") -> Drop:
    """A dialogue, or a reformulation that it should have had, that leaves."""
    return Drop(id=dialogue.id, stage="augment", reason=reason, detail=detail, record=dialogue.model_dump_json())
