"""One round measured on the validation split: better, no better and worse models, by what labelled nothing."""

from pathlib import Path
from typing import Any

import pytest
from evaluate_people import Mixed, Open, people

from colloque.core import Dialogue, Questionnaire
from colloque.errors import InputError
from colloque.evaluate import EvaluateConfig, run_round
from colloque.evaluate.records import Measured
from colloque.evaluate.round import improves
from colloque.store import Context, read_records, write_records

CONFIG = EvaluateConfig(openings=120, interviews=30, interview_turns=4)


def validation(tmp_path: Path) -> dict[str, Path]:
    """The people of the other tests, half of them moved to the validation split."""
    inputs = people(tmp_path)
    for name, kind in (("questionnaires", Questionnaire), ("dialogues", Dialogue)):
        file = inputs[name] / "part-00000.parquet"
        rows = [
            row.model_copy(update={"split": "validation"} if i % 2 else {})
            for i, row in enumerate(read_records(file, kind))
        ]
        write_records(file, rows)
    return inputs


def measured(tmp_path: Path, before: float, after: float) -> dict[str, Any]:
    inputs = validation(tmp_path)
    first = Context(folder=tmp_path / "round-0", inputs=inputs, seed=5)
    figures = run_round(first, CONFIG, Mixed("a", before), patient=Open).figures
    assert "improved" not in figures
    second = Context(folder=tmp_path / "round-1", inputs={**inputs, "best": first.folder}, seed=5)
    return run_round(second, CONFIG, Mixed("b", after), patient=Open).figures


def test_a_better_model_is_an_improvement_and_a_worse_one_is_not(tmp_path: Path) -> None:
    better = measured(tmp_path / "better", 0.5, 0.1)
    assert better["improved"] and better["change"]["faulty"]["high"] < 0 < better["change"]["elicited"]["value"]
    worse = measured(tmp_path / "worse", 0.1, 0.5)
    assert not worse["improved"] and worse["change"]["faulty"]["low"] > 0


def test_nobody_of_the_test_split_is_looked_at(tmp_path: Path) -> None:
    measured(tmp_path, 0.5, 0.1)
    seen = {row.opening.split for row in read_records(tmp_path / "round-1/replies/model", Measured)}
    assert seen == {"validation"}


def test_the_same_model_is_no_improvement(tmp_path: Path) -> None:
    inputs = validation(tmp_path)
    for number in (0, 1):
        best = {"best": tmp_path / "round-0"} if number else {}
        context = Context(folder=tmp_path / f"round-{number}", inputs={**inputs, **best}, seed=5)
        figures = run_round(context, CONFIG, Mixed("same", 0.4), patient=Open).figures
    assert figures["improved"] is False and figures["change"]["faulty"]["value"] == 0.0


def test_fewer_faults_do_not_pay_for_a_talk_that_dies() -> None:
    fewer, poorer = {"value": -9.0, "low": -12.0, "high": -6.0}, {"value": -0.1, "low": -0.15, "high": -0.05}
    level = {"value": 0.0, "low": -0.05, "high": 0.05}
    assert improves(fewer, level) and not improves(fewer, poorer)
    assert not improves({"value": 3.0, "low": 1.0, "high": 5.0}, {"value": 0.3, "low": 0.2, "high": 0.4})


def test_without_people_to_validate_on_the_remedy_is_said(tmp_path: Path) -> None:
    context = Context(folder=tmp_path / "out", inputs=people(tmp_path), seed=5)
    with pytest.raises(InputError, match="validation split"):
        run_round(context, CONFIG, Mixed("a", 0.5))
