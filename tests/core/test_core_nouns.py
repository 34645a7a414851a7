"""The nouns: laws that hold for any content."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from colloque.core import (
    CUE,
    SHARES,
    Answer,
    Candidate,
    Comparison,
    Dialogue,
    Opening,
    Questionnaire,
    Turn,
    Verdict,
    messages_from,
    rng_for,
    seed_for,
    split_of,
    turns_from,
)

words = st.text(min_size=1, max_size=40)
alternating = st.builds(
    lambda texts, clinician_first: [
        Turn(role="clinician" if (i % 2 == 0) == clinician_first else "patient", text=t) for i, t in enumerate(texts)
    ],
    st.lists(words, min_size=1, max_size=8),
    st.booleans(),
)


@given(alternating)
def test_turns_come_back_from_messages(turns: list[Turn]) -> None:
    messages = messages_from(turns)
    assert messages[0].role == "user"
    assert all(a.role != b.role for a, b in pairwise(messages))
    if turns[0].text != CUE:
        assert list(turns_from(messages)) == turns


@given(alternating)
def test_the_patient_can_be_played(turns: list[Turn]) -> None:
    messages = messages_from(turns, play="patient", system="Tu es le patient.")
    assert messages[0].role == "system" and messages[1].role == "user"
    if turns[0].text != CUE:
        assert list(turns_from(messages, play="patient")) == turns


def test_an_empty_conversation_begins_with_the_cue() -> None:
    assert [m.content for m in messages_from([])] == [CUE]
    assert turns_from(messages_from([])) == ()


def test_neighbouring_turns_of_one_speaker_are_joined() -> None:
    turns = [Turn(role="patient", text="Oui."), Turn(role="patient", text="Enfin, presque.")]
    assert [m.content for m in messages_from(turns)] == ["Oui.\nEnfin, presque."]


@given(words, words)
def test_swap_twice_is_nothing(a: str, b: str) -> None:
    pair = Comparison(id="c", opening=Opening(id="o"), a=Candidate(text=a), b=Candidate(text=b))
    assert pair.swap().swap() == pair
    verdict = Verdict(choice="a")
    assert verdict.swap().swap() == verdict and verdict.swap().choice == "b"


def test_ids_are_made_of_content() -> None:
    answers = (Answer(id="1", question="Dormez-vous ?", answer="Mal."),)
    first = Questionnaire(answers=answers)
    assert first.id == Questionnaire(answers=answers).id and first.id.startswith("q-")
    assert first.id != Questionnaire(answers=answers, respondent="r-2").id
    talk = Dialogue(turns=(Turn(role="patient", text="Bonjour."),))
    assert talk.id == Dialogue.model_validate({"turns": [{"role": "patient", "content": "Bonjour."}]}).id


def test_only_given_answers_are_told() -> None:
    answers = (
        Answer(id="1", question="?", answer="Oui"),
        Answer(id="2", question="?", answer="  "),
        Answer(id="3", question="?", answer="99", state="unknown"),
    )
    assert [a.id for a in Questionnaire(answers=answers).told] == ["1"]


@given(words, words, st.integers())
def test_chance_is_an_argument(record: str, purpose: str, seed: int) -> None:
    assert seed_for(record, purpose, seed) == seed_for(record, purpose, seed)
    assert rng_for(record, purpose, seed).random() == rng_for(record, purpose, seed).random()


def test_splits_follow_their_shares_and_move_nobody() -> None:
    people = [f"r-{i}" for i in range(20_000)]
    counts = dict.fromkeys(SHARES, 0)
    for person in people:
        counts[split_of(person)] += 1
    for split, share in SHARES.items():
        assert abs(counts[split] / len(people) - share) < 0.015
    assert [split_of(p) for p in people[:50]] == [split_of(p) for p in people[:50]]
