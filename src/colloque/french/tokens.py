"""Words of a text with their place and a comparison key: one key for all forms of a verb, for plural and feminine.

Light and rough on purpose: keys serve to compare wordings, not to be read. Knows no clinical concept.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

from colloque.french.normalise import fold_word

__all__ = ["Token", "content_keys", "fine_key", "key_of", "load_data", "tokens", "words_of"]

_WORD = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+|\.{2,}|…|[^\w\s]")


class Token(NamedTuple):
    """One word, number or punctuation mark: as folded, its comparison key, its place in the raw text.

    `weight`: 0 for light words and marks, 1 for words that tell little, 2 for those that carry content.
    """

    word: str
    key: str
    start: int
    end: int
    weight: int = 0


@lru_cache(maxsize=64)
def load_data(name: str) -> dict[str, Any]:
    """A TOML file of `french/data`, read once."""
    return tomllib.loads(resources.files("colloque.french").joinpath("data", name).read_text("utf-8"))


_SECOND = (
    "is",
    "it",
    "issons",
    "issez",
    "issent",
    "issais",
    "issait",
    "issaient",
    "issant",
    "i",
    "ie",
    "ies",
    "ira",
    "irait",
    "isse",
    "issement",
    "issements",
)
_THIRD = ("ds", "d", "dons", "dez", "dent", "dais", "dait", "daient", "dant", "du", "due", "dus", "dra", "drait", "de")


def _made(regular: dict[str, str]) -> Iterator[tuple[str, list[str]]]:
    """Verbs of the second group and in -dre with their forms, and those given form by form."""
    for lemma in regular["ir"].split():
        yield lemma, [lemma, *(lemma[:-2] + ending for ending in _SECOND)]
    for lemma in regular["dre"].split():
        yield lemma, [lemma, *(lemma[:-3] + ending for ending in _THIRD)]
    for line in regular["more"].strip().splitlines():
        lemma, _, forms = line.partition(":")
        yield lemma, [lemma, *forms.split()]


_FIRST_GROUP = (
    "ons",
    "ions",
    "iez",
    "aient",
    "ant",
    "era",
    "erai",
    "erais",
    "erait",
    "eront",
    "es",
    "ent",
    "ais",
    "ait",
)


def _regular(lemma: str) -> list[str]:
    """The regular forms of a verb in -er, where its stem does not change."""
    return [lemma[:-2] + ending for ending in _FIRST_GROUP] if lemma.endswith("er") and len(lemma) > 5 else []


@lru_cache(maxsize=1)
def _irregular() -> dict[str, str]:
    """Folded form → key: irregular verbs by their infinitive, words that no rule may touch by themselves."""
    data = load_data("words.toml")
    table = {fold_word(word): fold_word(word) for word in data["exact"]}
    for lemma, forms in data["verbs"].items():
        for form in [lemma, *forms.split(), *_regular(lemma)]:
            table.setdefault(fold_word(form), fold_word(lemma))
    for lemma, forms in _made(data["regular"]):
        for form in forms:
            table.setdefault(fold_word(form), fold_word(lemma))
    for key, forms in data["same"].items():
        for form in [key, *forms.split()]:
            table[fold_word(form)] = fold_word(key)
    return table


_ENDINGS = (
    "eraient", "erions", "eriez", "erait", "erais", "eront", "erons", "eras", "erez", "erai", "era",
    "aient", "antes", "ions", "iez", "ante", "ants", "ais", "ait", "ant", "ees", "ent", "ons", "er", "ez",
    "ee", "es", "e", "s",
)  # fmt: skip
_ADJECTIVES = (
    ("euses", "eu"), ("euse", "eu"), ("eux", "eu"), ("ives", "if"), ("ive", "if"), ("ifs", "if"),
    ("elles", "el"), ("elle", "el"), ("els", "el"), ("ieres", "ier"), ("iere", "ier"), ("iers", "ier"),
    ("eres", "er"), ("ales", "al"), ("ale", "al"), ("aux", "al"),
)  # fmt: skip


_BY_LETTER: dict[str, list[tuple[str, str]]] = {}
for _ending, _stem in (*_ADJECTIVES, *((_ending, "") for _ending in _ENDINGS)):
    _BY_LETTER.setdefault(_ending[-1], []).append((_ending, _stem))
"""Endings, and what takes their place, by their last letter, in the order in which they are tried."""


@lru_cache(maxsize=1 << 16)
def key_of(word: str) -> str:
    """The comparison key of a folded word: `fatiguées`, `fatigué`, `fatigue` → `fatigu`; `dors`, `dormez` → `dormir`."""
    known = _irregular().get(word)
    if known is not None:
        return known
    if len(word) < 4 or not word.isalpha():
        return word
    for ending, stem in _BY_LETTER.get(word[-1], ()):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + stem
    return word


@lru_cache(maxsize=1 << 16)
def fine_key(word: str) -> str:
    """A narrower key for words that stand alone: gender and number only, so that « sèche » is not « sécher »."""
    known = _irregular().get(word)
    if known is not None or len(word) < 4:
        return known or word
    stem = word[:-1] if word[-1] in "sx" else word
    for ending, masculine in (
        ("euse", "eu"),
        ("elle", "el"),
        ("iere", "ier"),
        ("ive", "if"),
        ("ee", "e"),
        ("trice", "teur"),
    ):
        if stem.endswith(ending):
            stem = stem[: -len(ending)] + masculine
            break
    return stem[:-1] if stem.endswith("e") and len(stem) > 3 else stem


_KNOWN: dict[str, tuple[str, str, int]] = {}
"""Raw word → folded word, key and weight: a pure memory, bounded."""
_MOST = 1 << 16


_new = tuple.__new__
"""Makes a named tuple at half the price of its own constructor: a token is made for every word read."""


def _learn(raw: str) -> tuple[str, str, int]:
    """Folded word, key and weight of a word met for the first time; nothing of hyphens, apostrophes and lone marks."""
    word = "" if raw in "-'’‑" else fold_word(raw)  # once folded, a lone combining mark is nothing
    known = (word, key_of(word), _weight(word)) if word else ("", "", 0)
    if len(_KNOWN) < _MOST:
        _KNOWN[raw] = known
    return known


@lru_cache(maxsize=512)
def tokens(text: str) -> tuple[Token, ...]:
    """The words of a text in order. Hyphens inside words vanish; elided articles stand alone (`l'œil` → l, oeil)."""
    found = []
    for match in _WORD.finditer(text):
        raw = match[0]
        word, key, weight = _KNOWN.get(raw) or _learn(raw)
        if word:
            found.append(_new(Token, (word, key, *match.span(), weight)))
    return tuple(found)


@lru_cache(maxsize=512)
def words_of(text: str) -> tuple[str, ...]:
    """The folded words of a text, one a token: what lists of phrases are looked up in."""
    return tuple([token[0] for token in tokens(text)])


@lru_cache(maxsize=1)
def weak_keys() -> frozenset[str]:
    """Keys that tell little about what a text is about: common words, units of measure."""
    units = load_data("quantities.toml")["units"]
    measures = " ".join(
        f"{name} {forms}" for kind in units if kind != "number" for name, (_, forms) in units[kind].items()
    )
    return frozenset(key_of(fold_word(word)) for word in [*load_data("words.toml")["weak"]["words"], *measures.split()])


def _weight(word: str) -> int:
    if word in _light() or not word[:1].isalpha():
        return 0
    return 1 if len(word) < 2 or key_of(word) in weak_keys() else 2


@lru_cache(maxsize=1)
def _light() -> frozenset[str]:
    return frozenset(fold_word(word) for word in load_data("words.toml")["light"])


def light_words() -> frozenset[str]:
    """Folded words that carry no content of their own: articles, pronouns, prepositions, auxiliaries."""
    return _light()


def content_keys(text: str) -> tuple[str, ...]:
    """Keys of the words that carry content, in order."""
    return tuple(t.key for t in tokens(text) if t.weight)
