"""Risk by grades: negation never lowers one by itself, a clear no to a direct question does."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colloque.french import risk_of
from colloque.french.denied import polarity_at
from colloque.french.risk import asks_about_risk

CASES = tomllib.loads(Path(__file__).with_name("data").joinpath("risk_golden.toml").read_text("utf-8"))["cases"]


@pytest.mark.parametrize(("grade", "question", "said"), CASES, ids=[f"{c[0]}:{c[2][:30]}" for c in CASES])
def test_golden_grades(grade: str, question: str, said: str) -> None:
    assert risk_of(said, question or None).grade == grade


@pytest.mark.parametrize(("grade", "question", "said"), [c for c in CASES if c[0] in ("affirmed", "acute")])
def test_a_grade_survives_what_stands_around_it(grade: str, question: str, said: str) -> None:
    order = ("none", "denied", "ambiguous", "affirmed", "acute")
    for text in (f"Je dors mal depuis mars. {said}", f"{said} J'ai deux enfants."):
        assert order.index(risk_of(text, question or None).grade) >= order.index(grade)


@pytest.mark.parametrize(
    ("said", "direct"),
    [
        ("Avez-vous des idées noires ?", True),
        ("Vous est-il arrivé de penser qu'il vaudrait mieux être morte ?", True),
        ("Qui d'autre sait, pour les scarifications ?", False),
        ("Depuis quand avez-vous ces idées noires ?", False),
        ("Les idées noires peuvent se soigner.", False),
        ("Dormez-vous bien ?", False),
    ],
)
def test_a_direct_question(said: str, direct: bool) -> None:
    assert asks_about_risk(said) is direct


@pytest.mark.parametrize(
    ("text", "word", "polarity"),
    [
        ("Je ne suis pas triste.", "triste", "denied"),
        ("Je suis triste, pas malade.", "triste", "asserted"),
        ("Pas un jour sans pleurer.", "pleurer", "asserted"),
        ("Non, des larmes, non.", "larmes", "denied"),
        ("Des larmes ? Non, enfin parfois.", "larmes", "asserted"),
    ],
)
def test_polarity_of_words(text: str, word: str, polarity: str) -> None:
    at = text.index(word)
    assert polarity_at(text, at, at + len(word)) == polarity


@given(st.text(max_size=120), st.none() | st.text(max_size=60))
def test_any_text_has_a_grade_and_quotes_itself(text: str, question: str | None) -> None:
    risk = risk_of(text, question)
    assert risk.grade in ("none", "denied", "ambiguous", "affirmed", "acute")
