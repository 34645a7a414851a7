"""What words of a question are about: families of words, stems and clinical concepts, and what the question wants to know.

Data: data/families.toml and data/listening.toml. Reads one text alone; knows no record.
"""

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

from colloque.french import concepts_of, fold, mentions
from colloque.french.lexicon import concepts as known

__all__ = ["Heeded", "Word", "heed", "listening", "pattern"]

_TOKEN = re.compile(r"[a-z0-9œæ]+")
_IDIOM = re.compile(r"\bremont(?:e|ent|ait)(?= à)", re.IGNORECASE)
"""« Ça remonte à quand ? » is no acid reflux."""
_LINKS = re.compile(
    r"pour (?:commencer|finir|terminer)|une (?:dernière|autre) question|autre point|passons à la suite|dites-moi,|racontez-moi[:,]"
    r"|je (?:vous )?pose (?:cette|la) question[^:?]*:|une question (?:que je pose|plus personnelle|importante)[^:?]*:",
    re.IGNORECASE,
)
"""How a clinician passes on to the next question: nothing of what is asked."""
_VAGUE = frozenset(("etat_general", "motif", "declencheur", "duree", "frequence", "intensite", "attente", "remarques"))
"""Concepts that half of all questions touch: what they want is told by `wants` instead."""


class Word(NamedTuple):
    """A content word: its stem, the families it belongs to, and whether half of all questions have it."""

    stem: str
    families: frozenset[str]
    weak: bool = False


class Heeded(NamedTuple):
    """A text read: its content words, its clinical concepts, and what it wants (since, often, mark, who …)."""

    words: tuple[Word, ...]
    concepts: frozenset[str]
    wants: frozenset[str]
    tokens: frozenset[str] = frozenset()
    """Every word, small ones too: « Qu'est-ce que vous ne pouvez plus faire ? » has no others."""
    fields: frozenset[str] = frozenset()
    """The families of the concepts, as the lexicon of French sorts them (insomnia and nightmares are one field)."""

    kin: bool = False
    """It is about relatives."""
    named: bool = False
    """A concept is named as a topic (« le sommeil »), not only touched by an expression."""

    @property
    def stems(self) -> frozenset[str]:
        """The stems of the content words."""
        return frozenset(word.stem for word in self.words)

    @property
    def families(self) -> frozenset[str]:
        """The families of the content words."""
        return frozenset(family for word in self.words for family in word.families)


@cache
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads((resources.files("colloque.patient") / "data" / f"{name}.toml").read_text("utf-8"))


def listening(section: str) -> dict[str, Any]:
    """One section of data/listening.toml."""
    found: dict[str, Any] = _data("listening")[section]
    return found


@cache
def pattern(section: str, key: str = "say") -> re.Pattern[str]:
    """A pattern of data/listening.toml, for folded text."""
    return re.compile(listening(section)[key])


@cache
def _families() -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]], tuple[tuple[str, str], ...]]:
    """Whole words, word beginnings, and expressions of several words, each with its families."""
    whole: dict[str, set[str]] = {}
    begins: dict[str, set[str]] = {}
    phrases: list[tuple[str, str]] = []
    for family, line in _data("families")["families"].items():
        for entry in line.split():
            if "_" in entry:
                phrases.append((entry.replace("_", " "), family))
            else:
                (begins if entry.endswith("*") else whole).setdefault(entry.rstrip("*"), set()).add(family)
    return (
        {word: frozenset(names) for word, names in whole.items()},
        {word: frozenset(names) for word, names in begins.items()},
        tuple(phrases),
    )


@cache
def _weak() -> frozenset[str]:
    return frozenset(entry.replace("_", " ") for entry in listening("weak")["words"].split())


@cache
def _stop() -> frozenset[str]:
    return frozenset(listening("stop")["words"].split())


@lru_cache(maxsize=65536)
def _word(token: str) -> Word | None:
    whole, begins, _ = _families()
    found = set(whole.get(token, ())) | set(whole.get(token.rstrip("s"), ()))
    for size in range(2, len(token) + 1):
        found |= begins.get(token[:size], frozenset())
    if token in _stop():
        return Word(token, frozenset(found)) if token in whole else None
    if len(token) < 2 or token.isdigit():
        return None
    return Word(token[:6] if len(token) > 6 else token.rstrip("s"), frozenset(found), token in _weak())


def plain(text: str) -> str:
    """Folded, with straight quotes and single spaces: what the patterns are written for."""
    return re.sub(r"\s+", " ", fold(text).replace("’", "'")).strip()


@lru_cache(maxsize=32768)
def heed(text: str) -> Heeded:
    """Read a text: content words, concepts, wants."""
    text = _LINKS.sub(" ", _IDIOM.sub("date", text))
    folded = plain(text)
    tokens = _TOKEN.findall(folded)
    words = [word for token in tokens if (word := _word(token))]
    bare = f" {' '.join(tokens)} "
    for phrase, family in _families()[2]:
        if f" {phrase} " in bare:
            words.append(Word(phrase, frozenset((family,)), phrase in _weak()))
    wants = frozenset(key for key in listening("wants") if pattern("wants", key).search(folded))
    concepts = frozenset(concept for concept in concepts_of(text) if concept not in _VAGUE)
    named = {mention.concept for mention in mentions(text) if mention.named and mention.concept not in _VAGUE}
    fields = frozenset(known()[concept].family for concept in concepts)
    return Heeded(
        tuple(dict.fromkeys(words)),
        concepts,
        wants,
        frozenset(tokens),
        fields,
        bool(pattern("kin").search(folded)),
        bool(named),
    )
