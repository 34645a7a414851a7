"""The write stage: questionnaires in parts → dialogues in parts, and the drops beside them.

A part and its ledger are written whole; what an earlier, killed run left is kept. Knows no other stage: only files.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

from colloque.core import Dialogue, Drop, digest
from colloque.engine import map_shards
from colloque.llm.model import ChatModel
from colloque.llm.pilot import watched
from colloque.progress import progress
from colloque.store import (
    Context,
    Rows,
    Tally,
    ledger_path,
    part_path,
    read_ledgers,
    write_json,
    write_packed,
    write_records,
)
from colloque.write.author import author_version
from colloque.write.by_model import written_by
from colloque.write.config import WriteConfig
from colloque.write.shard import Shard, Written, write_shard

__all__ = ["run_write"]


def run_write(context: Context, config: WriteConfig, author: ChatModel | None = None) -> Tally:
    """Write `dialogues/part-*.parquet` and `drops.jsonl` from the input `questionnaires`.

    Without `author` the embedded writer works on `context.workers` processes; with one, the model writes and the same
    checks decide. Same inputs, configuration and seed: the same files, byte for byte, after a kill too.
    """
    rows = Rows(context.inputs["questionnaires"])
    ahead = max(0, len(rows) - config.shard * len(read_ledgers(context.folder))) * config.per
    watch = watched(author, "write", ahead) if author else nullcontext()
    with progress("write", len(rows), "questionnaires") as advance, watch as seen:

        def missing() -> Iterator[Shard]:
            for shard in _shards(rows, config, context.seed):
                if ledger_path(context.folder, shard.number).exists() and _part(context.folder, shard.number).exists():
                    advance(sum(part.rows for part in shard.slices))
                else:
                    yield shard

        results = (
            written_by(author, missing(), config.attempts)
            if author
            else map_shards(write_shard, missing(), context.workers)
        )
        for written in results:
            _save(context.folder, written)
            advance(written.read)
    tally = _tally(context.folder).balanced("write")
    if author:
        tally.figures["prompts"] = author_version()
    if seen:
        tally.figures["spent"] = seen.figures()
    return tally


def _shards(rows: Rows, config: WriteConfig, seed: int) -> Iterator[Shard]:
    """The shards of a run. Which questionnaires are one too many is decided here, in order, whoever writes them."""
    surplus = _surplus(rows, config.identical)
    for number, start in enumerate(range(0, len(rows), config.shard)):
        places = range(start, min(start + config.shard, len(rows)))
        over = frozenset(place - start for place in places if next(surplus))
        yield Shard(number, rows.slices(start, config.shard), over, config.per, config.attempts, seed)


def _surplus(rows: Rows, most: int | None) -> Iterator[bool]:
    """For each questionnaire: were `most` with the same questions and answers met before it?"""
    if most is None:
        yield from (False for _ in range(len(rows)))
        return
    met: Counter[str] = Counter()
    for (answers,) in rows.columns("answers"):
        key = digest([(a["question"], a.get("answer"), a.get("state")) for a in answers or ()])
        met[key] += 1
        yield met[key] > most


def _part(folder: Path, index: int) -> Path:
    return part_path(folder / "dialogues", index)


def _save(folder: Path, written: Written) -> None:
    """The part first, its ledger last: a ledger says that the part is whole."""
    write_packed(_part(folder, written.number), written.rows)
    write_json(
        ledger_path(folder, written.number),
        {
            "read": written.read, "dialogues": written.dialogues, "turns": written.turns, "again": written.again,
            "warnings": written.warnings, "drops": [drop.model_dump(mode="json") for drop in written.drops],
        },
    )  # fmt: skip


def _tally(folder: Path) -> Tally:
    """Sum the ledgers, and gather the drops in one file."""
    ledgers = read_ledgers(folder)
    if not ledgers:
        write_records(part_path(folder / "dialogues", 0), (), Dialogue)
    drops = [Drop.model_validate(row) for ledger in ledgers for row in ledger["drops"]]
    write_records(folder / "drops.jsonl", drops, Drop)
    again: Counter[str] = Counter()
    warnings: Counter[str] = Counter()
    for ledger in ledgers:
        again.update(ledger["again"])
        warnings.update(ledger["warnings"])
    read, dialogues = sum(x["read"] for x in ledgers), sum(x["dialogues"] for x in ledgers)
    kept = read - len(drops)
    return Tally(
        read=read, kept=kept, made=dialogues - kept, dropped=dict(sorted(Counter(d.reason for d in drops).items())),
        figures={
            "dialogues": dialogues, "turns": sum(x["turns"] for x in ledgers),
            "written_again_for": dict(again.most_common()), "warnings": dict(warnings.most_common()),
        },
    )  # fmt: skip
