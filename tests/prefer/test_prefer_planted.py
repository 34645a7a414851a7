"""Planted pairs: one named error apart, labelled, capped, and never of a person who is trained or measured on."""

import json
from pathlib import Path

from prefer_people import Fewer, Talker, dialogue, forty

from colloque.checks import check_reply
from colloque.core import Preference, Questionnaire, turns_from
from colloque.prefer import OpeningsConfig, PreferConfig, run_openings, run_prefer
from colloque.store import Context, read_records, write_records


def test_planted_pairs_are_one_error_apart(tmp_path: Path) -> None:
    talks = [dialogue(i, "preference") for i in range(20)] + [dialogue(i, "train") for i in range(20, 30)]
    forms = [Questionnaire(id=t.questionnaire, respondent=t.respondent, split=t.split) for t in talks]
    write_records(tmp_path / "questionnaires.parquet", forms)
    inputs = {"dialogues": forty(tmp_path), "questionnaires": tmp_path / "questionnaires.parquet"}
    run_openings(Context(folder=tmp_path, inputs=inputs, seed=5), OpeningsConfig(count=60, hand=0.0))
    context = Context(folder=tmp_path / "out", inputs={**inputs, "openings": tmp_path / "openings.parquet"}, seed=5)
    tally = run_prefer(context, PreferConfig(least_accuracy=0.0, planted=0.3, sense=False), Talker(), Fewer())
    pairs = list(read_records(context.folder / "preferences.parquet", Preference))
    planted = [pair for pair in pairs if pair.origin == "planted"]
    assert len(pairs) - len(planted) == tally.kept
    assert 10 < len(planted) <= 0.3 * len(pairs) + 1
    card = json.loads((context.folder / "card.json").read_text(encoding="utf-8"))
    assert sum(card["planted"].values()) == len(planted) and len(card["planted"]) >= 10
    people = {talk.respondent for talk in talks if talk.split == "preference"}
    assert all(pair.respondent in people and pair.split == "preference" for pair in planted)
    seen = 0
    for pair in planted:
        turns = list(turns_from(pair.prompt))
        assert turns[-1].role == "patient"
        bad = {finding.code for finding in check_reply(turns, pair.rejected[0].content)}
        good = {finding.code for finding in check_reply(turns, pair.chosen[0].content)}
        seen += pair.criterion in bad - good
    assert seen >= 0.8 * len(planted)
