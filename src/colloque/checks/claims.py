"""Claims about concepts, read from a question and its answer together, of record and talk alike.

`Non` takes its sense from the question asked, a person named makes the fact hers, words of the past make it past, and
a short answer is read in one with its question. Knows no record and no dialogue.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from colloque.checks.reading import GENERIC, Reading, read_text
from colloque.french.concepts import Mention, Time, mentions
from colloque.french.lexicon import NEGATIONS, concepts, scan

__all__ = ["POLAR", "Claim", "claims_of"]


class Claim(NamedTuple):
    """A concept said to be there (1), not there (-1) or uncertain (0), of somebody, at some time.

    `explicit`: in the speaker's own words, not only by agreeing to a question. `kin` is empty for the patient.
    """

    concept: str
    sign: Literal[-1, 0, 1]
    kin: str
    time: Time
    explicit: bool
    start: int
    end: int


_NEGATED = re.compile(r"\b(?:pas|plus|jamais|rien|aucune?|sans)\b")
"""A question's form that holds a negation (« Vous n'êtes pas inquiète ? ») asks for what it denies."""

POLAR = frozenset(("symptom", "habit", "history", "risk", "treatment"))
"""Kinds of concepts that are there or not; a job or a weight is neither."""

_ANSWERS: dict[tuple[str, int], Literal[-1, 0, 1]] = {
    ("yes", 1): 1, ("yes", -1): -1, ("no", 1): -1, ("no", -1): 1, ("unsure", 1): 0, ("unsure", -1): 0, ("fine", 1): -1, ("fine", -1): -1,
}  # fmt: skip
_SIGNS: dict[str, Literal[-1, 0, 1]] = {"present": 1, "absent": -1, "unsure": 0}


def _first_person(reading: Reading, at: int, number: int) -> bool:
    """The speaker is named before token `at` in its sentence."""
    return any(
        t.word in ("j", "je", "moi")
        for t, s in zip(reading.words[:at], reading.sentence[:at], strict=True)
        if s == number
    )


_OF = frozenset(("de", "du", "d", "chez", "des"))


def _kin(mention: Mention, reading: Reading, family: bool, child: bool) -> str:
    """Whose fact a mention is: the kin class named with it, `famille` in answer to a question on the family, or the patient."""
    at = mention.at
    number = reading.sentence[at]
    if not reading.persons:
        return "famille" if family and not _first_person(reading, at, number) else ""
    near = [p for p in reading.persons if reading.sentence[p.first] == number]
    inside = [p for p in near if p.first >= at and reading.words[p.end - 1].end <= mention.end]
    near = [p for p in near if p not in inside]
    before = [p for p in near if p.first < at]
    if child:
        before = [p for p in before if p.kin != "enfant"]
        near = [p for p in near if p.kin != "enfant"]
    if before and not any(t.word in ("j", "je") for t in reading.words[max(before[-1].end, at - 2) : at]):
        return before[-1].kin
    after = [p for p in near if 0 <= p.first - mention.last - 1 <= 1]
    if after and reading.words[mention.last + 1].word in _OF:
        return after[0].kin
    said = [
        p
        for p in near
        if p.first > mention.last and [t.word for t in reading.words[max(0, p.first - 2) : p.first]] == ["c", "est"]
    ]
    if said:
        return said[0].kin
    first = any(
        t.word in ("j", "je", "moi")
        for t, s in zip(reading.words[:at], reading.sentence[:at], strict=True)
        if s == number
    )
    if first:
        return ""
    previous = [
        p for p in reading.persons if reading.sentence[p.first] == number - 1 and not (child and p.kin == "enfant")
    ]
    fragment = [t for t, s in zip(reading.words, reading.sentence, strict=True) if s == number - 1]
    if previous and len(fragment) <= 6:
        return previous[-1].kin
    return "famille" if family else ""


def _echoes(reply: Reading) -> frozenset[int]:
    """Sentences that only take up the question's word before answering it: « Content... », « Éviter de conduire ? »."""
    out = set()
    for i, token in enumerate(reply.words):
        if token.word == "?" or (token.word in ("...", "…") and i <= 3 and i + 1 < len(reply.words)):
            out.add(reply.sentence[i])
    return frozenset(out)


def _denies(reply: Reading, mention: Mention) -> bool:
    """The sentence of the mention denies something: « Non, les démangeaisons ne me réveillent pas »."""
    number = reply.sentence[mention.at]
    return any(
        t.word in NEGATIONS and t.word != "non" for t, s in zip(reply.words, reply.sentence, strict=True) if s == number
    )


def _own(question: Reading, reply: Reading, child: bool) -> list[Claim]:
    """Claims that the reply makes in its own words."""
    family = question.family
    out = []
    echoes = _echoes(reply)
    for mention in reply.mentions:
        if mention.named or mention.concept in GENERIC or reply.sentence[mention.at] in echoes:
            continue
        kin = _kin(mention, reply, family, child)
        sign = _SIGNS[mention.polarity]
        if sign == 1 and reply.lead == "no" and mention.concept in question.concepts and _denies(reply, mention):
            sign = 0
        out.append(Claim(mention.concept, sign, kin, mention.time, True, mention.start, mention.end))
    return out


def _agreed(question: Reading, reply: Reading) -> list[Claim]:
    """Claims that the reply makes by agreeing or not to what the question says."""
    if reply.lead is None:
        return []
    out = []
    for mention in question.mentions:
        if mention.named or concepts()[mention.concept].kind not in POLAR:
            continue
        says = -1 if mention.form == "absent" and not _NEGATED.search(mention.text.lower()) else 1
        value = _ANSWERS[reply.lead, says]
        out.append(Claim(mention.concept, value, "", "now", False, 0, len(reply.text)))
    return out


@lru_cache(maxsize=512)
def claims_of(question: str, reply: str, child: bool = False) -> tuple[Claim, ...]:
    """All claims of a reply to a question. What the reply says itself overrides what it agrees to."""
    asked, said = read_text(question), read_text(reply)
    own = _own(asked, said, child)
    stated = {c.concept for c in own}
    joined = [c for c in _joined(asked, said, child) if c.concept not in stated]
    stated |= {c.concept for c in joined}
    return tuple(own + joined + [c for c in _agreed(asked, said) if c.concept not in stated])


_SHORT = 6
"""Tokens of an answer that leans on its question: « Votre poids ? Stable », « Comment dormez-vous ? Mal »."""


def _joined(question: Reading, reply: Reading, child: bool) -> list[Claim]:
    """Claims that only question and answer make together, read as one sentence: the first sentence of a short reply."""
    first = [t for t, s in zip(reply.words, reply.sentence, strict=True) if s == 0 and t.word[0].isalnum()]
    if reply.lead in ("yes", "no") or not first or len(first) > _SHORT or not question.text:
        return []
    end = len(question.text.rstrip(" ?!.:…"))
    begin = question.text.rfind("?", 0, end) + 1
    stop = question.text.rfind(". ", begin, end)
    begin = begin if stop < 0 else stop + 2
    head = [t for t in question.words if begin <= t.start and t.end <= end]
    tail = [t for t in reply.words if t.end <= first[-1].end]
    if not any(hit.first < len(head) <= hit.last for hit in scan([*head, *tail])):
        return []
    asked = question.text[begin:end].strip()
    text, start = f"{asked} {reply.text[: first[-1].end]}", len(asked)
    known = {m.concept for m in question.mentions if not m.named}
    return [
        Claim(m.concept, _SIGNS[m.polarity], "", m.time, True, 0, first[-1].end)
        for m in mentions(text)
        if m.start < start < m.end and not m.named and m.concept not in known and m.concept not in GENERIC
    ]
