"""Clinical concepts in a text: what is mentioned, whether it is there, whose it is and when; and what a question is about.

Concepts and their forms are data (`data/concepts_*.toml`). Reads one text alone: `Non` after a question, facts
spread over turns and agreement with a record belong to the checks.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from colloque.french.context import scopes
from colloque.french.lexicon import Hit, Says, concept_files, scan
from colloque.french.tokens import Token, load_data, tokens

__all__ = ["Experiencer", "Mention", "Polarity", "Time", "concept_of", "concept_parents", "concepts_of", "mentions"]

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
    return _dislocated(words, hit.last + 1, aside=_opens(words, hit.first))


_CLITICS = frozenset(("y", "en", "le", "la", "les", "l", "ca"))
_HARD_STOPS = frozenset((".", "?", "!", ";", ":"))
_DENIALS = frozenset(("pas", "plus", "jamais", "rien", "aucun", "aucune"))
_SUBJECTS = frozenset(("j", "je", "on", "il", "elle", "ca", "c", "y", "m", "moi"))
_TOPIC_REACH = 14
"""Words after a topic put first within which its denial must come: « Du sang, au fait, j'en ai pas vu »."""


def _opens(words: Sequence[Token], at: int) -> bool:
    """Token `at` opens its sentence, but for an article or « et »."""
    before = words[at - 3 : at] if at >= 3 else words[:at]
    return len(before) < 3 or any(t.word in _HARD_STOPS or t.word in ("...", "…") for t in before)


def _dislocated(words: Sequence[Token], at: int, *, aside: bool) -> bool:
    """« La sieste j'y arrive pas », and where the topic opens the sentence, past an aside: « Du sang, au fait, j'en ai pas vu »."""
    window = [t.word for t in words[at : at + _TOPIC_REACH]]
    start = 1 if window[:1] == [","] else 0
    if aside and start < len(window) and window[start] not in _SUBJECTS:
        comma = next((k for k in range(start, min(start + 4, len(window))) if window[k] == ","), None)
        start = comma + 1 if comma is not None else start
    if start >= len(window) or window[start] not in _SUBJECTS:
        return False
    for i in range(start, min(start + 7, len(window))):
        if window[i] in _HARD_STOPS or window[i] == ",":
            return False
        if window[i] in _DENIALS:
            return not _CLITICS.isdisjoint(window[start + 1 : i])
    return False


def _fronted(words: Sequence[Token], hit: Hit, negated: Sequence[bool]) -> bool:
    """A topic that opens its sentence, a comma, and a clause of its own that denies: what is denied is not sure (« Le tire-lait, j'ai pas pu »)."""
    if not _opens(words, hit.first) or hit.last + 1 >= len(words) or words[hit.last + 1].word != ",":
        return False
    if any(t.word in _SUBJECTS for t in words[max(0, hit.first - 3) : hit.first]):
        return False
    subject = False
    for k in range(hit.last + 2, min(hit.last + 2 + _TOPIC_REACH, len(words))):
        word = words[k].word
        if word in _HARD_STOPS or (word == "," and k > hit.last + 5):
            return False
        subject = subject or word in _SUBJECTS
        if word in _DENIALS and negated[k]:
            return subject
    return False


def _polarity(hit: Hit, negated: bool) -> Polarity:
    says: Polarity = "absent" if hit.form.says == "absent" else "present"
    if hit.form.negated:
        return says
    flips = negated != bool(hit.inner) if hit.inner and not negated else negated
    return _FLIPS[says] if flips else says


@lru_cache(maxsize=512)
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
        if polarity == "present" and hit.form.says != "absent" and _fronted(words, hit, scope.negated):
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


@lru_cache(maxsize=512)
def concepts_of(question: str) -> tuple[str, ...]:
    """All topics of a question, the most telling first: longer forms before shorter, precise topics before generic ones."""
    best: dict[str, tuple[int, int, int]] = {}
    for mention in mentions(question):
        rank = (mention.concept in _GENERIC, -mention.words, mention.start)
        if mention.concept not in best or rank < best[mention.concept]:
            best[mention.concept] = rank
    return tuple(sorted(best, key=lambda concept: best[concept]))


@lru_cache(maxsize=1)
def concept_parents() -> dict[str, str]:
    """Concepts told apart from a broader one → the broader one, under which a question is asked."""
    return {c["id"]: c["parent"] for name in concept_files() for c in load_data(name)["concept"] if "parent" in c}


def concept_of(question: str) -> str | None:
    """The main topic of a question, e.g. `sommeil`, the broader one where two are told apart; None where no lexicon knows it."""
    found = concepts_of(question)
    return concept_parents().get(found[0], found[0]) if found else None
