"""Bare nouns get the article that their gender and their question call for; what is no noun stays as it is."""

import pytest

from colloque.speech.articles import contracted
from colloque.speech.nominal import Use, listed, named

NAMED: list[tuple[str, Use, str | None]] = [
    ("vin rouge", "the", "le vin rouge"),
    ("fièvre", "some", "de la fièvre"),
    ("petites billes dures", "some", "des petites billes dures"),
    ("eczéma", "some", "de l'eczéma"),
    ("hernie inguinale droite", "some", "une hernie inguinale droite"),
    ("mari", "some", "mon mari"),
    ("dos bloqué", "some", "le dos bloqué"),
    ("ECG aux urgences", "some", "un ECG aux urgences"),
    ("troisième grossesse", "some", "une troisième grossesse"),
    ("cannabis", "some", "du cannabis"),
    ("toujours pareil", "some", None),
    ("fatiguée", "some", None),
    ("Togo", "some", None),
    ("zinzoline", "some", None),
]


@pytest.mark.parametrize(("bare", "use", "said"), NAMED)
def test_a_bare_noun_gets_its_article(bare: str, use: Use, said: str | None) -> None:
    assert named(bare, use) == said


LISTS: list[tuple[str, Use, str]] = [
    ("Choux, lentilles, pain frais.", "the", "Les choux, les lentilles, le pain frais."),
    ("Nausées, oui. Tremblements, non.", "the", "Les nausées, oui. Les tremblements, non."),
    ("Papa polypes enlevés à cinquante-cinq ans.", "some", "Papa, des polypes enlevés à cinquante-cinq ans."),
    (
        "Journaux depuis 1998, pots de yaourt, câbles.",
        "some",
        "Des journaux depuis 1998, des pots de yaourt, des câbles.",
    ),
    ("Fatiguée et énervée contre tout le monde.", "some", "Fatiguée et énervée contre tout le monde."),
    ("Mal, je me réveille toutes les deux heures.", "some", "Mal, je me réveille toutes les deux heures."),
]


@pytest.mark.parametrize(("typed", "use", "said"), LISTS)
def test_a_list_of_bare_nouns_is_said_with_articles(typed: str, use: Use, said: str) -> None:
    assert listed(typed, use)[0] == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("J'ai pris de le poids.", "J'ai pris du poids."),
        ("Mal à le ventre.", "Mal au ventre."),
        ("Ça fait drôle de le dire.", "Ça fait drôle de le dire."),
        ("Merci de le préciser.", "Merci de le préciser."),
        ("Comme d'd'habitude.", "Comme d'habitude."),
    ],
)
def test_articles_melt_into_their_preposition(text: str, said: str) -> None:
    assert contracted(text) == said
