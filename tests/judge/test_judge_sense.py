"""Sense: what no rule of conduct sees. Words that do not exist, pairs that never stand together, echoes of nobody."""

import pytest

from colloque.core import Candidate, Comparison, Dialogue, Opening, Turn
from colloque.judge import RubricJudge, both_orders
from colloque.judge.sense import Sense, SenseFirst


def _dialogue(said: str, reply: str) -> Dialogue:
    talk = [("clinician", "Bonjour, je vous écoute."), ("patient", said), ("clinician", reply)]
    return Dialogue.model_validate({"turns": [{"role": role, "text": text} for role, text in talk]})


SENSE = Sense(
    [
        _dialogue("Je dors mal.", "Vous dormez mal, je vois. Et l'appétit, ça donne quoi ?"),
        _dialogue("Ça va.", "D'accord, merci. Depuis combien de temps avez-vous mal ?"),
        _dialogue("Trois semaines.", "Trois semaines, entendu. Et le sommeil ?"),
        _dialogue("Des cauchemars toutes les nuits.", "D'accord, merci. Et le moral ?"),
        _dialogue("Non.", "D'accord, merci. Et le travail ?"),
    ]
    * 3
)


@pytest.mark.parametrize(
    ("said", "reply", "faults"),
    [
        ("Je dors mal.", "Vous dormez mal, je vois. Et le sommeil ?", ()),
        ("Trois bières.", "Trois bières, entendu. Et le moral ?", ()),
        ("Je dors mal.", "D'accord, merci. Et la nuprof ?", ("unknown_word", "odd_words")),
        ("Je dors mal.", "D'accord, merci. Depuis combien de sommeil ?", ("odd_words",)),
        ("Je dors mal.", "Trois semaines, entendu. Et le moral ?", ("echo_from_nowhere",)),
        ("Je dors mal.", "Cauchemars, je vois. Et le moral ?", ("echo_from_nowhere",)),
    ],
)
def test_what_makes_no_sense(said: str, reply: str, faults: tuple[str, ...]) -> None:
    found = SENSE.faults([Turn(role="patient", text=said)], reply)
    assert tuple(name for name in found if name in faults) == faults
    assert bool(found) is bool(faults)


def test_breaking_off_is_a_fault_only_where_there_is_more_to_ask() -> None:
    turns = [Turn(role="patient", text="Je dors mal.")]
    assert SENSE.faults(turns, "D'accord, merci.", may_end=False) == ("ends_too_early",)
    assert SENSE.faults(turns, "D'accord, merci.") == ()
    assert SENSE.faults(turns, "D'accord, merci. Et le moral ?", may_end=False) == ()


def _compare(a: str, b: str) -> str:
    opening = Opening(id="o", turns=(Turn(role="patient", text="Je dors mal."),))
    pair = Comparison(id="c", opening=opening, a=Candidate(text=a), b=Candidate(text=b))
    [given] = both_orders(SenseFirst(RubricJudge(), SENSE), [pair])
    [swapped] = both_orders(SenseFirst(RubricJudge(), SENSE), [pair.swap()])
    assert given.choice == swapped.swap().choice
    return f"{given.choice} {given.judge} {given.criterion}"


def test_nonsense_loses_before_the_judge_is_asked() -> None:
    sound, nonsense = "Vous dormez mal, je vois. Et le moral ?", "Vous nuprof mal. Et la pos ?"
    assert _compare(sound, nonsense) == "a sense+rubric makes_sense"
    assert _compare(nonsense, sound) == "b sense+rubric makes_sense"
    assert _compare(nonsense, "Et les doulem ?") == "tie sense+rubric None"


def test_the_judge_decides_between_replies_that_make_sense() -> None:
    found = _compare("Vous dormez mal, je vois. Et le moral ?", "D'accord, merci. Et le travail ? Et le moral ?")
    assert found.startswith("a rubric")
