"""Fidelity on dialogues by other hands: shares found and flagged do not fall below what was reached when these were read.

Fit, not proof: all four files served development. What they guard against is a change that mends one manner of
speaking and breaks another.
"""

import json
from functools import lru_cache
from pathlib import Path

import pytest

from colloque.checks import check_fidelity
from colloque.core import FIDELITY, Dialogue, Questionnaire

DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=8)
def measured(name: str) -> tuple[int, int, int, int]:
    """Defects of fidelity found and planted, faithful dialogues flagged and all."""
    found = planted = flagged = faithful = 0
    for line in (DATA / f"{name}_hand.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        record = Questionnaire.model_validate({"id": row["id"], "answers": row["record"]["answers"]})
        errors = [
            f
            for f in check_fidelity(record, Dialogue.model_validate({"turns": row["dialogue"]}))
            if f.severity != "warning"
        ]
        if row["faithful"]:
            faithful += 1
            flagged += bool(errors)
        for defect in row["defects"]:
            if defect["type"] not in FIDELITY:
                continue
            planted += 1
            omitted = defect["type"] == "answer_omitted"
            found += any(
                (f.answer == defect["answer"])
                if omitted and f.code == "answer_omitted"
                else abs((f.turn or 0) - defect["turn"]) <= 1
                for f in errors
            )
    return found, planted, flagged, faithful


@pytest.mark.parametrize(("name", "share"), [("second", 0.66), ("third", 0.62), ("fourth", 0.54), ("fifth", 0.56)])
def test_defects_by_other_hands_are_found(name: str, share: float) -> None:
    found, planted, _, _ = measured(name)
    assert planted >= 30
    assert found / planted >= share


@pytest.mark.parametrize("name", ["second", "third", "fourth", "fifth"])
def test_faithful_dialogues_by_other_hands_are_let_be(name: str) -> None:
    _, _, flagged, faithful = measured(name)
    assert faithful >= 13
    assert flagged / faithful <= 0.05
