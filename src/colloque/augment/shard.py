"""The work of one shard of augmentation: each dialogue as it is, and other realisations of its facts, checked.

Importable and picklable. Reads its own slices and gives dialogues back packed; writes nothing. What is the same as a
dialogue of another shard is seen later, in order: the marks for that are made here.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from colloque.augment.again import reformulate, words_alike
from colloque.augment.duplicates import Mark, mark_of
from colloque.core import Dialogue, Drop, Questionnaire, seed_for
from colloque.store import Slice, pack, read_slices

__all__ = ["Made", "Pair", "Shard", "augment_shard", "dropped", "packed", "pairs_of"]


class Pair(NamedTuple):
    """A dialogue, the questionnaire behind it, the number of its first reformulation here, and how many are wanted."""

    questionnaire: Questionnaire
    dialogue: Dialogue
    first: int
    times: int


class Shard(NamedTuple):
    """Dialogues to augment and where their questionnaires are. `wanted`: for each dialogue (first copy, copies);
    `originals`: do the dialogues themselves pass, too (not when copies are made up for)?"""

    number: int
    dialogues: tuple[Slice, ...]
    questionnaires: tuple[Slice, ...]
    wanted: tuple[tuple[int, int], ...]
    originals: bool
    attempts: int
    near: float
    seed: int


class Made(NamedTuple):
    """What a shard became: all dialogues packed, a mark for each, and the families: places in `rows`, or drops."""

    number: int
    read: int
    rows: bytes
    marks: tuple[Mark, ...]
    families: tuple[tuple[int | Drop, ...], ...]


def pairs_of(shard: Shard) -> Iterator[Pair]:
    """The dialogues of a shard with their questionnaires."""
    forms = {form.id: form for form in read_slices(shard.questionnaires, Questionnaire)}
    for dialogue, (first, times) in zip(read_slices(shard.dialogues, Dialogue), shard.wanted, strict=True):
        yield Pair(forms[dialogue.questionnaire], dialogue, first, times)


def augment_shard(shard: Shard) -> Made:
    """For each dialogue, in order: itself, then its reformulations and the drops of those that failed."""
    own = shard.originals
    return packed(shard, ([*([pair.dialogue] if own else []), *_again(pair, shard)] for pair in pairs_of(shard)))


def packed(shard: Shard, families: Iterable[Iterable[Dialogue | Drop]]) -> Made:
    """Families of dialogues, ready to be sent, looked through for duplicates, and written."""
    dialogues: list[Dialogue] = []
    rows: list[tuple[int | Drop, ...]] = []
    for family in families:
        places: list[int | Drop] = []
        for item in family:
            if isinstance(item, Drop):
                places.append(item)
            else:
                places.append(len(dialogues))
                dialogues.append(item)
        rows.append(tuple(places))
    read = len(shard.wanted) if shard.originals else 0
    return Made(shard.number, read, pack(dialogues, Dialogue), tuple(map(mark_of, dialogues)), tuple(rows))


def _again(pair: Pair, shard: Shard) -> Iterator[Dialogue | Drop]:
    from colloque.checks import check_dialogue

    family = [pair.dialogue]
    for copy in range(pair.first, pair.first + pair.times):
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
