"""What a reply amounts to beside a closed question: yes, no, or neither, and how surely. Knows no record.

`Oui` and `Non` first; without them the question's own words denied or affirmed (« pas de plaie », « des cauchemars,
point »), « Peur, moi ? », a frequency. Two stances can be compared only where the questions ask for the same side
(trouble or health): `orientation`.
"""

from functools import lru_cache
from typing import Literal, NamedTuple

from colloque.checks.reading import Reading
from colloque.french.context import scopes
from colloque.french.lexicon import NEGATIONS, concepts
from colloque.french.phrases import marks

__all__ = ["Stance", "gone", "orientation", "plainly_opens", "stance_of", "valence_of"]

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


_SIDES: dict[str, Sign] = {"health": 1, "trouble": -1}


def _side(question: Reading) -> Sign:
    """1: a yes says that all is well, -1: that it is not, 0: neither. A symptom asked for by name is trouble."""
    if not question.closed:
        return 0
    side = orientation(question.text)
    suffered = [m for m in question.mentions if concepts()[m.concept].kind in ("symptom", "risk")]
    if side == "neutral" and suffered and all(m.form != "absent" for m in suffered):
        return -1
    return _SIDES.get(side, 0)


def _by_phrases(reply: Reading) -> set[int]:
    found = marks(reply.text)
    masked = {i for first, end, _ in found.get("valence_noise", ()) for i in range(first, end)}
    negated = scopes(reply.text).negated
    out = set()
    for name, sign in (("good", 1), ("bad", -1)):
        for first, end, _ in found.get(name, ()):
            if masked.isdisjoint(range(first, end)):
                held = reply.words[first].word in NEGATIONS or reply.words[first].word in ("ca", "rien", "aucun")
                out.add(sign if held or not negated[first] else 0)
    words = [t.word for t in reply.words if t.word[0].isalnum()]
    if len(words) <= _FEW and not out and not NEGATIONS & set(words):
        out |= (
            {1} if "bien" in words else {-1} if "mal" in words and not {"a", "au", "aux", "de"} & set(words) else set()
        )
    return out


_FEW = 4
"""Words of an answer in which a bare « bien » or « mal » is the answer."""


def valence_of(question: Reading, reply: Reading, *, phrased: bool = False) -> Sign:
    """1: all is well, -1: it is not, 0: neither or both, by the reply's phrases and by yes or no to what is asked.

    With `phrased`, only where a phrase says it: whether a question asks for health is less sure than « un calvaire ».
    """
    if reply.hedged or reply.partial or _taken_back(reply):
        return 0
    signs = _by_phrases(reply)
    side = _side(question)
    if reply.lead in ("yes", "no") and side and not phrased:
        signs.add(side if reply.lead == "yes" else -side)
    return 1 if signs == {1} else -1 if signs == {-1} else 0
