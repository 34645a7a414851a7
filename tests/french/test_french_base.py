"""The first laws of french/: normalise is idempotent, known traps read as they should."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colloque.french import concept_of, fold, leading_polarity, mentions, normalise, quantities
from colloque.french.lexicon import concepts


@given(st.text(max_size=60))
def test_normalise_is_idempotent(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(alphabet="aéèàùôç'’ -ÉÀ.?!12", max_size=40))
def test_fold_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(normalise(text))


@settings(deadline=None)  # the first text of all waits for the lexicons
@given(st.text(max_size=80))
def test_nothing_in_a_text_breaks_the_readers(text: str) -> None:
    for mention in mentions(text):
        assert text[mention.start : mention.end] == mention.text
    for quantity in quantities(text):
        assert text[quantity.start : quantity.end] == quantity.text
    leading_polarity(text)
    concept_of(text)


@pytest.mark.parametrize(
    ("text", "concept", "polarity", "experiencer"),
    [
        ("Je ferme pas l'œil de la nuit", "sommeil", "present", "patient"),
        ("J'ai plus de jus", "fatigue", "present", "patient"),
        ("J'ai la boule au ventre", "anxiete", "present", "patient"),
        ("j'arrive pas à m'endormir", "endormissement", "present", "patient"),
        ("Je dors vraiment pas bien", "sommeil", "present", "patient"),
        ("Je dors bien", "sommeil", "absent", "patient"),
        ("Pas de fièvre, de toux ni de vomissements", "vomissements", "absent", "patient"),
        ("mon père a fait un infarctus", "antecedents", "present", "other"),
        ("J'ai pas arrêté d'avoir des idées noires", "idees_suicidaires", "present", "patient"),
        ("je ne suis pas sans angoisses", "anxiete", "present", "patient"),
        ("Les jambes, elles gonflent pas", "jambes", "absent", "patient"),
    ],
)
def test_mentions(text: str, concept: str, polarity: str, experiencer: str) -> None:
    found = {(m.concept, m.polarity, m.experiencer) for m in mentions(text) if not m.named}
    assert (concept, polarity, experiencer) in found


@pytest.mark.parametrize(
    ("question", "concept"),
    [
        ("Avez-vous des problèmes de sommeil ?", "sommeil"),
        ("Depuis combien de temps cela dure-t-il ?", "duree"),
        ("Combien de cafés par jour ?", "cafe"),
        ("Buvez-vous de l'alcool ?", "alcool"),
        ("Peu d'intérêt ou de plaisir à faire les choses", "interet"),
    ],
)
def test_concept_of(question: str, concept: str) -> None:
    assert concept_of(question) == concept


def test_there_are_many_concepts() -> None:
    assert len(concepts()) >= 135
