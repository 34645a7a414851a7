"""Mutations: one defect each, reproducible, only where the talk offers a place; the checker finds most of them."""

import pytest

from colloque.checks import check_fidelity, mutate, plant
from colloque.core import FIDELITY, Answer, Code, Dialogue, Questionnaire, Turn

RECORD = Questionnaire(
    id="q-1",
    answers=(
        Answer(id="1", question="Depuis quand dormez-vous mal ?", answer="3 semaines"),
        Answer(id="2", question="Avez-vous des vertiges ?", answer="Non"),
        Answer(id="3", question="Y a-t-il des maladies du cœur dans la famille ?", answer="mon père, infarctus"),
        Answer(id="4", question="Fumez-vous ?", answer="Oui, un paquet par jour"),
    ),
)
TALK = Dialogue(
    id="d-1",
    questionnaire="q-1",
    turns=(
        Turn(role="clinician", text="Bonjour. Depuis quand le sommeil est-il mauvais ?"),
        Turn(role="patient", text="Depuis trois semaines."),
        Turn(role="clinician", text="Avez-vous des vertiges ?"),
        Turn(role="patient", text="Non, pas de vertiges."),
        Turn(role="clinician", text="Et dans la famille, le cœur ?"),
        Turn(role="patient", text="Mon père a fait un infarctus."),
        Turn(role="clinician", text="Fumez-vous ?"),
        Turn(role="patient", text="Oui, un paquet par jour."),
        Turn(role="clinician", text="Merci, je vous examine."),
    ),
)


def test_the_talk_itself_is_faithful() -> None:
    assert [f for f in check_fidelity(RECORD, TALK) if f.severity == "error"] == []


@pytest.mark.parametrize("code", FIDELITY)
@pytest.mark.parametrize("seed", range(4))
def test_a_planted_defect_is_found(code: Code, seed: int) -> None:
    planted = plant(RECORD, TALK, code, seed)
    assert planted is not None
    assert planted.dialogue.text() != TALK.text()
    found = [f for f in check_fidelity(RECORD, planted.dialogue) if f.severity == "error"]
    assert code in {f.code for f in found}


@pytest.mark.parametrize("code", FIDELITY)
def test_planting_is_reproducible(code: Code) -> None:
    assert mutate(RECORD, TALK, code, 3) == mutate(RECORD, TALK, code, 3)


def test_nothing_is_forced() -> None:
    bare = Dialogue(id="d-2", turns=(Turn(role="clinician", text="Bonjour."),))
    assert all(mutate(RECORD, bare, code, 0) is None for code in FIDELITY)
