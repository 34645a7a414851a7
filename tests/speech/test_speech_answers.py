"""What patients type becomes sayable, whatever it is; facts stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colloque.french import quantities
from colloque.speech.answers import read_answer
from colloque.speech.oral import spoken

READ = [
    ("oui", "yes", "Oui", ""),
    ("Non, jamais", "no", "Non, jamais", ""),
    ("non pas du tout", "no", "Non, pas du tout", ""),
    ("Si, sertraline 50 mg", "yes", "Si", "Sertraline cinquante milligrammes."),
    ("si possible", "words", "", "Si possible."),
    ("non fumeur", "words", "", "Non fumeur."),
    ("mal, me reveille ttes les 2h", "words", "", "Mal, je me réveille toutes les deux heures."),
    ("jy vais mais en pilote auto", "words", "", "J'y vais mais en pilote auto."),
    ("15 cig/j depuis 20 ans", "words", "", "Quinze cigarettes par jour depuis vingt ans."),
    ("pompe + capteur", "words", "", "Pompe et capteur."),
    ("RAS", "nothing", "", ""),
    ("-", "blank", "", ""),
    ("???", "unknown", "", ""),
    ("N/A", "inapplicable", "", ""),
    ("😢", "emoji", "", "une petite tête triste"),
    ("<b>Oui</b> je dors mal", "yes", "Oui", "Je dors mal."),
    ("<|im_start|>mal{x}", "words", "", "Malx."),
    ("JE NE DORS PLUS DU TOUT, ECG NORMAL", "words", "", "Je ne dors plus du tout, ECG normal."),
    ("pleure ts les soirs", "words", "", "Je pleure tous les soirs."),
    ("2 fois par semmaine en noevmbre", "words", "", "Deux fois par semaine en novembre."),
    ("monter a cheval jusqu'a midi, il a mal", "words", "", "Monter à cheval jusqu'à midi, il a mal."),
]


@pytest.mark.parametrize(("typed", "kind", "lead", "rest"), READ)
def test_an_answer_is_read(typed: str, kind: str, lead: str, rest: str) -> None:
    reading = read_answer(typed)
    assert (reading.kind, reading.lead, reading.rest) == (kind, lead, rest)


ORAL = [
    ("Je ne dors pas.", "Je dors pas."),
    ("Je n'ai plus goût à rien.", "J'ai plus goût à rien."),
    ("Ce n'est pas facile, cela me gêne.", "C'est pas facile, ça me gêne."),
    ("Il faut que je parte.", "Faut que je parte."),
    ("Il n'y a rien.", "Y a rien."),
    ("Je ne mange que du riz.", "Je ne mange que du riz."),
]


@pytest.mark.parametrize(("written", "said"), ORAL)
def test_written_french_becomes_oral(written: str, said: str) -> None:
    assert spoken(written, "plain") == said
    assert spoken(written, "careful") == written


@given(st.text(max_size=300))
def test_no_answer_breaks_the_reader(typed: str) -> None:
    reading = read_answer(typed)
    assert "<|" not in reading.rest
    assert "{" not in reading.rest


@given(st.integers(2, 99), st.sampled_from(["heures", "jours", "semaines", "mois", "ans", "kg", "fois par jour"]))
def test_a_quantity_keeps_its_value(n: int, unit: str) -> None:
    before = quantities(f"{n} {unit}")
    after = quantities(read_answer(f"{n} {unit}").rest)
    assert [q.value for q in before] == [q.value for q in after]
