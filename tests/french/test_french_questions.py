"""Which clauses of a turn really ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colloque.french import invitations_in, questions_in
from colloque.french.words import matter, stems


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ("Il mange, il dort, il a de la fièvre, il a vomi ?", 4),
        ("Vous marchez combien, vous montez les escaliers, vous dormez bien ?", 3),
        ("Avez-vous de la fièvre, une nuque raide, et est-ce que ça a commencé d'un coup ?", 2),
        ("Vous avez dix-sept ans, c'est bien ça ?", 1),
        ("C'est ça ?", 0),
        (
            "Dans quelle mesure ces problèmes ont-ils rendu difficiles votre travail, vos tâches à la maison ou votre capacité à bien vous entendre avec les autres ?",
            1,
        ),
        ("Votre petit carnet, il dit quoi, le matin à jeun ?", 1),
        ("Ce genre de désagrément, vous le connaissez déjà ?", 1),
        ("Il me manque un point : les traitements déjà pris ?", 1),
        ("Vous me suivez ?", 0),
        ("C'est plutôt d'un côté, ou les deux sont pareilles ?", 1),
        ("Est-ce une douleur qui serre, qui brûle ou qui pique ?", 1),
        ("Bonjour, comment allez-vous ? Qu'est-ce qui vous amène ?", 1),
        ("Comment allez-vous ?", 1),
        ("Quand vous êtes essoufflé, ressentez-vous une douleur ?", 1),
        ("Et les idées noires dont vous m'aviez parlé ?", 1),
        ("Et le cœur, vous le sentez parfois battre bizarrement ?", 1),
        ("Je vous écoute.", 0),
        ("Vous dormez mal, d'accord.", 0),
        ("Dormez-vous bien ? Mangez-vous assez ? Et le moral ?", 3),
        ("Vous est-il arrivé de penser à mourir, ou de vouloir vous faire du mal ?", 1),
        ("Il a 38,5 de fièvre, vous avez mesuré comment ?", 1),
    ],
)
def test_how_many_questions(said: str, count: int) -> None:
    assert len(questions_in(said)) == count


def test_a_topic_put_first_stays_with_its_question() -> None:
    assert questions_in("Du côté de la famille, y a-t-il des problèmes de cœur ?") == (
        "Du côté de la famille, y a-t-il des problèmes de cœur",
    )


def test_invitations_ask_without_a_mark() -> None:
    assert invitations_in("D'accord. Racontez-moi vos soirées.") == ("Racontez-moi vos soirées.",)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Vous fumez ?", "Vous consommez du tabac ?", True),
        ("Vous prenez un traitement ?", "Prenez-vous des médicaments ?", True),
        ("Comment dormez-vous ?", "Votre sommeil, il est comment ?", True),
        ("Vous dormez bien ?", "Vous prenez quelque chose pour dormir ?", False),
        ("Avez-vous mal au dos ?", "Avez-vous mal à la tête ?", False),
    ],
)
def test_the_matter_of_a_question(one: str, other: str, same: bool) -> None:
    assert (matter(one) == matter(other)) is same


def test_stems_join_forms_of_a_word() -> None:
    assert stems("tremblements") & stems("elles tremblent")
    assert not stems("de la du et mais")


@given(st.text(max_size=200))
def test_any_text_can_be_asked(text: str) -> None:
    assert all(question.strip() for question in questions_in(text))
