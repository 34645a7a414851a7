"""The template language of the domains, and the hands that write answers down."""

import random

import pytest

from colloque.ingest.cohort_style import Hand, draw_hand, put_down
from colloque.ingest.cohort_template import Person, compile_phrase, holds


def person(feminine: bool = True, seed: int = 0, **lists: list[str]) -> Person:
    made = Person(rng=random.Random(seed), tags={"f" if feminine else "m"}, feminine=feminine, severity=1)
    made.lists = {name: tuple(compile_phrase(line) for line in lines) for name, lines in lists.items()}
    return made


def test_sex_and_choices() -> None:
    phrase = compile_phrase("fatigué·e et <sec/sèche>[ le soir|]")
    assert phrase.long(person()).startswith("fatiguée et sèche")
    assert phrase.long(person(False)).startswith("fatigué et sec")
    ends = {phrase.long(person(seed=s)).endswith("soir") for s in range(20)}
    assert ends == {True, False}


def test_numbers_steps_decimals_and_names() -> None:
    assert compile_phrase("{n=3-6} puis {n}").slots == ("n",)
    for seed in range(20):
        first, then = compile_phrase("{n=3-6} puis {n}").long(person(seed=seed)).split(" puis ")
        assert first == then and 3 <= int(first) <= 6
        assert int(compile_phrase("{10-80:5}").long(person(seed=seed))) % 5 == 0
        assert "," in (text := compile_phrase("{6,5-9,5}").long(person(seed=seed))) or text.isdigit()


def test_a_word_is_drawn_once_and_another_on_demand() -> None:
    someone = person(lieu=["le métro", "le bus", "le train"])
    phrase = compile_phrase("{lieu}, {lieu}, {lieu!}")
    one, same, other = phrase.long(someone).split(", ")
    assert one == same != other


def test_conditions_and_forms() -> None:
    phrase = compile_phrase("(f !old +smokes) je fume beaucoup // bcp")
    assert phrase.needs == ("f", "!old") and phrase.sets == ("smokes",)
    assert holds(phrase.needs, {"f"}) and not holds(phrase.needs, {"f", "old"})
    assert (phrase.long(person()), phrase.short(person())) == ("je fume beaucoup", "bcp")
    assert compile_phrase("oui, le soir").opens == "oui" and compile_phrase("non jamais").bare


@pytest.mark.parametrize("line", ["[a|b", "{3-", "<seul>", "fatigué·x", "{a b}"])
def test_malformed_lines_are_refused_by_name(line: str) -> None:
    with pytest.raises(ValueError, match=r"expected|closing|unknown slot"):
        compile_phrase(line)


def hand(**changes: object) -> Hand:
    base = {"kind": "plain", "short": 0.0, "capital": False, "period": False, "spelled": False, "shorthand": 0.0,
            "unaccented": 0.0, "slips": 0.0, "bare": 0.0}  # fmt: skip
    return Hand(**{**base, **changes})  # type: ignore[arg-type]


def test_hands_change_spelling_and_nothing_else() -> None:
    rng = random.Random(1)
    assert put_down("je dors 3 semaines sur 4.", hand(spelled=True), rng) == "je dors trois semaines sur 4."
    assert put_down("fatiguée le soir", hand(capital=True, period=True), rng) == "Fatiguée le soir."
    assert put_down("déjà réveillé à 3 h", hand(unaccented=1.0), rng) == "deja reveille a 3 h"
    assert put_down("oui, le matin", hand(bare=1.0), rng) == "oui"
    assert put_down("oui, le matin", hand(bare=1.0), rng, may_shorten=False) == "oui, le matin"
    assert put_down("1 verres", hand(), rng) == "1 verre" and put_down("1 fois", hand(), rng) == "1 fois"


def test_no_hand_touches_digits_or_negation() -> None:
    text = "non, je ne prends pas de médicament depuis 12 jours, 500 mg avant"
    for seed in range(300):
        rng = random.Random(seed)
        written = put_down(text, draw_hand(rng, 20 + seed % 60), rng, may_shorten=False).lower()
        assert "12" in written and "500" in written and written.startswith("non")
        assert " pas " in written
