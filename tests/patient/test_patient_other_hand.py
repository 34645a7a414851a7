"""Questions that another hand put to the corpus' records in unusual words: most are understood, few are answered beside the point."""

import json
from pathlib import Path

import pytest

from colloque.core import Questionnaire, Turn
from colloque.patient import VirtualPatient

CORPUS = Path(__file__).parents[2] / "../shared/corpus/dialogues.jsonl"
ASKED = Path(__file__).parent / "data" / "unusual_dev.jsonl"
BEFORE = [
    Turn(role="clinician", text="Vous avez des allergies ?"),
    Turn(role="patient", text="Ça, je saurais pas dire."),
]


@pytest.mark.skipif(not CORPUS.exists(), reason="the labelled corpus is not here")
def test_most_questions_by_another_hand_are_understood() -> None:
    rows = {row["id"]: row for row in map(json.loads, filter(str.strip, CORPUS.read_text("utf-8").splitlines()))}
    right = wrong = held = beside = 0
    for asked in map(json.loads, ASKED.read_text("utf-8").splitlines()):
        record = rows[asked["record"]]["record"]
        patient = VirtualPatient(Questionnaire.model_validate({"id": asked["record"], **record}))
        turn = patient.answer([*BEFORE, Turn(role="clinician", text=f"D'accord. {asked['question']}")])
        given = turn.states[0].answer if turn.states else None
        held += asked["answer"] is not None
        right += given is not None and given == asked["answer"]
        wrong += given is not None and asked["answer"] is not None and given != asked["answer"]
        beside += given is not None and asked["answer"] is None
    assert held == 51
    assert right >= 38 and wrong <= 5 and beside <= 1
