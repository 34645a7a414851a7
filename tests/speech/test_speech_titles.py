"""Titles and orders of forms put as the questions that they stand for: golden cases of many kinds of title."""

import pytest

from colloque.core import Answer, Questionnaire
from colloque.speech.asking import ways
from colloque.speech.facts import Fact, facts_of

ASKED = [
    ("Traitements antidépresseurs déjà essayés (nom, durée, effet) :", "Quels traitements antidépresseurs avez-vous déjà essayés ?"),
    ("Aliments évités :", "Quels aliments évitez-vous ?"),
    ("Personnes sur lesquelles vous pouvez compter :", "Quelles sont les personnes sur lesquelles vous pouvez compter ?"),
    ("Médicaments préparés par :", "Les médicaments ont été préparés par qui ?"),
    ("Antécédent familial de cancer colorectal ou de polypes :", "Dans la famille, est-ce qu'il y a eu un cancer colorectal ou des polypes ?"),
    ("Présence de sang, de glaires ou de selles noires :", "Est-ce qu'il y a du sang, des glaires ou des selles noires ?"),
    ("Ancienneté du diabète :", "Le diabète, ça remonte à quand ?"),
    ("Durée habituelle de cette gêne :", "Cette gêne, ça dure combien de temps ?"),
    ("Fréquence des heures supplémentaires :", "Les heures supplémentaires, c'est à quelle fréquence ?"),
    ("Nombre de prises de triptan par mois :", "Combien de prises de triptan, par mois ?"),
    ("Heure habituelle du coucher et du lever en semaine :", "Vous vous couchez et vous vous levez à quelle heure en semaine ?"),
    ("Dyspnée (NYHA) : à quel moment êtes-vous essoufflé(e) ?", "À quel moment êtes-vous essoufflée ?"),
    ("Prenez-vous des anxiolytiques ? Si oui, lesquels et à quelle fréquence ?", "Vous prenez des anxiolytiques ?"),
    ("Indiquez ce qui vous amène au centre.", "Qu'est-ce qui vous amène au centre ?"),
    ("Indiquez si vous avez déjà reçu de la toxine botulique et pour quelle raison.", "Vous avez déjà reçu de la toxine botulique ?"),
    ("Énumérez les pays traversés lors de votre séjour.", "Parlez-moi des pays traversés lors de votre séjour."),
    ("Dialyse : jours, durée, abord", "Parlez-moi de la dialyse."),
    ("Sur 10, quel est votre niveau de satisfaction au travail ?", "Sur 10, quel est votre niveau de satisfaction au travail ?"),
    ("Tu es en quelle classe ?", "Vous êtes en quelle classe ?"),
    ("Avez vous des acouphènes ? De quel côté ?", "Avez-vous des acouphènes ?"),
    ("ce(s) problème(s) a-t-il (ont-ils) rendu difficile(s) votre travail ?", "Ces problèmes ont-ils rendu difficiles votre travail ?"),
]  # fmt: skip


def _fact(question: str, answer: str = "deux ou trois fois") -> Fact:
    return facts_of(Questionnaire(answers=(Answer(id="1", question=question, answer=answer),)), "f")[0]


@pytest.mark.parametrize(("title", "question"), ASKED)
def test_a_title_is_asked_as_a_question(title: str, question: str) -> None:
    assert question in ways(_fact(title), "f")


@pytest.mark.parametrize(
    "title", ["Pansement : propre / taché / décollé", "Estimez votre contrôle : nul / faible / bon / total"]
)
def test_printed_choices_are_not_read_out(title: str) -> None:
    for way in ways(_fact(title, "taché"), "f"):
        assert "taché" not in way and "faible" not in way


def test_a_title_answered_by_oui_or_non_asks_whether() -> None:
    assert "Est-ce qu'il y a une incontinence urinaire ?" in ways(_fact("Incontinence urinaire :", "oui"), "f")
    assert "Est-ce qu'il y a une incontinence urinaire ?" not in ways(_fact("Incontinence urinaire :", "la nuit"), "f")
