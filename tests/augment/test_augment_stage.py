"""Augmentation: other realisations of the same facts, duplicates out in one order, the same bytes after a kill."""

import json
from pathlib import Path

import pytest

from colloque.augment import AugmentConfig, DatasetConfig, reformulate, run_augment, run_dataset
from colloque.augment.again import words_alike
from colloque.augment.duplicates import Seen, mark_of
from colloque.augment.share import even_shares, level_shares
from colloque.core import Dialogue, Questionnaire, Split, split_of
from colloque.errors import InputError
from colloque.ingest.cohort import cohort
from colloque.store import Context, read_records, write_records
from colloque.write import write_dialogue

CONFIG = AugmentConfig(shard=6)


def _rows(count: int = 20) -> list[Questionnaire]:
    return [q.model_copy(update={"split": split_of(q.respondent)}) for q in cohort(count, seed=8)]


def _input(folder: Path, rows: list[Questionnaire]) -> dict[str, Path]:
    write_records(folder / "q.parquet", rows, Questionnaire)
    write_records(folder / "d.parquet", [write_dialogue(q, 1) for q in rows], Dialogue)
    return {"questionnaires": folder / "q.parquet", "dialogues": folder / "d.parquet"}


def _bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_reformulation_tells_the_same_answers_in_other_words() -> None:
    for row in _rows(8):
        parent = write_dialogue(row, 1)
        made = reformulate(row, parent, 3)
        assert made.parent == parent.id
        assert made.id != parent.id
        assert {s.answer for t in made.turns for s in t.states} == {s.answer for t in parent.turns for s in t.states}
        assert words_alike(made, parent) < 0.8
        assert made == reformulate(row, parent, 3)


def test_only_the_chosen_splits_are_reformulated_and_a_killed_run_goes_on(tmp_path: Path) -> None:
    rows = _rows()
    context = Context(folder=tmp_path / "a", inputs=_input(tmp_path, rows), seed=2)
    tally = run_augment(context, CONFIG)
    made = list(read_records(context.folder / "dialogues", Dialogue))
    assert tally.read == len(rows) == tally.kept + sum(tally.dropped.values())
    assert {d.split for d in made if d.parent} == {"train"}
    train = sum(q.split == "train" for q in rows)
    assert train * 0.6 <= tally.made <= train
    before = _bytes(context.folder)
    (context.folder / "ledger" / "part-00001.json").unlink()
    assert run_augment(context, CONFIG) == tally
    assert _bytes(context.folder) == before


def test_until_is_reached_and_what_failed_is_made_up_for(tmp_path: Path) -> None:
    rows = [q.model_copy(update={"split": "train"}) for q in _rows(10)]
    inputs = _input(tmp_path, rows)
    context = Context(folder=tmp_path / "a", inputs=inputs, seed=2)
    config = AugmentConfig(until=64, near=1.0, attempts=1, shard=4)
    tally = run_augment(context, config)
    assert tally.figures["reformulations_not_made"], "nothing failed here: the test would prove nothing"
    assert tally.read == 10
    assert tally.kept + tally.made == 64
    before = _bytes(context.folder)
    ledgers = sorted((context.folder / "ledger").iterdir())
    assert len(ledgers) > 3, "a second round makes parts of its own"
    ledgers[-1].unlink()
    assert run_augment(context, config) == tally
    assert _bytes(context.folder) == before
    two = Context(folder=tmp_path / "b", inputs=inputs, seed=2, workers=2)
    assert run_augment(two, config) == tally
    assert _bytes(two.folder) == before


def test_domains_come_out_level() -> None:
    shares = level_shares(14, ["a"] * 6 + ["b"] * 2 + ["c"] * 2, most=10)
    made = {
        name: sum(s for s, g in zip(shares, ["a"] * 6 + ["b"] * 2 + ["c"] * 2, strict=True) if g == name)
        for name in "abc"
    }
    assert made == {"a": 2, "b": 6, "c": 6}
    assert sum(level_shares(100, ["a"] * 3 + ["b"], most=4)) == 16
    assert even_shares(7, 3, 10) == [3, 2, 2]


def test_a_dialogue_without_its_questionnaire_is_refused(tmp_path: Path) -> None:
    rows = _rows(3)
    inputs = _input(tmp_path, rows)
    write_records(inputs["questionnaires"], rows[:1], Questionnaire)
    with pytest.raises(InputError, match="no questionnaire"):
        run_augment(Context(folder=tmp_path / "a", inputs=inputs), CONFIG)


def test_the_earlier_of_two_near_duplicates_stays() -> None:
    row = _rows(1)[0]
    one, other = write_dialogue(row, 1), write_dialogue(row, 2)
    changed = one.turns[-1].model_copy(update={"text": one.turns[-1].text + " Voilà."})
    near = one.model_copy(update={"id": "d-near", "turns": (*one.turns[:-1], changed)})
    seen = Seen(0.8)
    assert seen.verdict(mark_of(one)) is None
    assert seen.verdict(mark_of(one.model_copy(update={"id": "d-copy"}))) == "exact_duplicate"
    assert seen.verdict(mark_of(near)) == "near_duplicate"
    assert seen.verdict(mark_of(other)) is None


def test_the_dataset_holds_the_chosen_splits_in_chat_form(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    splits: list[Split] = ["train", "train", "validation", "test", "preference"]
    rows = [q.model_copy(update={"split": s}) for q, s in zip(_rows(5), splits, strict=True)]
    context = Context(folder=tmp_path / "ds", inputs=_input(tmp_path, rows))
    tally = run_dataset(context, DatasetConfig(exports=("llama-factory", "axolotl")))
    assert (tally.kept, tally.dropped) == (3, {"split_preference": 1, "split_test": 1})
    table = pq.read_table(context.folder / "train.parquet").to_pylist()
    assert [row["split"] for row in table] == ["train", "train"]
    roles = [m["role"] for m in table[0]["messages"]]
    assert roles[0] == "user" and set(roles[1::2]) == {"assistant"} and set(roles[0::2]) == {"user"}
    lines = (context.folder / "train.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["messages"] for line in lines] == [row["messages"] for row in table]
    card = (context.folder / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\n") and "## Limits" in card and "virtual" in card


@pytest.mark.slow
def test_the_dataset_opens_with_datasets(tmp_path: Path) -> None:
    from datasets import load_dataset

    rows = [q.model_copy(update={"split": s}) for q, s in zip(_rows(2), ("train", "validation"), strict=True)]
    context = Context(folder=tmp_path / "ds", inputs=_input(tmp_path, rows))
    run_dataset(context, DatasetConfig())
    loaded = load_dataset(str(context.folder), cache_dir=str(tmp_path / "cache"))
    assert loaded["train"].num_rows == loaded["validation"].num_rows == 1
    assert loaded["train"][0]["messages"][1]["role"] == "assistant"
