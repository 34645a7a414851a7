"""The exchanges of a talk as the rule of repeated questions sees them: what was asked, what was said, by names of matter.

A word has several names: its stem, its narrow group (« gonfle », « enfle ») and its topics, marked by an @. Words that name no
matter are data (conduct/again.toml). Compares nothing.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from colloque.checks.conduct_facets import facet_of
from colloque.core import Turn
from colloque.french.patterns import plain, sentences
from colloque.french.questions import questions_in
from colloque.french.words import entries, stem

__all__ = ["NIGHT", "Exchange", "exchanges_before", "names_of", "units_of"]

_VAGUE = re.compile(
    r"^[^.!]{0,25}\?$|\b(?:pardon|comment) ?\?|(?:sais|saurais) (?:pas|plus|trop)|aucune idee|ca depend|plus ou moins|un peu de tout|je (?:ne )?(?:veux|prefere|souhaite) pas|pourquoi (?:vous|cette)|je vous dirai|"
    r"m'en souviens? (?:plus|pas)|je passe|difficile a dire|comme ci|on verra|longtemps|un moment|je dirais pas"
)
NIGHT = frozenset(("nuit", "nuits", "matin", "soir"))
_NAME = re.compile(r"(?<=, )[A-ZÉÈ][a-zéèïë]+(?= ?(?:[?.!,]|$))")


@lru_cache(maxsize=1)
def _words() -> tuple[frozenset[str], frozenset[str]]:
    """Stems that name no matter, and stems that name one only alone: data, read once."""
    data = tomllib.loads((files("colloque.french") / "data" / "conduct" / "again.toml").read_text("utf-8"))
    weak, light = (frozenset(map(stem, data[name].split())) for name in ("weak", "light"))
    return weak, light


@dataclass(frozen=True, slots=True)
class Exchange:
    """A clinician's turn and the answer: its questions, what the two name, and what the answer holds of its own."""

    put: str
    questions: tuple[str, ...]
    facets: frozenset[str]
    answer: str
    asked: frozenset[str]
    said: frozenset[str]
    known: frozenset[str]
    recall: str
    vague: bool


def exchanges_before(turns: Sequence[Turn]) -> list[Exchange]:
    """The exchanges of a talk, each known by the turn that asked, the answer, and the clinician's own recall after it."""
    found = []
    for index in range(len(turns) - 1):
        if turns[index].role == "clinician" and turns[index + 1].role == "patient":
            recall = turns[index + 2].text if index + 2 < len(turns) and turns[index + 2].role == "clinician" else ""
            found.append(_exchange(turns[index].text, turns[index + 1].text, recall))
    return found


@lru_cache(maxsize=1024)
def _exchange(put: str, answer: str, after: str) -> Exchange:
    recall = " ".join(after[start:end] for start, end in sentences(after) if "?" not in after[start:end])
    asked, turn = questions_in(put), names_of(put)
    said = names_of(answer) | _plain_names(recall)
    named: frozenset[str] = frozenset().union(*map(names_of, asked))
    vague = _VAGUE.search(plain(answer)) is not None
    facets = frozenset(map(facet_of, asked))
    return Exchange(put, asked, facets, answer, named, said, turn | said, plain(recall), vague)


@lru_cache(maxsize=512)
def names_of(text: str) -> frozenset[str]:
    """Every name of every content word of a text: stem, narrow group, topics (marked by an @)."""
    return frozenset().union(*units_of(text))


def _plain_names(text: str) -> frozenset[str]:
    return frozenset(name for name in names_of(text) if name[0] != "@")


@lru_cache(maxsize=512)
def units_of(text: str) -> tuple[frozenset[str], ...]:
    """For each word of a text that names a matter, its names."""
    weak, light = _words()
    found, heavy = [], []
    for entry in entries(_NAME.sub("", text) if ", " in text else text):
        if entry.content and entry.root not in weak:
            names = _names(entry.content, entry.matter, entry.topics)
        elif entry.word in NIGHT:
            names = frozenset((entry.word.rstrip("s"),))
        else:
            continue
        found.append(names)
        if entry.root not in light:
            heavy.append(names)
    return tuple(heavy if heavy and " pour " not in text else found)


@lru_cache(maxsize=1 << 14)
def _names(content: str, matter: str, topics: frozenset[str]) -> frozenset[str]:
    return frozenset((content, matter or content, *(f"@{topic}" for topic in topics)))
