"""One text read once: its words, concepts, quantities, persons and degrees together. Knows no record and no dialogue."""

from functools import lru_cache
from typing import NamedTuple

from colloque.french.concepts import Mention, mentions
from colloque.french.context import STOPS
from colloque.french.lexicon import concepts
from colloque.french.persons import Person, persons
from colloque.french.phrases import Mark, marks
from colloque.french.polarity import Reply, reply_polarity
from colloque.french.quantities import Quantity, quantities
from colloque.french.scales import Level, levels
from colloque.french.tokens import Token, tokens

__all__ = ["GENERIC", "Reading", "read_text"]

GENERIC = frozenset(
    (
        "frequence", "intensite", "duree", "declencheur", "soulagement", "attente", "etat_general", "motif", "remarques", "impact", "age",
    )
)  # fmt: skip
"""Topics that name a kind of question (how long, how often) and not a clinical matter."""


_OPEN = frozenset(
    ("combien", "quel", "quelle", "quels", "quelles", "comment", "ou", "quand", "pourquoi", "qui", "quoi", "qu", "depuis", "laquelle", "lequel")
)  # fmt: skip
"""Question words; « est-ce que » loses its « que » to none of them."""

_FAMILY_WORDS = frozenset(
    (
        "famille",
        "familial",
        "familiaux",
        "familiale",
        "familiales",
        "parents",
        "heredite",
        "hereditaire",
        "ascendants",
        "entourage",
    )
)


class Reading(NamedTuple):
    """A text and what can be read in it. `sentence` numbers the sentence of each token.

    `concepts` are the clinical matters mentioned, whatever is said of them, `generic` the kinds of question, `families`
    those of the concepts. `family`: about the family; `hedged`: said to be usual or compared (« comme tout le monde »);
    `partial`: opens by neither a plain yes nor a plain no; `closed`: asks for yes or no, without a question word.
    """

    text: str
    words: tuple[Token, ...]
    sentence: tuple[int, ...]
    keys: frozenset[str]
    mentions: tuple[Mention, ...]
    concepts: frozenset[str]
    generic: frozenset[str]
    families: frozenset[str]
    quantities: tuple[Quantity, ...]
    persons: tuple[Person, ...]
    levels: tuple[Level, ...]
    lead: Reply | None
    family: bool
    hedged: bool
    partial: bool
    closed: bool

    def sentence_at(self, offset: int) -> int:
        """Number of the sentence that holds character `offset`."""
        number = 0
        for token, sentence in zip(self.words, self.sentence, strict=True):
            if token.start > offset:
                break
            number = sentence
        return number


def _sentences(words: tuple[Token, ...]) -> tuple[int, ...]:
    number, out = 0, []
    for token in words:
        out.append(number)
        if token.word in STOPS and token.word not in (":", ";"):
            number += 1
    return tuple(out)


def _keys(words: tuple[Token, ...], degrees: tuple[Level, ...]) -> frozenset[str]:
    hidden = {i for level in degrees if level.end - level.first > 1 for i in range(level.first, level.end)}
    if not hidden:
        return frozenset([t.key for t in words if t.weight == 2])
    return frozenset([t.key for i, t in enumerate(words) if t.weight == 2 and i not in hidden])


def _partial(words: tuple[Token, ...], found: tuple[Mark, ...]) -> bool:
    """A partial phrase opens the text, before any plain yes or no."""
    plain = next((i for i, t in enumerate(words[:4]) if t.word in ("oui", "non", "ouais", "nan", "si")), 9)
    return any(first <= 3 and first < plain for first, _, _ in found)


@lru_cache(maxsize=512)
def read_text(text: str) -> Reading:
    """The reading of a text, remembered."""
    words, degrees, found, marked = tokens(text), levels(text), mentions(text), marks(text)
    named = frozenset(m.concept for m in found)
    concepts_ = named - GENERIC
    table = concepts()
    return Reading(
        text=text,
        words=words,
        sentence=_sentences(words),
        keys=_keys(words, degrees),
        mentions=found,
        concepts=concepts_,
        generic=named & GENERIC,
        families=frozenset(table[c].family for c in concepts_),
        quantities=quantities(text),
        persons=persons(text),
        levels=degrees,
        lead=reply_polarity(text),
        family=not _FAMILY_WORDS.isdisjoint(t.word for t in words),
        hedged="hedges" in marked,
        closed=_OPEN.isdisjoint(t.word for t in words),
        partial=_partial(words, marked.get("partial", ())),
    )
