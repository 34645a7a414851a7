"""Lexicons as data: every golden case beside a rule holds, and needles never hide a match."""

import itertools
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colloque.french.needles import needles_of
from colloque.french.patterns import lexicon, plain, sentences

NAMES = ("alarms", "questions", "risk", "welcome", "wording")


@pytest.mark.parametrize("name", NAMES)
def test_golden_cases_beside_each_rule(name: str) -> None:
    book = lexicon(name)
    missed = [(r.label, said) for r in book.rules for said in r.hits if not book.has(said, r.label)]
    false = [(r.label, said) for r in book.rules for said in r.misses if book.has(said, r.label)]
    assert not missed
    assert not false


@given(st.text(max_size=200))
def test_folding_keeps_positions(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert len(plain(text)) == len(composed)
    spans = sentences(composed)
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))


@pytest.mark.parametrize(
    ("pattern", "needle"),
    [
        ("vous faites", "vous faites"),
        (r"vous\s+faites", "faites"),
        ("(?:tu|il) donc", " donc"),
        ("noires?", "noire"),
        ("a*bcd", "bcd"),
        ("ab+cd", "ab"),
        ("(?:x)?longue", "longue"),
        (r"[ab]cde\d", "cde"),
        ("(?=ici)mot", "mot"),
        (r"[.)] fin", " fin"),
    ],
)
def test_needle_of_a_pattern(pattern: str, needle: str) -> None:
    assert needles_of(pattern) == (needle,)


def test_an_optional_pattern_promises_nothing() -> None:
    assert needles_of("(?:a|b?)") == ("",)


def test_the_sieve_never_hides_a_match() -> None:
    """What the sieve lets through is all that the patterns themselves would find, on every golden text."""
    texts = [plain(said) for name in NAMES for rule in lexicon(name).rules for said in (*rule.hits, *rule.misses)]
    texts += [
        plain(line)
        for line in Path(__file__).with_name("data").joinpath("risk_golden.toml").read_text("utf-8").splitlines()
    ]
    for name in NAMES:
        book = lexicon(name)
        for text in texts:
            likely = {id(phrase) for _, phrase in book.likely(text)}
            for rule in book.rules:
                for phrase in rule.say:
                    assert id(phrase) in likely or not phrase.pattern.search(text), (rule.label, phrase.source, text)


def test_an_unknown_label_is_refused() -> None:
    with pytest.raises(KeyError):
        lexicon("risk").all("rien", "no such label")
