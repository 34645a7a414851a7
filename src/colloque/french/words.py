"""Content words of a text as stems, and the topics they are about: to tell an echo from a change of subject.

A light stemmer and hand-written tables (data: conduct/words.toml); knows nothing of grammar. Two words are the same
when their stems are; two questions are about the same thing when they share a topic.
"""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

from colloque.french.patterns import plain

__all__ = ["Entry", "Tables", "entries", "matter", "stem", "stems", "stop_words", "tokens", "topics"]

_WORD = re.compile(r"[a-zœ]+(?:['-][a-zœ]+)*")
_ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quelqu)'")
_INVERTED = re.compile(r"-(?:t-)?(?:vous|il|elle|ils|elles|on|je|ce|moi|le|la|les|y|en|nous|tu)$")
_ENDINGS = (
    "issements", "issement", "issantes", "issante", "issants", "issant", "issaient", "issait", "issez", "ements", "ement", "ations", "ation",
    "ateurs", "ateur", "ances", "ance", "ences", "ence", "ables", "able", "ibles", "ible", "euses", "euse", "ives", "ive", "ités", "ites", "ite",
    "iques", "ique", "elles", "elle", "aient", "eront", "erait", "erais", "erons", "erez", "erai", "iez", "ions", "ais", "ait", "antes", "ante",
    "ants", "ant", "ent", "ons", "ez", "ees", "ee", "er", "ir", "eurs", "eur", "eux", "aux", "al", "es", "is", "it", "re", "e", "s", "x", "i", "u",
)  # fmt: skip

_BY_LETTER: dict[str, list[str]] = {}
for _ending in _ENDINGS:
    _BY_LETTER.setdefault(_ending[-1], []).append(_ending)
"""Endings by their last letter, in the order in which they are tried."""


class Tables(NamedTuple):
    """The lexicon in memory: stop words, irregular forms → stem, stem → topics, stems that say little in a
    question, stem → narrow group of words that ask for the same thing."""

    stop: frozenset[str]
    forms: dict[str, str]
    topics: dict[str, frozenset[str]]
    generic: frozenset[str]
    same: dict[str, str]


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files("colloque.french") / "data" / "conduct" / f"{name}.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def _tables() -> Tables:
    data = _read("words")
    stop = frozenset(plain(word) for word in data["stop"].split())
    forms = {plain(form): name.replace("_", "") for name, text in data["forms"].items() for form in text.split()}
    by_stem: dict[str, set[str]] = {}
    for topic, text in data["topics"].items():
        for word in text.split():
            by_stem.setdefault(_stem(plain(word), forms), set()).add(topic)
    same = {_stem(plain(word), forms): f"#{name}" for name, text in data["same"].items() for word in text.split()}
    for name in _read("drugs")["names"]:
        if name.isalpha():
            by_stem.setdefault(_stem(plain(name), forms), set()).add("traitement")
    generic = frozenset(_stem(plain(word), forms) for word in data["generic"].split())
    return Tables(stop, forms, {key: frozenset(value) for key, value in by_stem.items()}, generic, same)


def _stem(word: str, forms: dict[str, str]) -> str:
    if word in forms:
        return forms[word]
    for ending in _BY_LETTER.get(word[-1:], ()):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    else:
        if len(word) > 3 and word[-1] in "esx":
            word = word[:-1]
    return word[:8]


def stem(word: str) -> str:
    """The stem of one word."""
    return _entry(plain(word)).root


def stop_words() -> frozenset[str]:
    """Words without content of their own, folded."""
    return _tables().stop


class Entry(NamedTuple):
    """What is known of a word, whatever its text: its stem; its content stem, its topics and its matter, where it has them."""

    word: str
    root: str
    content: str
    topics: frozenset[str]
    matter: str


@lru_cache(maxsize=1 << 16)
def _entry(word: str) -> Entry:
    tables = _tables()
    root = _stem(word, tables.forms)
    content = root if word not in tables.stop and len(word) > 2 else ""
    told = content if root not in tables.generic else ""
    matter = tables.same.get(root) or told or (word if word in _MOMENTS else "")
    return Entry(word, root, content, tables.topics.get(root, frozenset()), matter)


@lru_cache(maxsize=1 << 16)
def _bare(word: str) -> str:
    """A word without elided article or inverted pronoun; may be empty."""
    return _INVERTED.sub("", _ELIDED.sub("", word))


@lru_cache(maxsize=512)
def tokens(text: str) -> tuple[str, ...]:
    """The words of a text, folded, without elided article or inverted pronoun."""
    return tuple([word for word in map(_bare, _WORD.findall(plain(text))) if word])


@lru_cache(maxsize=512)
def entries(text: str) -> tuple[Entry, ...]:
    """What is known of each word of a text, in order."""
    return tuple(map(_entry, tokens(text)))


@lru_cache(maxsize=512)
def stems(text: str) -> frozenset[str]:
    """Stems of the content words of a text."""
    return frozenset([entry.content for entry in entries(text) if entry.content])


@lru_cache(maxsize=512)
def topics(text: str) -> frozenset[str]:
    """Topics that the words of a text are about; empty when none is known. Stop words may carry one (« nuit »)."""
    return frozenset().union(*[entry.topics for entry in entries(text) if entry.topics])


_MOMENTS = frozenset(["matin", "soir", "nuit", "midi"])
_OTHERS = re.compile(
    r"^(?:et |alors |mais |bien,? |d'accord,? )*(?:(?:est-ce qu'|depuis quand est-ce qu')?(?:il|elle|ils|elles|quelqu'un)\b(?! y a)|[a-z]+-t-(?:il|elle)\b|[a-z]+-(?:ils|elles)\b)"
)
_SOMETHING = re.compile(
    r"\b(?:prenez|prend|prendre|pris|donne|donnez)(?:-vous)? (?:deja |encore )?(?:quelque chose|rien|de quoi|quoi|pour (?:ca|cela|dormir|la douleur|vous)|contre)\b"
)


@lru_cache(maxsize=512)
def matter(text: str) -> frozenset[str]:
    """What a question is about: its content stems, each replaced by its narrow group where it has one.

    « Vous fumez ? » and « Vous consommez du tabac ? » are the same matter. Words that say little are left out; « vous
    prenez quelque chose » is about a treatment; « il », « elle » ask about someone else than the patient.
    """
    found = {entry.matter for entry in entries(text) if entry.matter}
    folded = plain(text)
    if _SOMETHING.search(folded):
        found.add("#traitement")
    if _OTHERS.search(folded) and "vous" not in folded:
        found.add("@other")
    if "#sommeil" in found:
        found -= {"nuit"}
    return frozenset(found)
