"""The augment stage: dialogues in parts → dialogues and their reformulations in parts, duplicates removed, drops beside.

Workers write and check; what is the same as an earlier dialogue is removed here, in order, so that one core and
many give the same files. A part and its ledger are whole or absent.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from colloque.augment.config import AugmentConfig
from colloque.augment.duplicates import Seen
from colloque.augment.shard import Pair, Shard, augment_shard, dropped
from colloque.core import Dialogue, Drop, Questionnaire
from colloque.engine import map_shards
from colloque.errors import InputError
from colloque.llm.model import ChatModel
from colloque.progress import progress
from colloque.store import Context, Tally, ledger_path, part_path, read_ledgers, read_records, write_json, write_records

__all__ = ["augment_all", "run_augment"]


def run_augment(context: Context, config: AugmentConfig, reformulator: ChatModel | None = None) -> Tally:
    """Write `dialogues/part-*.parquet` (originals and reformulations) and `drops.jsonl`.

    Inputs `questionnaires` and `dialogues`. Dialogues of `config.splits` are reformulated, the others pass; among all,
    the earlier of two near duplicates stays. Raises InputError when a dialogue's questionnaire is not there.
    """
    eligible, total = _count(context.inputs["dialogues"], config)
    wanted = _wanted(config, eligible)
    seen = Seen(config.near)
    with progress("augment", total, "dialogues") as advance:
        shards = _cut(_pairs(context, config, wanted), config, context.seed)
        for shard, made in _made(shards, context, reformulator, seen):
            if made is not None:
                _save(context.folder, shard.number, _unique(made, seen), len(shard.pairs))
            advance(len(shard.pairs))
    return _tally(context.folder).balanced("augment")


def augment_all(
    pairs: Iterable[tuple[Questionnaire, Dialogue]], config: AugmentConfig | None = None, seed: int = 0
) -> Iterator[Dialogue | Drop]:
    """Originals, reformulations and drops of pairs, in order, in this process and without files."""
    config = config or AugmentConfig()
    seen = Seen(config.near)
    wanted = (Pair(q, d, config.times if d.split in config.splits else 0) for q, d in pairs)
    for shard in _cut(wanted, config, seed):
        for family in _unique(augment_shard(shard), seen):
            yield from family


def _made(
    shards: Iterator[Shard], context: Context, reformulator: ChatModel | None, seen: Seen
) -> Iterator[tuple[Shard, list[list[Dialogue | Drop]] | None]]:
    """Shards with what they became; None for one that an earlier run finished, whose dialogues are remembered."""
    first: list[Shard] = []
    ahead: list[Shard] = []
    for shard in shards:
        if not ledger_path(context.folder, shard.number).exists() or not _part(context.folder, shard.number).exists():
            first.append(shard)
            break
        for dialogue in read_records(_part(context.folder, shard.number), Dialogue):
            seen.verdict(dialogue)
        yield shard, None

    def rest() -> Iterator[Shard]:
        for shard in _chain(first, shards):
            ahead.append(shard)
            yield shard

    work: Any = _model_work(reformulator) if reformulator else augment_shard
    for made in map_shards(work, rest(), 1 if reformulator else context.workers):
        yield ahead.pop(0), made


def _chain(first: list[Shard], rest: Iterator[Shard]) -> Iterator[Shard]:
    yield from first
    yield from rest


def _unique(made: list[list[Dialogue | Drop]], seen: Seen) -> list[list[Dialogue | Drop]]:
    """The same families with duplicates of earlier dialogues turned into drops."""
    out: list[list[Dialogue | Drop]] = []
    for family in made:
        kept: list[Dialogue | Drop] = []
        for item in family:
            verdict = seen.verdict(item) if isinstance(item, Dialogue) else None
            kept.append(dropped(item, verdict) if verdict and isinstance(item, Dialogue) else item)
        out.append(kept)
    return out


class _model_work:  # noqa: N801 - a function with a model in it
    """The same work by a team's model, in this process."""

    def __init__(self, model: ChatModel) -> None:
        self.model = model

    def __call__(self, shard: Shard) -> list[list[Dialogue | Drop]]:
        from colloque.augment.model import reformulate_with

        families: list[list[Dialogue | Drop]] = [[pair.dialogue] for pair in shard.pairs]
        for times in sorted({pair.times for pair in shard.pairs} - {0}):
            places = [i for i, pair in enumerate(shard.pairs) if pair.times == times]
            pairs = [(shard.pairs[i].questionnaire, shard.pairs[i].dialogue) for i in places]
            made = reformulate_with(self.model, pairs, times, shard.seed, attempts=shard.attempts)
            for i in places:
                families[i].extend(islice(made, times))
        return families


def _count(dialogues: Path, config: AugmentConfig) -> tuple[int, int]:
    """How many dialogues may be reformulated, and how many there are."""
    eligible = total = 0
    for dialogue in read_records(dialogues, Dialogue):
        total += 1
        eligible += dialogue.split in config.splits
    return eligible, total


def _wanted(config: AugmentConfig, eligible: int) -> Iterator[int]:
    """Reformulations of each eligible dialogue in turn: `times`, or an even share of what `until` still asks."""
    if config.until is None:
        while True:
            yield config.times
    missing = max(0, config.until - eligible)
    each, more = divmod(missing, eligible) if eligible else (0, 0)
    for _ in range(more):
        yield each + 1
    while True:
        yield each


def _pairs(context: Context, config: AugmentConfig, wanted: Iterator[int]) -> Iterator[Pair]:
    """Dialogues with their questionnaires. Both files are in one order as stages write them; any order is read."""
    questionnaires = read_records(context.inputs["questionnaires"], Questionnaire)
    waiting: dict[str, Questionnaire] = {}
    current: Questionnaire | None = None
    for dialogue in read_records(context.inputs["dialogues"], Dialogue):
        key = dialogue.questionnaire
        while current is None or current.id != key:
            if key in waiting:
                current = waiting[key]
                break
            if current is not None:
                waiting[current.id] = current
            current = next(questionnaires, None)
            if current is None:
                raise InputError(
                    f"dialogue {dialogue.id}: no questionnaire {key}", file=context.inputs["questionnaires"],
                    hint="give the questionnaires that these dialogues were written from",
                )  # fmt: skip
        yield Pair(current, dialogue, next(wanted) if dialogue.split in config.splits else 0)


def _cut(pairs: Iterable[Pair], config: AugmentConfig, seed: int) -> Iterator[Shard]:
    rows, index = iter(pairs), 0
    while part := tuple(islice(rows, config.shard)):
        yield Shard(index, part, config.attempts, config.near, seed)
        index += 1


def _part(folder: Path, index: int) -> Path:
    return part_path(folder / "dialogues", index)


def _save(folder: Path, index: int, families: list[list[Dialogue | Drop]], read: int) -> None:
    items = [item for family in families for item in family]
    dialogues = [item for item in items if isinstance(item, Dialogue)]
    originals = sum(isinstance(family[0], Dialogue) for family in families)
    write_records(_part(folder, index), dialogues, Dialogue)
    lost = [family[0].reason for family in families if isinstance(family[0], Drop)]
    missed = [item.reason for family in families for item in family[1:] if isinstance(item, Drop)]
    write_json(
        ledger_path(folder, index),
        {
            "read": read, "kept": originals, "made": len(dialogues) - originals, "lost": dict(sorted(Counter(lost).items())),
            "missed": dict(sorted(Counter(missed).items())),
            "drops": [item.model_dump(mode="json") for item in items if isinstance(item, Drop)],
        },
    )  # fmt: skip


def _tally(folder: Path) -> Tally:
    ledgers = read_ledgers(folder)
    if not ledgers:
        write_records(part_path(folder / "dialogues", 0), (), Dialogue)
    write_records(folder / "drops.jsonl", [Drop.model_validate(d) for x in ledgers for d in x["drops"]], Drop)
    lost: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for ledger in ledgers:
        lost.update(ledger["lost"])
        missed.update(ledger["missed"])
    kept, made = sum(x["kept"] for x in ledgers), sum(x["made"] for x in ledgers)
    return Tally(
        read=sum(x["read"] for x in ledgers), kept=kept, made=made, dropped=dict(sorted(lost.items())),
        figures={"dialogues": kept + made, "reformulations_not_made": dict(missed.most_common())},
    )  # fmt: skip
