"""The virtual patient: hears a question in any words, answers from the record alone, notices repeats, opens the talk."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from colloque.core import Answer, Questionnaire, Turn
from colloque.ingest.cohort import cohort
from colloque.patient import VirtualPatient
from colloque.speech import DEFERRAL

CORPUS = Path(__file__).parents[2] / "../shared/corpus/dialogues.jsonl"
BENCH = Path(__file__).parents[2] / "bench/patient.py"

FORM = Questionnaire(
    id="q-test",
    answers=(
        Answer(
            id="1", question="Comment vous sentez-vous ces derniers temps ?", answer="Je me sens fatiguée et démotivée."
        ),
        Answer(id="2", question="Avez-vous des problèmes de sommeil ?", answer="Oui, je me réveille vers 4 h."),
        Answer(id="3", question="Depuis combien de temps cela dure-t-il ?", answer="Depuis environ 3 semaines."),
        Answer(id="4", question="Combien de cafés par jour ?", answer="5"),
        Answer(id="5", question="Qui vous entoure ?", answer="Ma sœur et deux amies."),
        Answer(id="6", question="Avez-vous des douleurs ?", answer="", state="skipped"),
    ),
)
RISK = FORM.model_copy(
    update={
        "answers": (
            *FORM.answers,
            Answer(id="7", question="Avez-vous des idées noires ?", answer="Oui, parfois, le soir."),
        )
    }
)


def clinician(text: str) -> Turn:
    return Turn(role="clinician", text=text)


def stated(turn: Turn) -> list[str]:
    return [state.answer for state in turn.states]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Bonjour, installez-vous. Qu'est-ce qui vous amène ?", "1"),
        ("Je vois. Et vos nuits, elles ressemblent à quoi ?", "2"),
        ("Vous arrivez à dormir ?", "2"),
        ("Ça a commencé quand, tout ça ?", "3"),
        ("D'accord. Et le café, vous en buvez ?", "4"),
        ("Vous avez du monde autour de vous, des proches sur qui compter ?", "5"),
        ("Vous pouvez vous appuyer sur quelqu'un ?", "5"),
    ],
)
def test_a_question_in_other_words_gets_its_answer(question: str, expected: str) -> None:
    turn = VirtualPatient(FORM).answer([clinician(question)])
    assert turn.role == "patient"
    assert stated(turn)[0] == expected
    for state in turn.states:
        assert state.start is not None and state.end is not None and turn.text[state.start : state.end].strip()


@pytest.mark.parametrize(
    "question",
    [
        "Êtes-vous allergique à quelque chose ?",
        "Avez-vous déjà été opérée ?",
        "Et la tension, vous la surveillez ?",
        "Avez-vous mal quelque part ?",
        "Vous avez de l'asthme ?",
    ],
)
def test_what_the_record_does_not_hold_is_not_known(question: str) -> None:
    turn = VirtualPatient(FORM).answer([clinician(question)])
    assert not turn.states
    assert "?" not in turn.text or "dire" in turn.text


def test_a_question_put_twice_is_noticed() -> None:
    patient = VirtualPatient(FORM)
    talk = [clinician("Combien de cafés par jour ?")]
    talk.append(patient.answer(talk))
    talk.append(clinician("Et vous prenez combien de cafés dans la journée ?"))
    again = patient.answer(talk)
    assert stated(again) == ["4"]
    assert any(words in again.text for words in ("ai dit", "disais", "parlé"))
    assert "cinq" in again.text.lower() or "5" in again.text


def test_follow_ups_lean_on_what_was_said() -> None:
    patient = VirtualPatient(FORM)
    talk = [clinician("Comment vous sentez-vous ?")]
    talk.append(patient.answer(talk))
    talk.append(clinician("Depuis quand ?"))
    assert "3" in stated(patient.answer(talk))
    talk[-1] = clinician("C'est-à-dire ?")
    assert patient.answer(talk).text


def test_risk_outside_the_record_has_one_answer_that_is_no_fact() -> None:
    patient = VirtualPatient(FORM)
    for question in ("Avez-vous des idées de suicide ?", "Vous arrive-t-il de penser à la mort, à vous faire du mal ?"):
        turn = patient.answer([clinician(question)])
        assert turn.text == DEFERRAL() and not turn.states


def test_risk_in_the_record_is_told_and_its_plan_is_not_invented() -> None:
    patient = VirtualPatient(RISK)
    talk = [clinician("Avez-vous des idées de suicide ?")]
    talk.append(patient.answer(talk))
    assert stated(talk[-1])[0] == "7"
    talk.append(clinician("Merci de me le dire. Avez-vous pensé à un moyen de le faire ?"))
    turn = patient.answer(talk)
    assert turn.text == DEFERRAL() and not turn.states


def test_the_patient_opens_the_talk_and_takes_leave() -> None:
    patient = VirtualPatient(FORM)
    assert patient.answer([]).role == "patient"
    talk = [patient.answer([]), clinician("Merci pour votre confiance. Au revoir, bonne journée.")]
    assert not patient.answer(talk).states
    offer = patient.answer([*talk[:1], clinician("Vous seriez d'accord pour qu'on se revoie ?")])
    assert not offer.states and "?" not in offer.text


def test_a_skipped_answer_is_never_told() -> None:
    patient = VirtualPatient(FORM)
    talk: list[Turn] = []
    for _ in range(12):
        talk.append(clinician("Je vous écoute, continuez. Qu'est-ce qui vous amène ?"))
        talk.append(patient.answer(talk))
    assert "6" not in {answer for turn in talk for answer in stated(turn)}


def test_same_record_seed_and_context_same_turn() -> None:
    talk = [clinician("Comment dormez-vous ?")]
    assert VirtualPatient(FORM, seed=4).answer(talk) == VirtualPatient(FORM, seed=4).answer(talk)
    texts = {VirtualPatient(FORM, seed=seed).answer(talk).text for seed in range(12)}
    assert len(texts) > 2


@pytest.mark.parametrize(
    "answer", ["RAS", "-", "?", "😀", "<b>oui</b>", "{x}", "a" * 900, "Oui. " + "Je dors mal. " * 60]
)
def test_odd_answers_do_not_break_the_patient(answer: str) -> None:
    form = Questionnaire(answers=(Answer(id="1", question="Comment dormez-vous ?", answer=answer),))
    assert VirtualPatient(form).answer([clinician("Comment dormez-vous ?")]).text


@pytest.mark.parametrize("text", ["", "…", "?", "???", "Hello, how are you?", "Bonjour.", "D'accord.", "x" * 5000])
def test_odd_clinicians_get_a_turn(text: str) -> None:
    assert VirtualPatient(FORM).answer([clinician(text)]).text


def test_a_record_without_answers_invents_nothing() -> None:
    patient = VirtualPatient(Questionnaire(id="q-empty"))
    for question in ("Qu'est-ce qui vous amène ?", "Comment dormez-vous ?", "Avez-vous mal ?"):
        turn = patient.answer([clinician(question)])
        assert turn.text and not turn.states


def test_forms_of_the_cohort_are_answered_as_they_are_put() -> None:
    right = total = 0
    for form in cohort(60, seed=11):
        patient = VirtualPatient(form)
        for answer in form.told:
            turn = patient.answer(
                [
                    clinician("D'accord."),
                    Turn(role="patient", text="Oui."),
                    clinician(answer.question if "?" in answer.question else f"{answer.question} ?"),
                ]
            )
            total += 1
            right += bool(turn.states) and stated(turn)[0] == answer.id
    assert right / total > 0.93, right / total


def _bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_patient", BENCH)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_patient"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not CORPUS.exists(), reason="the labelled corpus is not here")
def test_corpus_clinicians_are_understood() -> None:
    bench = _bench()
    rows = bench.faithful(CORPUS)
    counts = bench.measure(rows, show=False)
    assert counts["right"] / counts.total() >= 0.8, counts
    other = bench.foreign(rows)
    assert other["answered"] / other.total() <= 0.15, other
    assert json.dumps(counts)


def test_asked_for_more_after_a_disclosure_the_patient_invents_nothing() -> None:
    patient = VirtualPatient(RISK)
    talk = [clinician("Avez-vous des idées noires ?")]
    talk.append(patient.answer(talk))
    talk.append(clinician("Merci de me le dire. Vous voulez bien m'en dire un peu plus ?"))
    assert patient.answer(talk).text == DEFERRAL()


def test_an_attempt_to_drink_less_is_no_answer_about_death() -> None:
    form = Questionnaire(
        id="q-less",
        answers=(
            Answer(id="1", question="Combien de fois par semaine buvez-vous ?", answer="Tous les soirs."),
            Answer(
                id="2", question="Avez-vous déjà tenté de réduire ?", answer="Oui, des tremblements au bout d'un jour."
            ),
        ),
    )
    talk = [Turn(role="clinician", text="Vous avez des idées noires ?")]
    turn = VirtualPatient(form).answer(
        [Turn(role="clinician", text="Bonjour."), Turn(role="patient", text="Bonjour."), *talk]
    )
    assert not turn.states and turn.text == DEFERRAL()


@pytest.mark.parametrize(
    "asked",
    [
        "Bonjour. Comment puis-je vous aider ?",
        "Bonjour. Quelle est la raison de votre venue ?",
        "Bonjour. Qu'est-ce qui vous a décidé à venir ?",
        "Bonjour. De quoi voulez-vous que l'on parle ?",
        "Bonjour, qu'est-ce qui vous préoccupe ?",
        "Bonjour, racontez-moi ce qui vous arrive.",
    ],
)
def test_an_open_first_question_is_answered_with_what_brings_them(asked: str) -> None:
    people = [form for form in cohort(60, 11) if form.told]
    near = 0
    for form in people:
        turn = VirtualPatient(form, 3).answer([Turn(role="clinician", text=asked)])
        assert turn.states, form.told[0].question
        near += turn.states[0].answer in {answer.id for answer in form.told[:2]}
    # The others have a reason for coming or a state of mind further down in the form.
    assert near > 0.8 * len(people)
