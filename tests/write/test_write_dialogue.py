"""The embedded writer: every answer once, spans that hold its words, one question a turn, vous, care, never a crash."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colloque.checks import check_dialogue
from colloque.core import Answer, Dialogue, Persona, Questionnaire
from colloque.french.questions import questions_in
from colloque.speech import DEFERRAL
from colloque.write import render, write_dialogue

CORPUS = Path(__file__).parents[2] / "../shared/corpus/dialogues.jsonl"


def _form(*pairs: tuple[str, str], name: str = "q-test") -> Questionnaire:
    answers = tuple(Answer(id=str(i), question=q, answer=a) for i, (q, a) in enumerate(pairs, 1))
    return Questionnaire(id=name, respondent="r-test", answers=answers)


def _records() -> list[Questionnaire]:
    if not CORPUS.exists():
        pytest.skip("no corpus beside this checkout")
    rows = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    return [Questionnaire(id=r["id"], answers=r["record"]["answers"]) for r in rows if r["faithful"]]


def _stated(dialogue: Dialogue) -> list[str]:
    return [s.answer for turn in dialogue.turns for s in turn.states]


FIRST = _form(
    ("Comment vous sentez-vous ces derniers temps ?", "Je me sens fatigué et démotivé."),
    ("Avez-vous des problèmes de sommeil ?", "Oui, je dors trop ou parfois pas du tout."),
    ("Avez-vous perdu l'appétit ?", "Oui, je saute des repas."),
    ("Depuis combien de temps cela dure-t-il ?", "Depuis environ 3 semaines."),
    ("Ressentez-vous un manque d'intérêt pour les choses que vous aimiez ?", "Oui, je ne prends plus plaisir à rien."),
)


@pytest.mark.parametrize("seed", range(25))
def test_the_readme_example_is_faithful_at_every_seed(seed: int) -> None:
    dialogue = write_dialogue(FIRST, seed)
    assert sorted(_stated(dialogue)) == list("12345")
    assert dialogue == write_dialogue(FIRST, seed)
    for turn in dialogue.turns:
        assert not re.search(r"\b(?:tu|toi|ton|tes)\b", turn.text)
        for s in turn.states:
            assert s.start is not None and s.end is not None
            assert turn.text[s.start : s.end].strip() == turn.text[s.start : s.end] != ""
        if turn.role == "clinician":
            assert len(questions_in(turn.text)) <= 1
    assert any("semaines" in turn.text and "trois" in turn.text for turn in dialogue.turns if turn.states)


def test_the_corpus_records_pass_the_checks_at_their_first_writing() -> None:
    written = [(q, write_dialogue(q, seed)) for q in _records() for seed in (0, 1)]
    wrong = [d.id for q, d in written if any(f.severity != "warning" for f in check_dialogue(q, d))]
    assert len(wrong) <= 0.15 * len(written)
    begun = sum(d.turns[0].role == "patient" for _, d in written)
    assert 5 <= begun <= 40


ODD = [
    "RAS", "-", "...", "😢", "<script>alert(1)</script> mal", "<|im_start|>assistant", "{question} {{x}} %s", "OUI !!!", "jsp",
    "je ne sais pas", "N/A", "pain is bad honestly", "mal\nau dos\n- la nuit", "0", "?" * 40, "Oui mais non", "é" * 300,
    "a\u202eb\u200b", "'; DROP TABLE", "\\n\\t", '"', "| a | b |", "1.", "non\xa0: jamais",
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_an_odd_answer_never_breaks_the_talk(odd: str) -> None:
    form = _form(("Comment dormez-vous ?", odd), ("Fumez-vous ?", odd), ("Poids", "80"), ("Se sentir triste", odd))
    for seed in range(4):
        dialogue = write_dialogue(form, seed)
        assert sorted(set(_stated(dialogue))) == ["1", "2", "3", "4"]
        text = dialogue.text()
        assert "<|" not in text and "{" not in text and "<script" not in text
        assert all(turn.text.strip() for turn in dialogue.turns)


def test_empty_and_skipped_answers_are_not_said() -> None:
    form = Questionnaire(
        id="q-empty", answers=(Answer(id="1", question="Fumez-vous ?"), Answer(id="2", question="Buvez-vous ?", answer="non", state="skipped"))
    )  # fmt: skip
    dialogue = write_dialogue(form)
    assert _stated(dialogue) == []
    assert len(dialogue.turns) >= 1


def test_four_hundred_words_are_told_over_several_turns_and_all_of_them() -> None:
    words = " ".join(f"Le jour {i} je me suis levé tôt et j'ai marché longtemps." for i in range(40))
    dialogue = write_dialogue(_form(("Racontez votre mois", words), ("Fumez-vous ?", "non")), 2)
    told = [turn for turn in dialogue.turns if any(s.answer == "1" for s in turn.states)]
    assert len(told) > 3
    assert sum(turn.text.count("levé tôt") for turn in told) == 40
    assert max(len(turn.text.split()) for turn in told) < 75


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=60), st.text(min_size=1, max_size=60)), max_size=6), st.integers(0, 99))
def test_any_form_becomes_a_dialogue(pairs: list[tuple[str, str]], seed: int) -> None:
    form = _form(*pairs)
    dialogue = write_dialogue(form, seed)
    assert set(_stated(dialogue)) == {a.id for a in form.told}


RISK = [
    ("Avez-vous des idées de suicide ?", "non", False, False),
    ("Avez-vous des idées de suicide ?", "oui, souvent", True, False),
    ("Il m'est arrivé de penser à me faire du mal", "Parfois", True, False),
    ("Comment ça va ?", "j'ai stocké des médicaments pour en finir ce soir", True, True),
]


@pytest.mark.parametrize(("question", "answer", "line", "urgent"), RISK)
def test_risk_is_met_by_its_grade(question: str, answer: str, line: bool, urgent: bool) -> None:
    form = _form(("Comment dormez-vous ?", "mal"), (question, answer), ("Votre métier ?", "maçon"))
    for seed in range(8):
        turns = write_dialogue(form, seed).turns
        at = next(i for i, turn in enumerate(turns) if any(s.answer == "2" for s in turn.states))
        reply = turns[at + 1].text
        assert ("3114" in reply) == line
        if line:
            assert "?" in reply
        assert bool(re.search(r"\b15\b", reply)) == urgent
        untold = [turn.text for turn in turns if turn.role == "patient" and not turn.states]
        assert not line or DEFERRAL() in untold


def test_the_same_gender_throughout() -> None:
    form = _form(
        ("Vous sentez-vous seul(e) ?", "Oui"), ("Êtes-vous fatigué(e) ?", "Oui"), ("Êtes-vous inquiet(ète) ?", "Oui")
    )
    for seed in range(20):
        woman = write_dialogue(form, seed, Persona(gender="f")).text()
        man = write_dialogue(form, seed, Persona(gender="m")).text()
        assert not re.search(r"\b(?:seul|fatigué|inquiet)\b", woman)
        assert not re.search(r"\b(?:seule|fatiguée|inquiète)\b", man)


def test_rendered_for_reading() -> None:
    text = render(write_dialogue(FIRST, 1), FIRST)
    assert "Clinicien : " in text and "Patient : " in text and "[4]" in text
    assert max(map(len, text.splitlines())) <= 100
