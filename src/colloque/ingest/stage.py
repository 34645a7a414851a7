"""The ingest stage: files and virtual respondents → questionnaires in parts, and the drops beside them."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path

from colloque.core import Drop, Questionnaire, split_of
from colloque.errors import InputError
from colloque.ingest.account import Account
from colloque.ingest.config import IngestConfig
from colloque.ingest.finish import Finisher
from colloque.ingest.read import read_with_drops
from colloque.progress import track
from colloque.store import Context, Tally, part_path, write_records, write_text

__all__ = ["run_ingest"]


def run_ingest(context: Context, config: IngestConfig) -> Tally:
    """Read every file, add the cohort, write `questionnaires/part-*.parquet`, `drops.jsonl` and `summary.txt`.

    Parts that a killed run left whole are written again with the same content: reading is cheap and deterministic.
    Raises InputError when nothing is configured or nothing can be read.
    """
    if not config.files and not config.cohort:
        raise InputError("nothing to read", hint="give `files:` or `cohort:` in the ingest section")
    account, drops = Account(), []  # type: tuple[Account, list[Drop]]
    finisher = Finisher(config.deidentify, config.shares, context.seed)
    people = chain(
        read_with_drops(
            tuple(Path(file) for file in config.files), map=config.map, deidentify=config.deidentify,
            on_drop=drops.append, account=account, finisher=finisher,
        ) if config.files else (),
        _virtual(config, context.seed),
    )  # fmt: skip
    folder = context.folder / "questionnaires"
    kept = _write(track(people, "ingest", unit="questionnaires"), folder, config.part)
    write_records(context.folder / "drops.jsonl", drops, Drop)
    if config.files:
        write_text(context.folder / "summary.txt", account.table() + "\n")
    return Tally(
        read=account.read + config.cohort,
        kept=kept,
        dropped=dict(sorted(account.dropped.items())),
        figures={
            "files": len(account.files),
            "respondents": len(account.people) + config.cohort,
            "virtual": config.cohort,
            "states": dict(sorted(account.states.items())),
            "masked": dict(sorted(account.masked.items())),
            "instruments": dict(sorted(account.instruments.items())),
            "remarks": [f"{file.file}, {remark}" for file in account.files for remark in file.remarks[:20]],
        },
    ).balanced("ingest")


def _virtual(config: IngestConfig, seed: int) -> Iterator[Questionnaire]:
    if not config.cohort:
        return
    from colloque.ingest.cohort import cohort

    for person in cohort(config.cohort, seed):
        yield person.model_copy(update={"split": split_of(person.respondent, config.shares, seed), "virtual": True})


def _write(people: Iterable[Questionnaire], folder: Path, size: int) -> int:
    rows = iter(people)
    kept = index = 0
    while part := list(islice(rows, size)):
        kept += write_records(part_path(folder, index), part, Questionnaire)
        index += 1
    stale = folder.glob("part-*.parquet") if folder.exists() else ()
    for path in stale:
        if int(path.stem.removeprefix("part-")) >= index:
            path.unlink()
    return kept
