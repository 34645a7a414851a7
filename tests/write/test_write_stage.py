"""The write stage: whole parts, the same bytes after a kill and on more processes, nothing lost without a reason."""

from pathlib import Path

from colloque.core import Answer, Dialogue, Drop, Questionnaire
from colloque.ingest.cohort import cohort
from colloque.store import Context, read_records, write_records
from colloque.write import WriteConfig, run_write, write_dialogue

CONFIG = WriteConfig(shard=8)


def _input(folder: Path, count: int = 28) -> Path:
    rows = [*cohort(count, seed=5), Questionnaire(id="q-empty", answers=(Answer(id="1", question="Fumez-vous ?"),))]
    write_records(folder / "questionnaires" / "part-00000.parquet", rows, Questionnaire)
    return folder / "questionnaires"


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_everything_is_kept_or_dropped_and_a_resumed_run_gives_the_same_bytes(tmp_path: Path) -> None:
    source = _input(tmp_path)
    whole = Context(folder=tmp_path / "whole", inputs={"questionnaires": source}, seed=4)
    tally = run_write(whole, CONFIG)
    assert tally.read == 29
    assert tally.read == tally.kept + sum(tally.dropped.values())
    assert tally.dropped["no_answers"] == 1
    drops = list(read_records(whole.folder / "drops.jsonl", Drop))
    assert [d.id for d in drops if d.reason == "no_answers"] == ["q-empty"]
    before = _bytes(whole.folder)
    (whole.folder / "dialogues" / "part-00002.parquet").unlink()
    (whole.folder / "ledger" / "part-00003.json").unlink()
    assert run_write(whole, CONFIG) == tally
    assert _bytes(whole.folder) == before


def test_two_processes_write_what_one_writes(tmp_path: Path) -> None:
    source = _input(tmp_path, 12)
    one = Context(folder=tmp_path / "one", inputs={"questionnaires": source}, seed=4)
    two = Context(folder=tmp_path / "two", inputs={"questionnaires": source}, seed=4, workers=2)
    assert run_write(one, CONFIG) == run_write(two, CONFIG)
    assert _bytes(one.folder) == _bytes(two.folder)


def test_the_stage_writes_what_the_function_writes(tmp_path: Path) -> None:
    source = _input(tmp_path, 6)
    context = Context(folder=tmp_path / "w", inputs={"questionnaires": source}, seed=9)
    run_write(context, WriteConfig(per=2))
    rows = {q.id: q for q in read_records(source, Questionnaire)}
    made = list(read_records(context.folder / "dialogues", Dialogue))
    first = [d for d in made if d.seed == 9]
    assert first and all(write_dialogue(rows[d.questionnaire], 9) == d for d in first)
    assert len({d.id for d in made}) == len(made)


def test_of_identical_records_so_many_are_written(tmp_path: Path) -> None:
    (row,) = cohort(1, seed=5)
    rows = [row.model_copy(update={"id": f"q-{n}", "respondent": f"r-{n}"}) for n in range(5)]
    write_records(tmp_path / "q.jsonl", rows, Questionnaire)
    context = Context(folder=tmp_path / "w", inputs={"questionnaires": tmp_path / "q.jsonl"})
    tally = run_write(context, WriteConfig(identical=3, shard=2))
    assert tally.dropped == {"identical_record": 2}
    kept = {d.questionnaire for d in read_records(context.folder / "dialogues", Dialogue)}
    assert kept == {"q-0", "q-1", "q-2"}
