"""The write stage: questionnaires in parts → dialogues in parts, and the drops beside them.

A part and its ledger are written whole; what an earlier, killed run left is kept. Knows no other stage: only files.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from colloque.core import Dialogue, Drop, Questionnaire
from colloque.engine import map_shards
from colloque.llm.model import ChatModel
from colloque.progress import progress
from colloque.store import (
    Context,
    Tally,
    count_records,
    ledger_path,
    part_path,
    read_ledgers,
    read_records,
    write_json,
    write_records,
)
from colloque.write.config import WriteConfig
from colloque.write.shard import Shard, Written, faults, seed_of, write_shard

__all__ = ["run_write", "write_all"]


def run_write(context: Context, config: WriteConfig, author: ChatModel | None = None) -> Tally:
    """Write `dialogues/part-*.parquet` and `drops.jsonl` from the input `questionnaires`.

    Without `author` the embedded writer works on `context.workers` processes; with one, the model writes and the same
    checks decide. Same inputs, configuration and seed: the same files, byte for byte, after a kill too.
    """
    source = context.inputs["questionnaires"]
    total = count_records(source)
    with progress("write", total, "questionnaires") as advance:
        todo: list[int] = []

        def missing() -> Iterator[Shard]:
            for shard in _shards(source, config, context.seed):
                if ledger_path(context.folder, shard.number).exists() and _part(context.folder, shard.number).exists():
                    advance(len(shard.questionnaires))
                else:
                    todo.append(shard.number)
                    yield shard

        results = (
            map(_author_work(author), missing()) if author else map_shards(write_shard, missing(), context.workers)
        )
        for written in results:
            _save(context.folder, written)
            advance(written.read)
    return _tally(context.folder).balanced("write")


def write_all(questionnaires: Iterable[Questionnaire], seed: int = 0, per: int = 1) -> Iterator[Dialogue | Drop]:
    """Dialogues and drops of questionnaires, in order, in this process and without files."""
    config = WriteConfig(per=per)
    for shard in _cut(questionnaires, config, seed):
        written = write_shard(shard)
        yield from written.dialogues
        yield from written.drops


def _shards(source: Path, config: WriteConfig, seed: int) -> Iterator[Shard]:
    yield from _cut(read_records(source, Questionnaire), config, seed)


def _cut(questionnaires: Iterable[Questionnaire], config: WriteConfig, seed: int) -> Iterator[Shard]:
    rows, index = iter(questionnaires), 0
    while part := tuple(islice(rows, config.shard)):
        yield Shard(index, part, config.per, config.attempts, seed)
        index += 1


class _author_work:  # noqa: N801 - a function with a model in it
    """The same work by a team's model; in this process, since a model is no thing to send to a worker."""

    def __init__(self, author: ChatModel) -> None:
        self.author = author

    def __call__(self, shard: Shard) -> Written:
        from colloque.checks import check_dialogue
        from colloque.write.author import author_dialogues

        told = [q for q in shard.questionnaires if q.told]
        dialogues: dict[str, list[Dialogue]] = {q.id: [] for q in shard.questionnaires}
        drops: dict[str, Drop] = {
            q.id: Drop(id=q.id, stage="write", reason="no_answers", record=q.model_dump_json())
            for q in shard.questionnaires
            if not q.told
        }
        for copy in range(shard.per):
            seed = shard.seed if copy == 0 else seed_of(shard.questionnaires[0], copy, 0, shard.seed)
            for made in author_dialogues(told, self.author, seed, shard.attempts):
                if isinstance(made, Dialogue):
                    dialogues[made.questionnaire].append(made)
                else:
                    drops.setdefault(made.id, made)
        warnings: Counter[str] = Counter()
        by_id = {q.id: q for q in shard.questionnaires}
        for made in (d for row in dialogues.values() for d in row):
            findings = check_dialogue(by_id[made.questionnaire], made)
            warnings.update(f.code for f in findings if f not in faults(findings))
        kept = tuple(d for q in shard.questionnaires for d in dialogues[q.id])
        lost = tuple(drops[q.id] for q in shard.questionnaires if not dialogues[q.id])
        return Written(shard.number, len(shard.questionnaires), kept, lost, {}, dict(sorted(warnings.items())))


def _part(folder: Path, index: int) -> Path:
    return part_path(folder / "dialogues", index)


def _save(folder: Path, written: Written) -> None:
    """The part first, its ledger last: a ledger says that the part is whole."""
    write_records(_part(folder, written.number), written.dialogues, Dialogue)
    turns = sum(len(d.turns) for d in written.dialogues)
    write_json(
        ledger_path(folder, written.number),
        {
            "read": written.read, "dialogues": len(written.dialogues), "turns": turns, "again": written.again, "warnings": written.warnings,
            "drops": [drop.model_dump(mode="json") for drop in written.drops],
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
