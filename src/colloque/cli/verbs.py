"""What the verbs of the data do with files: each runs its stage in a hidden folder beside the output, then puts it there.

The hidden folder is what a killed verb goes on from; it is gone when the output is whole.
"""

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from colloque.checks import agree_on, answer_kind, check_dialogue, extract_answers
from colloque.cli.certificate import certify, source_of
from colloque.core import Dialogue, Drop, Questionnaire, digest, messages_from
from colloque.errors import InputError
from colloque.ingest import Account, read_with_drops
from colloque.llm import ChatModel, ModelConfig
from colloque.progress import note, track
from colloque.store import Context, Tally, atomic, read_records, write_records, write_text
from colloque.store.manifest import begin, file_hash

__all__ = [
    "augment_file",
    "check_files",
    "draw_cohort",
    "endpoint_named",
    "export_file",
    "extract_files",
    "ingest_files",
    "named_model",
    "read_all",
    "scratch",
    "write_files",
]


@contextmanager
def scratch(output: Path, *parts: Any) -> Iterator[Path]:
    """A hidden folder beside the output, kept if the work is killed, emptied if it is other work (`parts` tell)."""
    output.parent.mkdir(parents=True, exist_ok=True)
    folder = output.with_name(f".{output.name}.work")
    if begin(folder, digest(*parts)):
        note(f"{output}: going on where it stopped")
    yield folder
    shutil.rmtree(folder)


def read_all(
    paths: Sequence[Path], mapping: Path | None = None, account: Account | None = None
) -> tuple[list[Questionnaire], list[Drop]]:
    """All questionnaires of files or folders, and what was dropped; drops are told on stderr."""
    drops: list[Drop] = []
    rows = list(read_with_drops(tuple(paths), map=mapping, on_drop=drops.append, account=account))
    for drop in drops:
        note(f"{drop.source.file}, {drop.source.place}: {drop.detail or drop.reason}")
    return rows, drops


def _summary(tally: Tally, output: Path) -> str:
    dropped = ", ".join(f"{reason} {count}" for reason, count in tally.dropped.items())
    made = f", {tally.made} made" if tally.made else ""
    return f"{output}: {tally.read} read, {tally.kept} kept{made}, {sum(tally.dropped.values())} dropped{f' ({dropped})' if dropped else ''}"


def draw_cohort(count: int, output: Path, seed: int) -> str:
    """Write `count` virtual respondents."""
    from colloque.ingest.cohort import cohort

    written = write_records(output, track(cohort(count, seed), "cohort", count, "respondents"), Questionnaire)
    certify(output, "cohort", {}, {"count": count, "seed": seed}, Tally(read=written, kept=written))
    return f"{output}: {written} virtual respondents"


def ingest_files(
    paths: Sequence[Path], output: Path | None, mapping: Path | None, preview: bool, audit: bool
) -> Iterator[str]:
    """Read files; yields the lines of the preview, of the audit, or of the summary."""
    from colloque import ingest

    if preview:
        yield ingest.preview(paths, mapping)
        if output is not None:
            write_text(output, ingest.write_map(paths[0], mapping))
            yield f"{output}: a map to edit, then to give with --map"
        return
    account = Account()
    rows, drops = read_all(paths, mapping, account)
    if audit:
        yield ingest.audit(account)
        return
    tally = Tally(read=len(rows) + len(drops), kept=len(rows), dropped=dict(Counter(drop.reason for drop in drops)))
    note(account.table())
    states = Counter(answer.state for row in rows for answer in row.answers)
    yield f"{len({row.respondent for row in rows})} respondents, {sum(states.values())} answers: " + ", ".join(
        f"{state} {count}" for state, count in states.most_common()
    )
    if output is None:
        yield _summary(tally, Path("(not written: name a file with -o)"))
        return
    write_records(output, rows, Questionnaire)
    if drops:
        write_records(output.with_name(f"{output.name}.drops.jsonl"), drops, Drop)
    certify(output, "ingest", {path.name: path for path in paths}, {}, tally)
    yield _summary(tally, output)


def endpoint_named(
    model: str | None, base_url: str | None, allow_remote: bool, api_key_env: str | None
) -> ModelConfig | None:
    """The endpoint that the options name, or None. Raises InputError when only half of it is named."""
    if model is None and base_url is None:
        return None
    if model is None or base_url is None:
        raise InputError(
            "--model and --base-url go together", hint="as --base-url http://127.0.0.1:8000/v1 --model NAME"
        )
    from colloque.config import parse_config

    settings = {"base_url": base_url, "model": model, "allow_remote": allow_remote, "api_key_env": api_key_env}
    return parse_config({"models": {"author": settings}}).models.author


def named_model(
    model: str | None, base_url: str | None, allow_remote: bool, api_key_env: str | None, output: Path | None
) -> ChatModel | None:
    """The model behind `endpoint_named`, or None.

    Its replies are journalled beside the output (`OUT.journal.sqlite`): a killed verb never pays for one twice.
    """
    from colloque.llm import open_model

    named = endpoint_named(model, base_url, allow_remote, api_key_env)
    journal = output.with_name(f"{output.name}.journal.sqlite") if output else None
    return open_model(named, journal) if named else None


def write_files(source: Path, output: Path | None, per: int, seed: int, author: ChatModel | None) -> Iterator[str]:
    """Write the dialogues of `source`; without `output` yields each dialogue to read, else one summary line."""
    from colloque.write import WriteConfig, render, run_write

    rows, _ = read_all([source])
    if output is None and author is None:
        from colloque.write import write_dialogue

        for row in rows:
            for turn in range(per):
                yield render(write_dialogue(row, seed=seed + turn), row) + "\n"
        return
    place = output or Path("dialogues.jsonl")
    with scratch(place, "write", file_hash(source), per, seed, author.name if author else "embedded") as folder:
        write_records(folder / "questionnaires.parquet", rows, Questionnaire)
        context = Context(
            folder=folder,
            inputs={"questionnaires": folder / "questionnaires.parquet"},
            seed=seed,
            workers=os.cpu_count() or 1,
        )
        tally = run_write(context, WriteConfig(per=per), author)
        written = list(read_records(folder / "dialogues", Dialogue))
        if output is None:
            yield from (render(dialogue) + "\n" for dialogue in written)
        else:
            write_records(output, written, Dialogue)
            certify(output, "write", {"questionnaires": source}, {"per": per, "seed": seed}, tally)
            yield _summary(tally, output)


def augment_file(
    source: Path,
    output: Path,
    target: tuple[int | None, int | None],
    questionnaires: Path | None,
    seed: int,
    model: ChatModel | None,
) -> Iterator[str]:
    """Reformulate the dialogues of `source`; `target` is (times, until)."""
    from colloque.augment import AugmentConfig, run_augment

    times, until = target
    given = source_of(source, "questionnaires", questionnaires, "--questionnaires")
    rows, _ = read_all([given])
    settings: dict[str, Any] = {"until": until, "splits": ("train", "preference", "validation", "test")}
    if times is not None:
        settings["times"] = times
    with scratch(output, "augment", file_hash(source), settings, seed, model.name if model else "embedded") as folder:
        write_records(folder / "questionnaires.parquet", rows, Questionnaire)
        inputs = {"questionnaires": folder / "questionnaires.parquet", "dialogues": source}
        context = Context(folder=folder, inputs=inputs, seed=seed, workers=os.cpu_count() or 1)
        tally = run_augment(context, AugmentConfig(**settings), model)
        write_records(output, read_records(folder / "dialogues", Dialogue), Dialogue)
    certify(output, "augment", {"dialogues": source, "questionnaires": given}, {**settings, "seed": seed}, tally)
    yield _summary(tally, output)


def check_files(questionnaires: Path, dialogues: Path, as_json: bool) -> int:
    """Print each finding, then counts by code on stderr; returns how many are vetoes or errors."""
    rows = {row.id: row for row in read_all([questionnaires])[0]}
    counts: Counter[str] = Counter()
    faults = read = 0
    for dialogue in read_records(dialogues, Dialogue):
        row = rows.get(dialogue.questionnaire) or (next(iter(rows.values())) if len(rows) == 1 else None)
        if row is None:
            raise InputError(
                f"dialogue {dialogue.id}: its questionnaire {dialogue.questionnaire!r} is not in {questionnaires}",
                file=dialogues,
                hint="name the questionnaires that the dialogues were written from",
            )
        read += 1
        for finding in check_dialogue(row, dialogue):
            counts[finding.code] += 1
            faults += finding.severity != "warning"
            if as_json:
                print(json.dumps({"dialogue": dialogue.id, **finding.model_dump(mode="json")}, ensure_ascii=False))
            else:
                place = f"turn {finding.turn}" if finding.turn is not None else "whole"
                about = f", answer {finding.answer}" if finding.answer else ""
                print(
                    f"{dialogue.id} {place}{about}: {finding.severity} {finding.code} « {finding.quote} » {finding.message}"
                )
    print(
        f"{read} dialogues, {faults} vetoes or errors; "
        + (", ".join(f"{c} {n}" for c, n in counts.most_common()) or "no finding"),
        file=sys.stderr,
    )
    return faults


def extract_files(questionnaires: Path, dialogues: Path, output: Path | None) -> Iterator[str]:
    """Fill questionnaires in again from the talk alone; yields the records as JSON without `output`; the agreement is told on stderr."""
    rows = {row.id: row for row in read_all([questionnaires])[0]}
    found: list[Questionnaire] = []
    asked: Counter[str] = Counter()
    same: Counter[str] = Counter()
    for dialogue in read_records(dialogues, Dialogue):
        row = rows.get(dialogue.questionnaire) or (next(iter(rows.values())) if len(rows) == 1 else None)
        if row is None:
            continue
        filled = extract_answers(
            [answer.model_copy(update={"answer": "", "state": "unknown"}) for answer in row.answers], dialogue
        )
        found.append(row.model_copy(update={"answers": tuple(filled)}))
        by_id = {answer.id: answer for answer in filled}
        for answer in row.told:
            kind = answer_kind(answer)
            asked[kind] += 1
            same[kind] += answer.id in by_id and agree_on(answer, by_id[answer.id])
    if output is None:
        yield from (row.model_dump_json() for row in found)
    else:
        write_records(output, found, Questionnaire)
    kinds = ", ".join(f"{kind} {same[kind]}/{count}" for kind, count in asked.most_common())
    note(
        f"{len(found)} dialogues; answers found again as given: {sum(same.values())} of {sum(asked.values())} ({kinds})"
    )


def export_file(source: Path, output: Path, form: str) -> str:
    """Write dialogues as `messages` or `sharegpt` JSON lines."""
    if form not in ("messages", "sharegpt"):
        raise InputError(f"unknown format {form!r}", hint="--format messages or --format sharegpt")
    names = {"system": "system", "user": "human", "assistant": "gpt"}
    count = 0
    with atomic(output) as file:
        for dialogue in read_records(source, Dialogue):
            messages = [message.model_dump() for message in messages_from(dialogue.turns)]
            row: dict[str, Any] = {"id": dialogue.id, "messages": messages}
            if form == "sharegpt":
                row = {
                    "id": dialogue.id,
                    "conversations": [{"from": names[m["role"]], "value": m["content"]} for m in messages],
                }
            file.write(json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n")
            count += 1
    return f"{output}: {count} dialogues as {form}"
