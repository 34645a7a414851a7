"""Openings: who they come from, at which moments, and who may never be among them."""

from pathlib import Path

import pytest
from prefer_people import dialogue, forty

from colloque.core import Dialogue, Opening, Turn, cuts
from colloque.errors import InputError, RunError
from colloque.prefer import OpeningsConfig, hand_openings, run_openings, user_openings
from colloque.store import Context, read_records, write_records


def _run(folder: Path, source: Path, **settings: object) -> list[Opening]:
    context = Context(folder=folder, inputs={"dialogues": source}, seed=5)
    tally = run_openings(context, OpeningsConfig.model_validate(settings))
    found = list(read_records(folder / "openings.parquet", Opening))
    assert tally.made == len(found)
    return found


def test_cuts_end_with_the_patient_before_a_clinician_turn() -> None:
    talk = dialogue(3)
    found = list(cuts(talk))
    assert [len(opening.turns) for opening in found] == [2, 4, 6]
    assert all(opening.turns[-1].role == "patient" and opening.respondent == talk.respondent for opening in found)
    assert [opening.kind for opening in found] == ["", "", "last"]


def test_openings_are_of_the_preference_split_alone(tmp_path: Path) -> None:
    found = _run(tmp_path / "out", forty(tmp_path), count=50, hand=0.1)
    assert len(found) == 50
    assert {opening.split for opening in found} == {"preference"}
    assert sum(opening.origin == "hand" for opening in found) == 5
    assert all(opening.turns and opening.turns[-1].role == "patient" for opening in found)
    assert len({tuple(turn.text for turn in opening.turns) for opening in found}) == 50


def test_rare_moments_are_all_taken(tmp_path: Path) -> None:
    found = _run(tmp_path / "out", forty(tmp_path), count=25, hand=0.0)
    assert sum(opening.kind == "risk" for opening in found) >= 6


def test_same_seed_same_bytes_and_a_new_dialogue_moves_no_other(tmp_path: Path) -> None:
    source = forty(tmp_path)
    first = _run(tmp_path / "a", source, count=40, hand=0.0)
    again = _run(tmp_path / "b", source, count=40, hand=0.0)
    assert (tmp_path / "a/openings.parquet").read_bytes() == (tmp_path / "b/openings.parquet").read_bytes()
    write_records(source / "part-00001.parquet", [dialogue(99)], Dialogue)
    more = _run(tmp_path / "c", source, count=40, hand=0.0)
    assert first == again
    assert len({opening.id for opening in more} & {opening.id for opening in first}) >= 37


def test_a_respondent_of_the_training_split_stops_the_stage(tmp_path: Path) -> None:
    source = tmp_path / "dialogues.parquet"
    write_records(source, [dialogue(1, "preference", "r-1"), dialogue(2, "train", "r-1")], Dialogue)
    with pytest.raises(RunError, match="r-1 is in the training split"):
        _run(tmp_path / "out", source, hand=0.0)


def test_user_openings(tmp_path: Path) -> None:
    file = tmp_path / "mine.txt"
    file.write_text("# les nôtres\nJe ne dors plus, docteur.\n\nMa fille ne mange plus.\n", encoding="utf-8")
    found = _run(tmp_path / "out", forty(tmp_path), count=10, hand=0.0, file=str(file))
    assert [opening.turns[0].text for opening in found[:2]] == ["Je ne dors plus, docteur.", "Ma fille ne mange plus."]
    assert {opening.origin for opening in found[:2]} == {"user"}


def test_user_openings_that_cannot_be_used(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("# rien\n", encoding="utf-8")
    with pytest.raises(InputError, match="no opening"):
        list(user_openings(empty))
    ends = tmp_path / "ends.jsonl"
    write_records(ends, [Opening(id="o", turns=(Turn(role="clinician", text="Bonjour ?"),))])
    with pytest.raises(InputError, match="opening 1: an opening ends with the patient"):
        list(user_openings(ends))
    tested = tmp_path / "test.jsonl"
    write_records(tested, [Opening(id="o", turns=(Turn(role="patient", text="Bonjour."),), split="test")])
    with pytest.raises(InputError, match="test split"):
        list(user_openings(tested))


def test_hand_written_openings_are_many_different_and_spoken() -> None:
    found = hand_openings()
    texts = [opening.turns[0].text for opening in found]
    assert len(texts) >= 100
    assert len({text.lower() for text in texts}) == len(texts)
    assert all(text[-1] in ".!?…»" and text == text.strip() for text in texts)
