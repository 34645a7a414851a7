"""The augment stage: dialogues in parts → dialogues and their reformulations in parts, duplicates removed, drops beside.

Workers write and check; what is the same as an earlier dialogue is removed here, in order, so that one core and
many give the same files. A part and its ledger are whole or absent.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from itertools import chain, islice
from pathlib import Path

from colloque.augment.config import AugmentConfig
from colloque.augment.duplicates import Seen, mark_of
from colloque.augment.shard import Made, Pair, Shard, augment_shard, dropped, packed, pairs_of
from colloque.augment.work import Work
from colloque.core import Dialogue, Drop
from colloque.engine import map_shards
from colloque.llm.model import ChatModel
from colloque.llm.pilot import watched
from colloque.llm.pool import AsyncModel
from colloque.progress import progress
from colloque.store import (
    Context,
    Tally,
    ledger_path,
    part_path,
    read_ledgers,
    read_records,
    unpack,
    write_json,
    write_packed,
    write_records,
)

__all__ = ["run_augment"]

# Rounds in which copies that failed are made up for: each leaves about one in a hundred of the last.
_ROUNDS = 5


def run_augment(context: Context, config: AugmentConfig, reformulator: ChatModel | None = None) -> Tally:
    """Write `dialogues/part-*.parquet` (originals and reformulations) and `drops.jsonl`.

    Inputs `questionnaires` and `dialogues`. Dialogues of `config.splits` are reformulated, the others pass; among all,
    the earlier of two near duplicates stays. Raises InputError when a dialogue's questionnaire is not there.
    """
    work, seen = Work(context.inputs, config, context.seed), Seen(config.near)
    ahead = max(0, len(work) - config.shard * len(read_ledgers(context.folder)))
    with watched(reformulator, "augment", ahead) if reformulator else nullcontext() as watch:
        before = -1
        for turn in range(_ROUNDS):
            made_so_far = _made_so_far(context.folder, work.begun) if turn else None
            shares = work.shares(made_so_far)
            if turn and (not any(shares) or made_so_far == before):
                break  # the target is met, or a round added nothing: the next would be paid for nothing, too
            before = made_so_far or 0
            with progress("augment", len(work) if turn == 0 else sum(shares), "dialogues") as advance:
                for shard, made in _run(work.shards(shares, originals=turn == 0), context, reformulator, seen):
                    if made is not None:
                        _save(context.folder, made, seen, work.chosen(shard))
                    advance(len(shard.wanted) if turn == 0 else sum(times for _, times in shard.wanted))
    tally = _tally(context.folder).balanced("augment")
    if reformulator:
        from colloque.augment.model import reformulator_version

        tally.figures["prompts"] = reformulator_version()
    if watch:
        tally.figures["spent"] = watch.figures()
    return tally


def _run(
    shards: Iterator[Shard], context: Context, reformulator: ChatModel | None, seen: Seen
) -> Iterator[tuple[Shard, Made | None]]:
    """Shards with what they became; None for one that an earlier run finished, whose dialogues are remembered."""
    first: list[Shard] = []
    ahead: list[Shard] = []
    for shard in shards:
        if not ledger_path(context.folder, shard.number).exists() or not _part(context.folder, shard.number).exists():
            first.append(shard)
            break
        for dialogue in read_records(_part(context.folder, shard.number), Dialogue):
            seen.verdict(mark_of(dialogue))
        yield shard, None

    def rest() -> Iterator[Shard]:
        for shard in chain(first, shards):
            ahead.append(shard)
            yield shard

    made = _by_model(reformulator, rest()) if reformulator else map_shards(augment_shard, rest(), context.workers)
    for result in made:
        yield ahead.pop(0), result


def _by_model(model: ChatModel, shards: Iterable[Shard]) -> Iterator[Made]:
    """The same work by a team's model, in this process. With an endpoint the next shard is under way while the last one ends;
    a model that answers batches gets one shard after the other, so that its batches are the same after a kill."""
    streams = (shards,) if isinstance(model, AsyncModel) else ((shard,) for shard in shards)
    return chain.from_iterable(_stream(model, stream) for stream in streams)


def _stream(model: ChatModel, shards: Iterable[Shard]) -> Iterator[Made]:
    from colloque.augment.model import reformulate_families

    begun: list[tuple[Shard, list[Dialogue]]] = []

    def pairs(shard: Shard) -> Iterator[Pair]:
        found = list(pairs_of(shard))
        begun.append((shard, [pair.dialogue for pair in found]))
        return iter(found)

    queue = iter(shards)
    head = next(queue, None)
    if head is None:
        return
    wanted = chain.from_iterable(map(pairs, chain((head,), queue)))
    families = reformulate_families(model, wanted, head.seed, attempts=head.attempts)
    for copies in families:
        shard, dialogues = begun.pop(0)
        rest = [copies, *islice(families, len(dialogues) - 1)]
        own: list[list[Dialogue]] = [[d] if shard.originals else [] for d in dialogues]
        yield packed(shard, ([*a, *b] for a, b in zip(own, rest, strict=True)))


def _made_so_far(folder: Path, parts: int) -> int:
    """Dialogues of the augmented splits that stand in the first `parts` parts."""
    return sum(ledger["chosen"] + ledger["made"] for ledger in read_ledgers(folder)[:parts])


def _part(folder: Path, index: int) -> Path:
    return part_path(folder / "dialogues", index)


def _save(folder: Path, made: Made, seen: Seen, chosen: list[bool]) -> None:
    """Turn duplicates into drops, in order, and write the part, then its ledger. `chosen`: is it of an augmented split?"""
    verdicts = [seen.verdict(mark) for mark in made.marks]
    doubles = [place for place, verdict in enumerate(verdicts) if verdict]
    again = dict(zip(doubles, unpack(made.rows, Dialogue, doubles), strict=True))
    families = [
        [
            dropped(again[item], verdicts[item] or "") if isinstance(item, int) and item in again else item
            for item in family
        ]
        for family in made.families
    ]
    write_packed(_part(folder, made.number), made.rows, [verdict is None for verdict in verdicts])
    heads = [family[0] for family in families] if made.read else []
    copies = [item for family in families for item in (family[1:] if made.read else family)]
    write_json(
        ledger_path(folder, made.number),
        {
            "read": made.read, "kept": sum(isinstance(item, int) for item in heads),
            "chosen": sum(isinstance(item, int) and mine for item, mine in zip(heads, chosen, strict=False)),
            "made": sum(isinstance(item, int) for item in copies), "lost": _reasons(heads), "missed": _reasons(copies),
            "drops": [item.model_dump(mode="json") for family in families for item in family if isinstance(item, Drop)],
        },
    )  # fmt: skip


def _reasons(items: Iterable[int | Drop]) -> dict[str, int]:
    return dict(sorted(Counter(item.reason for item in items if isinstance(item, Drop)).items()))


def _tally(folder: Path) -> Tally:
    ledgers = read_ledgers(folder)
    if not ledgers:
        write_records(part_path(folder / "dialogues", 0), (), Dialogue)
    write_records(folder / "drops.jsonl", (Drop.model_validate(d) for x in ledgers for d in x["drops"]), Drop)
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
