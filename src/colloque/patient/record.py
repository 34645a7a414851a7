"""The record as the patient knows it: each answer with the words of its question, and how rare each word is in this form.

Scores how much a question is about an answer: shared words (families, stems, concepts; what one question alone has
tells more than what many share) and what both want to know. Decides nothing; hearing.py does.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from colloque.french.risk import asks_about_risk, risk_words
from colloque.patient.words import Heeded, Word, heed, plain
from colloque.speech import Fact

__all__ = ["Entry", "Record", "about_risk"]

_WEAK = 0.5
"""What a word that half of all questions share (« mal », « soir ») counts for beside a telling one."""
_ELSEWHERE = 0.4
"""What is taken off where question and answer belong to different fields (heart, sleep …)."""
_TELLING = 0.86
"""Points of words from which another field no longer speaks against an answer."""
_KIN = 0.5
"""What is taken off where one side speaks of relatives and the other of the patient."""
_ENOUGH = 2.0
"""What score and coverage together must reach; fitted by eye on a logistic regression over 405 right matches of the
corpus (94 % pass) and 498 wrong ones within a domain (55 % pass) at 1.8; at 2.0 two right answers fewer and four wrong ones fewer."""
_RISK_TOPICS = frozenset(("idees_suicidaires", "tentative", "scarification", "arme"))


_LESS = re.compile(r"\b(?:reduire|arreter|diminuer|sevrer|moins|se passer|vous en passer|decrocher)\b")


class Entry(NamedTuple):
    fact: Fact
    asked: Heeded
    given: Heeded
    risk: bool


class Record:
    """The answers of one questionnaire, ready to be asked for: each with its words, and how rare each word is."""

    def __init__(self, facts: Sequence[Fact]) -> None:
        self.facts = tuple(facts)
        self.entries = tuple(
            Entry(fact, heed(fact.question), heed(fact.reading.rest or ""), about_risk(fact)) for fact in facts
        )
        self._count: Counter[str] = Counter()
        for entry in self.entries:
            self._count.update(entry.asked.stems | {f"+{f}" for f in entry.asked.families} | entry.asked.concepts)
        self._fields = frozenset(field for entry in self.entries for field in entry.asked.fields | entry.given.fields)
        self._all = math.log(1 + len(self.entries))

    def rarity(self, mark: str) -> float:
        """1 for what one question alone has, less for what many share."""
        return math.log(1 + len(self.entries) / max(1, self._count[mark])) / self._all if self._all else 1.0

    def score(self, entry: Entry, question: Heeded) -> float:
        """How much a question seems to be about an answer; around 1 for one telling word in common."""
        light = any(not word.weak for word in question.words)
        points = sum(self._word(word, entry) * (_WEAK if light and word.weak else 1) for word in question.words)
        same = len(question.tokens & entry.asked.tokens) / max(1, len(question.tokens | entry.asked.tokens))
        points += max(0.0, same - 0.4)
        if question.kin != entry.asked.kin:
            points -= _KIN
        return points + self._concepts(entry, question, points) + self._wanted(entry, question)

    def fits(self, entry: Entry, question: Heeded, score: float, enough: float = _ENOUGH) -> bool:
        """Whether a match is more than a word in common: the telling words of each side should be met by the other.

        « Qui fume autour de vous ? » shares a word with « Que ressentez-vous quand vous ne fumez pas ? », and no more.
        """
        answered = _met(entry.asked, question.stems, question.families)
        met = _met(question, entry.asked.stems | entry.given.stems, entry.asked.families | entry.given.families)
        same = 1.0 if question.wants & entry.asked.wants else 0.0
        return score + 0.8 * answered + 1.4 * answered * met + same >= enough

    def _word(self, word: Word, entry: Entry) -> float:
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

    def _concepts(self, entry: Entry, question: Heeded, points: float) -> float:
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
            return -_ELSEWHERE if question.named else -_ELSEWHERE / 2
        return 0.0 if not question.fields or question.fields & self._fields else -_ELSEWHERE / 2

    @staticmethod
    def _wanted(entry: Entry, question: Heeded) -> float:
        """Questions that want the same (since when, out of ten) go together; those that want other things do not."""
        both = question.wants & entry.asked.wants
        if both and not question.words:
            return 0.75
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


def _met(text: Heeded, stems: frozenset[str], families: frozenset[str]) -> float:
    """Share of a text's telling words that the other side has too; 1 where there are none."""
    telling = [word for word in text.words if not word.weak and (word.families or word.stem in stems)]
    return (
        sum(word.stem in stems or bool(word.families & families) for word in telling) / len(telling) if telling else 1.0
    )


def about_risk(fact: Fact) -> bool:
    """The answer is about death, self-harm or means; an attempt to drink or smoke less is not."""
    topic = fact.topic in _RISK_TOPICS and not _LESS.search(plain(fact.question))
    return topic or asks_about_risk(fact.question) or bool(risk_words(fact.question))
