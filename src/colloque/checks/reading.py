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
from colloque.french.tokens import Token, tokens, words_of

__all__ = ["GENERIC", "Reading", "read_text"]

GENERIC = frozenset(
    (
        "frequence", "intensite", "duree", "declencheur", "soulagement", "attente", "etat_general", "motif", "remarques", "impact", "age",
    )
)  # fmt: skip
"""Topics that name a kind of question (how long, how often) and not a clinical matter."""


_OPEN = frozenset(
    ("combien", "quel", "quelle", "quels", "quelles", "comment", "pourquoi", "quoi", "laquelle", "lequel")
)
"""Question words that open a question wherever they stand."""
_LEADING = frozenset(("qui", "que", "quand", "ou", "qu", "depuis"))
"""Words that open a question at the head of a clause, or at its end (« Ça date de quand ? »)."""
_BEFORE = frozenset(
    (",", ":", ".", "?", "!", "...", "…", "et", "avec", "chez", "de", "a", "pour", "par", "mais", "alors", "depuis")
)

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


_ENDS = STOPS - {":", ";"}


def _sentences(words: tuple[str, ...]) -> tuple[int, ...]:
    if _ENDS.isdisjoint(words[:-1]):
        return (0,) * len(words)
    number, out = 0, []
    for word in words:
        out.append(number)
        if word in _ENDS:
            number += 1
    return tuple(out)


def _keys(words: tuple[Token, ...], degrees: tuple[Level, ...]) -> frozenset[str]:
    hidden = {i for level in degrees if level.end - level.first > 1 for i in range(level.first, level.end)}
    if not hidden:
        return frozenset([t.key for t in words if t.weight == 2])
    return frozenset([t.key for i, t in enumerate(words) if t.weight == 2 and i not in hidden])


_PLAIN = ("oui", "non", "ouais", "nan", "si")


def _closed(words: tuple[Token, ...], text: str) -> bool:
    """The text asks for yes or no: no question word in it that asks; « ou » is « où » only with its accent."""
    found = {t.word for t in words}
    if not _OPEN.isdisjoint(found):
        return False
    if _LEADING.isdisjoint(found):
        return True
    for i, token in enumerate(words):
        if token.word not in _LEADING or (token.word == "ou" and "ù" not in text[token.start : token.end].lower()):
            continue
        following = words[i + 1].word if i + 1 < len(words) else "?"
        if token.word == "depuis":
            if following in ("quand", "quelle", "combien"):
                return False
        elif token.word == "qu":
            if following in ("est", "y") and (i == 0 or words[i - 1].word in _BEFORE):
                return False
        elif i == 0 or words[i - 1].word in _BEFORE or following in ("?", "."):
            return following == "vous" and token.word == "quand" and "?" in found and _closed(words[i + 2 :], text)
    return True


def _partial(words: tuple[str, ...], found: tuple[Mark, ...]) -> bool:
    """A partial phrase opens the text, before any plain yes or no."""
    plain = next((i for i, word in enumerate(words[:4]) if word in _PLAIN), 9)
    return any(first <= 3 and first < plain for first, _, _ in found)


_NONE: frozenset[str] = frozenset()


@lru_cache(maxsize=512)
def read_text(text: str) -> Reading:
    """The reading of a text, remembered."""
    words, degrees, found, marked = tokens(text), levels(text), mentions(text), marks(text)
    plain = words_of(text)
    named = frozenset([m.concept for m in found]) if found else _NONE
    told = named - GENERIC if named else _NONE
    table = concepts()
    partial = marked.get("partial")
    return Reading(
        text=text,
        words=words,
        sentence=_sentences(plain),
        keys=_keys(words, degrees),
        mentions=found,
        concepts=told,
        generic=named & GENERIC if named else _NONE,
        families=frozenset([table[c].family for c in told]) if told else _NONE,
        quantities=quantities(text),
        persons=persons(text),
        levels=degrees,
        lead=reply_polarity(text),
        family=not _FAMILY_WORDS.isdisjoint(plain),
        hedged="hedges" in marked,
        closed=_closed(words, text),
        partial=partial is not None and _partial(plain, partial),
    )
