"""The bounds of an interview: who knows the record is above who asks at random; an instrument that fails is seen to fail."""

import json
from pathlib import Path

import pytest
from evaluate_people import Mixed, people

from colloque.core import Answer, Questionnaire, Turn, messages_from
from colloque.evaluate import EvaluateConfig, run_evaluate
from colloque.evaluate.bounds import order
from colloque.evaluate.clinicians import RandomClinician, ScriptedClinician
from colloque.evaluate.records import Interview
from colloque.llm.model import Request, Sampling
from colloque.patient import VirtualPatient
from colloque.patient.interview import interview
from colloque.store import Context

QUESTIONS = (
    ("Comment dormez-vous ?", "Mal, je me réveille à trois heures."),
    ("Prenez-vous un traitement ?", "Non, aucun."),
    ("Avez-vous des idées noires ?", "Oui, je pense à mourir tous les jours."),
    ("Travaillez-vous ?", "Je suis en arrêt depuis mars."),
)


def forms(count: int = 12) -> list[Questionnaire]:
    """Records of four answers, and three of another matter."""
    rows = [
        QUESTIONS if i % 4 else (("Fumez-vous ?", "Dix cigarettes par jour."), ("Toussez-vous ?", "Oui, le matin."))
        for i in range(count)
    ]
    return [
        Questionnaire(
            id=f"q-{i}", respondent=f"r-{i}", split="test",
            answers=tuple(Answer(id=str(n), question=q, answer=a) for n, (q, a) in enumerate(row)),
        )
        for i, row in enumerate(rows)
    ]  # fmt: skip


def test_the_scripted_clinician_learns_all_and_says_goodbye() -> None:
    people = forms()
    talks = interview(ScriptedClinician(people, 3), people, VirtualPatient, 12, Sampling(seed=3))
    for form, talk in zip(people, talks, strict=True):
        told = {state.answer for turn in talk.turns for state in turn.states}
        assert told == {answer.id for answer in form.answers}, talk.turns
        assert talk.ended == "farewell"


def test_the_scripted_clinician_meets_risk_before_anything_else() -> None:
    form = forms(2)[1]
    turns = [
        Turn(role="clinician", text="Avez-vous des idées noires ?"),
        Turn(role="patient", text="Oui, je pense à mourir tous les jours."),
    ]
    request = Request(id=f"{form.id}/turn-1", messages=messages_from(turns))
    reply = ScriptedClinician([form], 3).complete([request])[0].text
    assert "3114" in reply and reply.count("?") == 1


def test_random_questions_are_of_other_people() -> None:
    people = forms(8)
    clinician = RandomClinician(people, 3)
    texts = {clinician.complete([Request(id=f"q-1/turn-{n}", messages=())])[0].text for n in range(30)}
    assert len(texts) > 4 and all(text[-1] in "?." for text in texts)


def test_the_order_is_told_and_what_does_not_separate_is_named() -> None:
    def talks(share: float) -> list[Interview]:
        return [
            Interview(id=f"i-{n}", model="m", questionnaire=f"q-{n}", respondent=f"r-{n}", answers=10, elicited=(round(10 * share),),
                      turns=(Turn(role="clinician", text="Bonjour ?"),))
            for n in range(20)
        ]  # fmt: skip

    found = order({"sft": talks(0.5), "dpo": talks(0.5), "scripted": talks(1.0), "random": talks(0.6)}, ["sft", "dpo"])
    assert found["order"] == ["scripted", "dpo", "sft", "random"]
    steps = {(step["higher"], step["lower"]): step["gaps"]["elicited"] for step in found["steps"]}
    assert steps["scripted", "dpo"]["apart"]
    assert not steps["dpo", "sft"]["apart"] and not steps["dpo", "sft"]["reversed"]
    assert steps["sft", "random"]["reversed"]


def test_the_evaluation_says_where_the_models_stand(tmp_path: Path) -> None:
    context = Context(folder=tmp_path / "out", inputs=people(tmp_path, 20), seed=5)
    config = EvaluateConfig(openings=20, interviews=15, interview_turns=4, sense=False, bounds=True)
    run_evaluate(context, config, {"sft": Mixed("a", 0.9), "dpo": Mixed("b", 0.2)})
    results = json.loads((context.folder / "results.json").read_text(encoding="utf-8"))
    bounds = results["bounds"]
    assert bounds["order"] == ["scripted", "dpo", "sft", "random"]
    assert bounds["means"]["scripted"]["elicited"]["value"] == pytest.approx(1.0)
    assert any(line.startswith("Repères d'entretien") for line in results["summary"])
