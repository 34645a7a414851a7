"""Sieves let through every pattern that matches, whatever the text: the automata and the needles alike."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colloque.french.patterns import lexicon, plain
from colloque.french.sieve import Needles, sieve_for

SOURCES = [
    phrase.bounded for name in ("risk", "wording", "questions") for rule in lexicon(name).rules for phrase in rule.say
]
ODD = [
    r"\bs(?:œ|oe)ur\b",
    r"fin$",
    r"(?<!pas )bien(?! sur)",
    r"a[^«»]{2,5}b",
    r"[^.!?…]{3,}\?",
    r"x\s+y",
    r"\bmot\b",
    r"[«“]oui",
    r"\d+ mg",
    r"(?:ab){2,3}",
]


@pytest.mark.parametrize("kind", [sieve_for, Needles])
@pytest.mark.parametrize(
    "text",
    [
        "ma sœur, ma soeur",
        "c'est la fin\n",
        "bien entendu, pas bien",
        "a…é~b a«b",
        "quoi…? ah ?",
        "x\u2003y x\x0by x y",
        "œmot motœ mot, «mot»",
        "«oui",
        "٣ mg, 3 mg",
        "abababab",
        "",
    ],
)
def test_all_that_matches_is_likely(kind: type[Needles], text: str) -> None:
    likely = kind(ODD).likely(text)
    assert likely == sorted(set(likely))
    assert {n for n, source in enumerate(ODD) if re.search(source, text)} <= set(likely)


@settings(deadline=None)  # building a sieve takes its time on a busy machine
@given(st.text(alphabet="abdefilmnoprstuv'œé… ,.?!«»-3", max_size=80))
def test_drawn_texts_lose_nothing(text: str) -> None:
    folded = plain(text)
    matching = {n for n, source in enumerate(ODD) if re.search(source, folded)}
    assert matching <= set(sieve_for(ODD).likely(folded))


def test_automata_let_through_little() -> None:
    """On French sentences the automata leave little for `re` to do, and less than needles do."""
    texts = [plain(said) for rule in lexicon("risk").rules for said in rule.hits]
    automata, needles = sieve_for(SOURCES), Needles(SOURCES)
    few = sum(len(automata.likely(text)) for text in texts) / len(texts)
    more = sum(len(needles.likely(text)) for text in texts) / len(texts)
    assert few < 8 <= more
