"""What a reply amounts to beside a closed question: yes, no, or neither, and how surely. Knows no record.

`Oui` and `Non` first; without them the question's own words denied or affirmed (« pas de plaie », « des cauchemars,
point »), « Peur, moi ? », a frequency. Two stances can be compared only where the questions ask for the same side
(trouble or health): `orientation`.
"""

from functools import lru_cache
from typing import Literal, NamedTuple

from colloque.checks.reading import Reading
from colloque.french.context import scopes
from colloque.french.lexicon import NEGATIONS
from colloque.french.phrases import marks

__all__ = ["Stance", "gone", "orientation", "plainly_opens", "stance_of"]

Sign = Literal[-1, 0, 1]


class Stance(NamedTuple):
    """1: yes, -1: no, 0: neither. `sure`: said plainly; `lead`: by its first words."""

    sign: Sign
    sure: bool
    lead: bool


_NONE = Stance(0, False, False)


@lru_cache(maxsize=8192)
def orientation(question: str) -> str:
    """Whether a question asks for trouble, for health, for both or for neither: `Non` means the contrary in the first two."""
    sides = {label for _, _, label in marks(question).get("orientation", ())}
    return sides.pop() if len(sides) == 1 else "both" if sides else "neutral"


def stance_of(question: Reading, reply: Reading) -> Stance:
    """The stance of a reply to its question."""
    lead = reply.lead
    if lead is not None:
        return _by_lead(lead, question, reply)
    if _mocked(reply):
        return Stance(-1, True, True)
    return _by_words(question, reply)


def gone(reply: Reading) -> bool:
    """What was asked about is there no more: « Ah l'envie, elle a fichu le camp »; said of the first sentence, and not denied."""
    found = marks(reply.text).get("gone", ())
    negated = scopes(reply.text).negated
    return any(reply.sentence[first] == 0 and not negated[first] for first, _, _ in found)


_PLAIN = frozenset(
    ("oui", "ouais", "ouaip", "si", "non", "nan", "jamais", "aucun", "aucune", "absolument", "rien", "evidemment", "carrement", "effectivement", "zero", "nullement")
)  # fmt: skip


def plainly_opens(reply: Reading) -> bool:
    """A yes or no in so many words within the first eight, or the question thrown back (« Peur, moi ? »)."""
    return _mocked(reply) or not _PLAIN.isdisjoint(t.word for t in reply.words[:8])


def _by_lead(lead: str, question: Reading, reply: Reading) -> Stance:
    if lead == "unsure":
        return _NONE
    sure = not reply.partial and not reply.hedged and not _taken_back(reply)
    if lead == "fine":
        side = orientation(question.text)
        sign: Sign = -1 if side == "trouble" else 1 if side == "health" else 0
        return Stance(sign, sure, True)
    return Stance(1 if lead == "yes" else -1, sure, True)


_BACK = frozenset(("mais", "sauf", "sinon", "quoique", "enfin", "pardon", "quand", "parfois"))


def _taken_back(reply: Reading) -> bool:
    """A yes or a no that a « mais » follows, with something said after it."""
    return any(t.word in _BACK for t in reply.words[1:-2])


def _mocked(reply: Reading) -> bool:
    """« Peur, moi ? », « Moi, boire ? »: the question thrown back, which denies."""
    words = [t.word for t in reply.words[:7]]
    if "?" not in words or "moi" not in words:
        return False
    opening = words[: words.index("?")]
    return "moi" in opening and len(opening) <= 4 and not {"et", "pour", "chez", "que"} & set(opening)


def _by_words(question: Reading, reply: Reading) -> Stance:
    """The question's own concepts and words, denied or not; a denial must be plain, an affirmation is never sure."""
    scope = scopes(reply.text)
    signs: set[int] = set()
    for mention in reply.mentions if not reply.persons else ():
        if mention.concept in question.concepts and not mention.named and mention.time != "hypothetical":
            signs.add({"present": 1, "absent": -1, "unsure": 0}[mention.polarity])
    for i, token in enumerate(reply.words) if not reply.persons else ():
        if token.key in question.keys and len(token.key) >= 4:
            signs.add(-1 if scope.negated[i] else 1)
    if not signs:
        frequent = [v.level for v in reply.levels if v.family == "frequency" and v.first <= 3]
        if frequent:
            return Stance(1 if frequent[0] else -1, False, False)
        return Stance(1, False, False) if (reply.quantities or reply.keys) and not _denies(reply) else _NONE
    if signs == {-1}:
        return Stance(-1, not reply.hedged and not reply.partial, False)
    return Stance(1, False, False) if signs == {1} and not _denies(reply) else _NONE


def _denies(reply: Reading) -> bool:
    return any(t.word in NEGATIONS for t in reply.words)
