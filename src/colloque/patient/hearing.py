"""Understanding a clinician: which answers of the record a turn asks for, in whatever words, or what else it is.

A question is matched by the words it shares with the record's questions and answers (families, stems, concepts; what
is rare in this record tells more), by what it wants (since when, how often, out of ten) and by where the talk stands.
Says nothing; the answers are spoken elsewhere.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import Literal, NamedTuple

from colloque.core import Turn
from colloque.french import risk_of
from colloque.french.risk import asks_about_risk, risk_words
from colloque.patient.words import Heeded, Word, heed, pattern, plain
from colloque.speech import Fact

__all__ = ["Heard", "Record", "told_in", "understand"]

Kind = Literal["asked", "opener", "more", "risk", "offer", "farewell", "statement", "unknown", "unclear"]

_SURE = 0.62
"""Score from which a question is taken to be about an answer. Measured on the corpus: 0.5 answers 4 % more turns, a third of them wrong."""
_ALSO = 0.85
"""Share of the best score that a second answer needs, from words of its own (« L'appétit, la mémoire ? »)."""
_AGAIN = 0.72
"""What an answer already given is worth: a question is rather about something new."""
_WEAK = 0.5
"""What a word that half of all questions share (« mal », « soir ») counts for beside a telling one."""
_ELSEWHERE = 0.4
"""What is taken off where question and answer belong to different fields (heart, sleep …)."""
_TELLING = 0.86
"""Points of words from which another field no longer speaks against an answer."""
_SENTENCE = re.compile(r"[^.!?…]+(?:\.\.\.|[.!?…])*")
_MOOD = frozenset(("etat_general", "humeur", "fatigue", "pleurs", "anxiete"))
_OWED = ("ambiguous", "affirmed", "acute")
_RISK_TOPICS = frozenset(("idees_suicidaires", "tentative", "scarification", "arme"))


class Heard(NamedTuple):
    """What a turn is to the patient, and the answers it asks for, best first. `told`: they were given before."""

    kind: Kind
    facts: tuple[Fact, ...] = ()
    told: bool = False


class _Entry(NamedTuple):
    fact: Fact
    asked: Heeded
    given: Heeded
    risk: bool


class Record:
    """The answers of one questionnaire, ready to be asked for: each with its words, and how rare each word is."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = tuple(facts)
        self.entries = tuple(
            _Entry(fact, heed(fact.question), heed(fact.reading.rest or ""), _about_risk(fact)) for fact in facts
        )
        self._count: Counter[str] = Counter()
        for entry in self.entries:
            self._count.update(entry.asked.stems | {f"+{f}" for f in entry.asked.families} | entry.asked.concepts)
        self._fields = frozenset(field for entry in self.entries for field in entry.asked.fields | entry.given.fields)
        self._all = math.log(1 + len(self.entries))

    def rarity(self, mark: str) -> float:
        """1 for what one question alone has, less for what many share."""
        return math.log(1 + len(self.entries) / max(1, self._count[mark])) / self._all if self._all else 1.0

    def score(self, entry: _Entry, question: Heeded) -> float:
        """How much a question seems to be about an answer; around 1 for one telling word in common."""
        light = any(not word.weak for word in question.words)
        points = sum(self._word(word, entry) * (_WEAK if light and word.weak else 1) for word in question.words)
        same = len(question.tokens & entry.asked.tokens) / max(1, len(question.tokens | entry.asked.tokens))
        points += max(0.0, same - 0.4)
        return points + self._concepts(entry, question, points) + self._wanted(entry, question)

    def _word(self, word: Word, entry: _Entry) -> float:
        best = 0.0
        if word.stem in entry.asked.stems:
            best = 1.1 * self.rarity(word.stem)
        for family in word.families & entry.asked.families:
            best = max(best, 0.85 * self.rarity(f"+{family}"))
        if best < 0.4:
            if word.stem in entry.given.stems:
                best = max(best, 0.45)
            elif word.families & entry.given.families:
                best = max(best, 0.3)
        return best

    def _concepts(self, entry: _Entry, question: Heeded, points: float) -> float:
        """The same clinical concept speaks for an answer; another field of medicine speaks against it."""
        shared = question.concepts & entry.asked.concepts
        if shared:
            return 0.8 * max(self.rarity(concept) for concept in shared)
        if question.concepts & entry.given.concepts:
            return 0.35
        if points >= _TELLING:
            return 0.0
        fields = entry.asked.fields | entry.given.fields
        if question.fields and fields and not question.fields & fields:
            return -_ELSEWHERE
        return 0.0 if not question.fields or question.fields & self._fields else -_ELSEWHERE / 2

    @staticmethod
    def _wanted(entry: _Entry, question: Heeded) -> float:
        """Questions that want the same (since when, out of ten) go together; those that want other things do not."""
        both = question.wants & entry.asked.wants
        if both - {"amount", "often"}:
            # « Depuis quand ? » has no words of its own: what it wants is all there is to know it by.
            return 0.75 if entry.fact.leans or not any(not word.weak for word in entry.asked.words) else 0.5
        if both:
            return 0.7 if entry.fact.leans else 0.2
        if "since" in question.wants and "since" in entry.given.wants:
            return 0.35
        if not question.wants:
            return -0.1 if entry.asked.wants & {"since", "mark", "age"} else 0.0
        return -0.15 if entry.asked.wants else 0.0


def _about_risk(fact: Fact) -> bool:
    return fact.topic in _RISK_TOPICS or asks_about_risk(fact.question) or bool(risk_words(fact.question))


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
    opens = pattern("opener").search(plain(asked))
    if found and not (opens and _weak(record, found, asked)):
        return found
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
    if not direct and not (_in_danger(context) and pattern("risk_detail").search(plain(text))):
        return None
    known = [entry for entry in record.entries if entry.risk]
    question = heed(text)
    fresh = [entry for entry in known if entry.fact.id not in told]
    if fresh:
        best = max(fresh, key=lambda entry: record.score(entry, question))
        return Heard("risk", (best.fact,))
    if known and direct and not pattern("risk_detail").search(plain(text)):
        best = max(known, key=lambda entry: record.score(entry, question))
        return Heard("risk", (best.fact,), told=True)
    return Heard("risk")


def _in_danger(context: Sequence[Turn]) -> bool:
    said = [spot for spot, turn in enumerate(context) if turn.role == "patient"][-2:]
    return any(risk_of(context[spot].text, context[spot - 1].text if spot else None).grade in _OWED for spot in said)


def _matched(record: Record, question: Heeded, told: tuple[str, ...], whole: str) -> Heard | None:
    """The answers a question is about, by score; the whole turn is heard where the question alone says too little."""
    ranked = _ranked(record, question, told)
    if whole and (not ranked or ranked[0][0] < _SURE):
        wider = heed(whole)
        # What stands before the question is mostly an echo of what was just said: it counts for answers not given yet.
        ranked = [(s, e) for s, e in _ranked(record, wider, told) if e.fact.id not in told and s * 0.8 >= _SURE]
    if not ranked or ranked[0][0] < _SURE:
        return None
    best = ranked[0][1]
    facts = [best.fact]
    if best.fact.id not in told:
        for score, entry in ranked[1:3]:
            if score >= max(0.9, _ALSO * ranked[0][0]) and entry.fact.id not in told and _apart(best, entry, question):
                facts.append(entry.fact)
                break
    return Heard("asked", tuple(facts), told=best.fact.id in told)


def _ranked(record: Record, question: Heeded, told: tuple[str, ...]) -> list[tuple[float, _Entry]]:
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


def _apart(one: _Entry, other: _Entry, question: Heeded) -> bool:
    """Each of the two has words of the question that the other lacks."""
    mine, theirs = one.asked.families | one.asked.stems, other.asked.families | other.asked.stems
    marks = question.families | question.stems
    return bool((mine - theirs) & marks) and bool((theirs - mine) & marks)


def _left(record: Record, told: tuple[str, ...]) -> list[Fact]:
    return [fact for fact in record.facts if fact.id not in told]


def _first(record: Record, told: tuple[str, ...], wellbeing: bool = False) -> tuple[Fact, ...]:
    """What this patient brings unasked: the reason for coming (or, asked how they are, the mood), else the first answer that is no figure."""
    left = [fact for fact in _left(record, told) if fact.topic not in ("age", "enfant")] or _left(record, told)
    mood = [fact for fact in left if fact.topic in _MOOD] if wellbeing else []
    brings = mood or [fact for fact in left if _is_reason(fact)]
    return tuple((brings or left)[:1])


def _is_reason(fact: Fact) -> bool:
    return bool(
        fact.band == 0 or heed(fact.question).families & {"motif"} or pattern("opener").search(plain(fact.question))
    )


def _next(record: Record, told: tuple[str, ...]) -> tuple[Fact, ...]:
    """What the patient may add when asked for more: an answer that leans on the last one, or stands next to it in topic."""
    if not told:
        return ()
    ids = [fact.id for fact in record.facts]
    spot = ids.index(told[-1]) if told[-1] in ids else -1
    last = record.facts[spot]
    near = [fact for fact in record.facts[spot + 1 : spot + 2] if fact.leans or fact.band == last.band]
    return tuple(fact for fact in near if fact.id not in told)[:1]
