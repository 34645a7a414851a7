"""Understanding a clinician: which answers of the record a turn asks for, in whatever words, or what else it is.

A question is matched by the words it shares with the record's questions and answers (families, stems, concepts; what
is rare in this record tells more), by what it wants (since when, how often, out of ten) and by where the talk stands.
Says nothing; the answers are spoken elsewhere.
"""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from colloque.core import Turn
from colloque.french import risk_of
from colloque.french.risk import asks_about_risk
from colloque.patient.record import Entry, Record, about_risk
from colloque.patient.words import Heeded, heed, pattern, plain
from colloque.speech import Fact

__all__ = ["Heard", "brought", "told_in", "understand"]

Kind = Literal["asked", "opener", "more", "risk", "offer", "farewell", "statement", "unknown", "unclear"]

_SURE = 0.62
"""Score from which a question is taken to be about an answer. Measured on the corpus: 0.5 answers 4 % more turns, a third of them wrong."""
_ALSO = 0.85
"""Share of the best score that a second answer needs, from words of its own (« L'appétit, la mémoire ? »)."""
_EARLY = 2
"""Questions at the head of a form that may be why somebody comes."""
_AGAIN = 0.72
"""What an answer already given is worth: a question is rather about something new."""
_SENTENCE = re.compile(r"[^.!?…]+(?:\.\.\.|[.!?…])*")
_MOOD = frozenset(("etat_general", "humeur", "fatigue", "pleurs", "anxiete"))
_OWED = ("ambiguous", "affirmed", "acute")


class Heard(NamedTuple):
    """What a turn is to the patient, and the answers it asks for, best first. `told`: they were given before."""

    kind: Kind
    facts: tuple[Fact, ...] = ()
    told: bool = False


def told_in(record: Record, context: Sequence[Turn]) -> tuple[str, ...]:
    """Ids of the answers that the patient's turns state, in order, with repeats; guessed from words where turns carry no states."""
    spoken = [turn for turn in context if turn.role == "patient"]
    stated = tuple(state.answer for turn in spoken for state in turn.states)
    if stated or not spoken:
        return stated
    found = []
    for turn in spoken:
        stems = heed(turn.text).stems
        for entry in record.entries:
            own = entry.given.stems
            if own and len(own & stems) >= 0.6 * len(own):
                found.append(entry.fact.id)
    return tuple(found)


def understand(record: Record, context: Sequence[Turn]) -> Heard:
    """What the clinician's last turn is to this patient. `context` ends with it."""
    text = context[-1].text
    folded = plain(text)
    told = told_in(record, context[:-1])
    if "?" not in text:
        return _no_question(record, context, folded, told)
    risk = _of_risk(record, context, told)
    if risk:
        return risk
    asked = " ".join(s for s in _SENTENCE.findall(text) if "?" in s)
    found = _matched(record, heed(asked), told, text)
    first = not any(turn.role == "patient" for turn in context)
    opens = pattern("opener").search(plain(asked)) or (first and pattern("opener", "first").search(plain(asked)))
    if found and not (opens and _weak(record, found, asked)):
        return found
    if opens and told and pattern("reason").search(plain(asked)):
        left = any(_is_reason(fact) for fact in _left(record, told))
        given = [fact for fact in record.facts if fact.id in told and (_is_reason(fact) or fact is record.facts[0])]
        if given and not left:
            return Heard("asked", tuple(given[:1]), told=True)
    if opens and _left(record, told) and (len(told) < 2 or not found):
        return Heard("opener", _first(record, told, bool(pattern("wellbeing").search(plain(asked)))))
    if pattern("offer").search(folded):
        return Heard("offer")
    if found:
        return found
    if pattern("more").search(folded) or not heed(asked).words:
        return Heard("more", _next(record, told)) if told else Heard("opener", _first(record, told))
    return Heard("unknown" if heed(asked).words else "unclear")


def _weak(record: Record, found: Heard, asked: str) -> bool:
    """An opener (« Que se passe-t-il ? ») whose match rests on little: what was not asked by name."""
    question = heed(asked)
    entry = next(e for e in record.entries if e.fact.id == found.facts[0].id)
    telling = any(not word.weak and "motif" not in word.families for word in question.words)
    return record.score(entry, question) < (1.2 if telling else 9) and not question.concepts & entry.asked.concepts


def _no_question(record: Record, context: Sequence[Turn], folded: str, told: tuple[str, ...]) -> Heard:
    first = not any(turn.role == "patient" for turn in context)
    if pattern("farewell").search(folded) and not first:
        return Heard("farewell")
    invites = pattern("more").search(folded) or pattern("opener").search(folded)
    if invites or first:
        text = context[-1].text
        found = _matched(record, heed(text), told, "") if invites else None
        if found and not found.told and not (pattern("opener").search(folded) and _weak(record, found, text)):
            return found
        if first or pattern("opener").search(folded):
            return Heard("opener", _first(record, told, bool(pattern("wellbeing").search(folded))))
        return Heard("more", _next(record, told))
    return Heard("statement")


def _of_risk(record: Record, context: Sequence[Turn], told: tuple[str, ...]) -> Heard | None:
    """A question about death, suicide, self-harm, means or safety: answered from the record, or put off (law 8)."""
    text = context[-1].text
    direct = asks_about_risk(text)
    detail = pattern("risk_detail").search(plain(text))
    more = pattern("more").search(plain(text))
    if not direct and not (detail and _in_danger(context, 2)) and not (more and _in_danger(context, 1)):
        return None
    known = [entry for entry in record.entries if entry.risk and _same_risk(entry, text)]
    question = heed(text)
    fresh = [entry for entry in known if entry.fact.id not in told]
    if fresh:
        return Heard("risk", (max(fresh, key=lambda entry: record.score(entry, question)).fact,))
    if known and direct and not detail:
        return Heard("risk", (max(known, key=lambda entry: record.score(entry, question)).fact,), told=True)
    return Heard("risk")


def _same_risk(entry: Entry, text: str) -> bool:
    """Whether question and answer speak of the same: of death, of self-harm, or of both; details of means fit any."""
    asked = _risk_kinds(text)
    return not asked or bool(asked & _risk_kinds(entry.fact.question)) or not _risk_kinds(entry.fact.question)


def _risk_kinds(text: str) -> set[str]:
    return {kind for kind in ("death", "harm") if pattern("risk_kinds", kind).search(plain(text))}


def _in_danger(context: Sequence[Turn], last: int) -> bool:
    """Whether one of the patient's `last` turns speaks of death or self-harm."""
    said = [spot for spot, turn in enumerate(context) if turn.role == "patient"][-last:]
    return any(risk_of(context[spot].text, context[spot - 1].text if spot else None).grade in _OWED for spot in said)


def _matched(record: Record, question: Heeded, told: tuple[str, ...], whole: str) -> Heard | None:
    """The answers a question is about, by score; the whole turn is heard where the question alone says too little."""
    ranked = [
        (score, entry)
        for score, entry in _ranked(record, question, told)
        if _sure((score, entry), told) >= _SURE and record.fits(entry, question, score)
    ]
    if whole and not ranked:
        wider = heed(whole)
        # What stands before the question is mostly an echo of what was just said: it counts for answers not given yet.
        ranked = [(s, e) for s, e in _ranked(record, wider, told) if e.fact.id not in told and s * 0.8 >= _SURE]
        ranked = [(s, e) for s, e in ranked if record.fits(e, wider, s)]
    if not ranked:
        return None
    best = ranked[0][1]
    facts = [best.fact]
    if best.fact.id not in told:
        for score, entry in ranked[1:3]:
            if score >= max(0.9, _ALSO * ranked[0][0]) and entry.fact.id not in told and _apart(best, entry, question):
                facts.append(entry.fact)
                break
    return Heard("asked", tuple(facts), told=best.fact.id in told)


def _sure(ranked: tuple[float, Entry], told: tuple[str, ...]) -> float:
    """The score itself, whatever was taken off for an answer already given."""
    return ranked[0] / _AGAIN if ranked[1].fact.id in told else ranked[0]


def _ranked(record: Record, question: Heeded, told: tuple[str, ...]) -> list[tuple[float, Entry]]:
    last = told[-1] if told else None
    ranked = []
    after = False
    for entry in record.entries:
        score = record.score(entry, question)
        if after and entry.fact.id not in told and score > 0:
            # The next question of the form, above all one that leans on the last (« Depuis quand ? »).
            score += 0.3 if entry.fact.leans else 0.1
        after = entry.fact.id == last
        ranked.append((score * _AGAIN if entry.fact.id in told else score, entry))
    return sorted(ranked, key=lambda pair: -pair[0])


def _apart(one: Entry, other: Entry, question: Heeded) -> bool:
    """Each of the two has words of the question that the other lacks."""
    mine, theirs = one.asked.families | one.asked.stems, other.asked.families | other.asked.stems
    marks = question.families | question.stems
    return bool((mine - theirs) & marks) and bool((theirs - mine) & marks)


def _left(record: Record, told: tuple[str, ...]) -> list[Fact]:
    return [fact for fact in record.facts if fact.id not in told]


def _first(record: Record, told: tuple[str, ...], wellbeing: bool = False) -> tuple[Fact, ...]:
    """What this patient brings unasked: the reason for coming (or, asked how they are, the mood), else the first answer
    that is understood alone. Once the talk has begun, nothing that needs its question."""
    left = [fact for fact in _left(record, told) if fact.topic not in ("age", "enfant")] or _left(record, told)
    mood = [fact for fact in left if fact.topic in _MOOD] if wellbeing else []
    brings = mood or [fact for fact in left if _is_reason(fact, record.facts[:_EARLY])]
    if not brings:
        brings = left if not told else [fact for fact in left if _stands_alone(fact)]
    return tuple(brings[:1])


def brought(record: Record) -> Fact | None:
    """What the patient opens the talk with: the reason for coming, else an early answer that is understood alone."""
    early = [
        fact for fact in record.facts if _is_reason(fact) and fact.reading.kind == "words" and not about_risk(fact)
    ]
    early += [fact for fact in record.facts[:3] if _stands_alone(fact)]
    return early[0] if early else None


def _stands_alone(fact: Fact) -> bool:
    plainly = fact.reading.kind == "words" and fact.words >= 4 and not fact.leans and not fact.scale
    return plainly and fact.risk == "none" and not about_risk(fact)


def _is_reason(fact: Fact, early: Sequence[Fact] | None = None) -> bool:
    """Why this person comes. « Comment vous sentez-vous ? » is it only among the form's first questions (`early`)."""
    if fact.band == 0 or heed(fact.question).families & {"motif"}:
        return True
    return (early is None or fact in early) and bool(pattern("opener").search(plain(fact.question)))


def _next(record: Record, told: tuple[str, ...]) -> tuple[Fact, ...]:
    """What the patient may add when asked for more: an answer that leans on the last one, or stands next to it in topic."""
    if not told:
        return ()
    ids = [fact.id for fact in record.facts]
    spot = ids.index(told[-1]) if told[-1] in ids else -1
    last = record.facts[spot]
    near = [fact for fact in record.facts[spot + 1 : spot + 2] if fact.leans or fact.band == last.band]
    return tuple(fact for fact in near if fact.id not in told)[:1]
