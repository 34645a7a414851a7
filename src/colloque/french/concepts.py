"""Clinical concepts in a text: what is mentioned, whether it is there, whose it is and when; and what a question is about.

Concepts and their forms are data (`data/concepts_*.toml`). Reads one text alone: `Non` after a question, facts
spread over turns and agreement with a record belong to the checks.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from colloque.french.context import scopes
from colloque.french.lexicon import Hit, Says, scan
from colloque.french.tokens import Token, tokens

__all__ = ["Experiencer", "Mention", "Polarity", "Time", "concept_of", "concepts_of", "mentions"]

Polarity = Literal["present", "absent", "unsure"]
Experiencer = Literal["patient", "other"]
Time = Literal["now", "past", "hypothetical"]

_FLIPS: dict[Polarity, Polarity] = {"present": "absent", "absent": "present", "unsure": "unsure"}
_GENERIC = frozenset(
    (
        "frequence",
        "intensite",
        "duree",
        "declencheur",
        "soulagement",
        "attente",
        "etat_general",
        "motif",
        "remarques",
        "impact",
    )
)


class Mention(NamedTuple):
    """A concept in a text, characters [start, end). `form`: whether the words name it, or say that it
    is there, or not; `at`, `last`: its first and last token."""

    concept: str
    start: int
    end: int
    text: str
    polarity: Polarity
    experiencer: Experiencer = "patient"
    time: Time = "now"
    form: Says = "present"
    words: int = 1
    at: int = 0
    last: int = 0

    @property
    def named(self) -> bool:
        """Only the topic is named; nothing is said of it yet."""
        return self.form == "name"


_AFTER = frozenset(("pas", "jamais", "guere"))


def _denied_after(words: Sequence[Token], hit: Hit) -> bool:
    """« Je tousse pas », « elles gonflent jamais »: spoken French denies the verb it has just said."""
    if hit.last + 1 < len(words) and words[hit.last + 1].word in _AFTER:
        return True
    return _dislocated(words, hit.last + 1)


_CLITICS = frozenset(("y", "en", "le", "la", "les", "l", "ca"))
_HARD_STOPS = frozenset((".", "?", "!", ";", ":"))


def _dislocated(words: Sequence[Token], at: int) -> bool:
    """« La sieste j'y arrive pas », « L'alcool, j'en bois jamais »: the topic first, then a pronoun for it and a denial."""
    window = [t.word for t in words[at : at + 7]]
    if window[:1] == [","]:
        window = window[1:]
    if not window or window[0] not in ("j", "je", "on", "il", "elle"):
        return False
    for i, word in enumerate(window):
        if word in _HARD_STOPS or word == ",":
            return False
        if word in ("pas", "plus", "jamais", "rien"):
            return not _CLITICS.isdisjoint(window[1:i])
    return False


def _polarity(hit: Hit, negated: bool) -> Polarity:
    says: Polarity = "absent" if hit.form.says == "absent" else "present"
    if hit.form.negated:
        return says
    flips = negated != bool(hit.inner) if hit.inner and not negated else negated
    return _FLIPS[says] if flips else says


@lru_cache(maxsize=4096)
def mentions(text: str) -> tuple[Mention, ...]:
    """Every concept the text mentions, in order of place. Offsets count characters of `text` as given."""
    words = tokens(text)
    hits = scan(words)
    if not hits:
        return ()
    scope = scopes(text)
    found = []
    for hit in sorted(hits, key=lambda h: (h.first, h.last, h.form.concept)):
        start, end = words[hit.first].start, words[hit.last].end
        negated = scope.negated[hit.first] or _denied_after(words, hit)
        polarity = _polarity(hit, negated)
        if scope.unsure[hit.first] and polarity == "present" and not hit.form.negated:
            polarity = "unsure"
        time: Time = "hypothetical" if scope.hypothetical[hit.first] else "past" if scope.past[hit.first] else "now"
        found.append(
            Mention(
                hit.form.concept, start, end, text[start:end], polarity,
                "other" if scope.other[hit.first] else "patient", time, hit.form.says, hit.form.words, hit.first,
                hit.last,
            )
        )  # fmt: skip
    return tuple(found)


@lru_cache(maxsize=4096)
def concepts_of(question: str) -> tuple[str, ...]:
    """All topics of a question, the most telling first: longer forms before shorter, precise topics before generic ones."""
    best: dict[str, tuple[int, int, int]] = {}
    for mention in mentions(question):
        rank = (mention.concept in _GENERIC, -mention.words, mention.start)
        if mention.concept not in best or rank < best[mention.concept]:
            best[mention.concept] = rank
    return tuple(sorted(best, key=lambda concept: best[concept]))


def concept_of(question: str) -> str | None:
    """The main topic of a question, e.g. `sommeil`; None where no lexicon knows it."""
    found = concepts_of(question)
    return found[0] if found else None
