"""Does a reply make sense at all? Against the language of the dialogues that its model learnt from. A veto before any judge.

A small model's commonest fault is none of conduct: words that do not exist, words that never stand side by side, an echo
of something that nobody said. No rule of conduct sees it, so no preference would teach it away. Meant for models whose
whole language comes from the dialogues; for a checkpoint that knows French, words beyond them are no fault.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise

from colloque.core import Comparison, Dialogue, Turn, Verdict
from colloque.french.questions import invitations_in
from colloque.judge.protocol import Judge

__all__ = ["SENSE", "Sense", "SenseFirst"]

SENSE = ("unknown_word", "odd_words", "echo_from_nowhere", "ends_too_early")
"""What `Sense.faults` can name."""

_WORD = re.compile(r"[^\W_]+")
_BREAK = re.compile(r"[.,;:!?…«»()\n–—]+")
_SENTENCE = re.compile(r"[^.!?…]+[.!?…]*")
_LEARNT = 20_000
"""Dialogues are read up to so many: the words of a writer are known long before."""
_COMMON = (150, 100)
"""The 150 commonest words, each said 100 times at least, are nobody's echo."""
_STEM = 4
_OWN = (3, 0.3)
"""A clinician's own word is said at least 3 times, and in 30 % of its uses, without anyone having said it before."""
_MARGIN = 3.0
"""What a veto weighs: as much as an error of conduct in the rubric."""


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Neighbouring words within a clause; punctuation parts them."""
    for clause in _BREAK.split(text):
        yield from pairwise(_words(clause))


def _statements(text: str) -> str:
    """The sentences of a turn that ask nothing: where an echo stands."""
    return " ".join(part for part in _SENTENCE.findall(text) if "?" not in part)


def _stems(turns: Iterable[Turn]) -> set[str]:
    return {word[:_STEM] for turn in turns for word in _words(turn.text)}


class Sense:
    """The words, the pairs of words and the clinician's own words of a body of dialogues."""

    def __init__(self, dialogues: Iterable[Dialogue]) -> None:
        counts: Counter[str] = Counter()
        said: Counter[str] = Counter()
        unprompted: Counter[str] = Counter()
        self.pairs: set[tuple[str, str]] = set()
        for dialogue in islice(dialogues, _LEARNT):
            before: set[str] = set()
            for turn in dialogue.turns:
                words = _words(turn.text)
                counts.update(words)
                if turn.role == "clinician":
                    self.pairs.update(_pairs(turn.text))
                    own = set(_words(_statements(turn.text)))
                    said.update(own)
                    unprompted.update(word for word in own if word[:_STEM] not in before)
                before.update(word[:_STEM] for word in words)
        least, share = _OWN
        self.words = frozenset(counts)
        self.own = frozenset(word for word, number in unprompted.items() if number >= max(least, share * said[word]))
        ranked = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[: _COMMON[0]]
        self.own |= {word for word, number in ranked if number >= _COMMON[1]}

    def faults(self, turns: Sequence[Turn], reply: str, *, may_end: bool = True) -> tuple[str, ...]:
        """The names (of SENSE) of what makes no sense in a reply to these turns; empty for one that reads as it should.

        Where there is more to ask (`may_end` false), a reply that leaves the patient nothing to say breaks the talk off: without
        this a model learns that farewells are never garbled (after DPO, 16 % of replies asked nothing instead of 2 %).
        """
        heard = {word for turn in turns for word in _words(turn.text)}
        near = {pair for turn in turns[-2:] for pair in _pairs(turn.text)}
        stems = _stems(turns)
        seen = {
            "unknown_word": any(w not in self.words and w not in heard and not w.isdigit() for w in _words(reply)),
            "odd_words": any(pair not in self.pairs and pair not in near for pair in _pairs(reply)),
            "echo_from_nowhere": any(
                len(word) > _STEM - 1 and word not in self.own and word[:_STEM] not in stems
                for word in _words(_statements(reply))
            ),
            "ends_too_early": not may_end and "?" not in reply and not invitations_in(reply),
        }
        return tuple(name for name in SENSE if seen[name])


class SenseFirst:
    """A judge that is asked only about replies that make sense: one that does not loses to one that does.

    Two that make none are a tie, so that neither is ever chosen.
    """

    def __init__(self, judge: Judge, sense: Sense) -> None:
        self.judge = judge
        self.sense = sense
        self.name = f"sense+{judge.name}"

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """One verdict a comparison, in order; the judge behind sees those alone that sense leaves open."""
        found = [self._veto(comparison) for comparison in comparisons]
        judged = iter(self.judge.compare([c for c, veto in zip(comparisons, found, strict=True) if veto is None]))
        return [next(judged) if veto is None else veto for veto in found]

    def _veto(self, comparison: Comparison) -> Verdict | None:
        opening, may_end = comparison.opening, comparison.opening.kind == "last"
        a, b = (self.sense.faults(opening.turns, side.text, may_end=may_end) for side in (comparison.a, comparison.b))
        if not a and not b:
            return None
        reason = f"a : {', '.join(a) or 'sensée'} ; b : {', '.join(b) or 'sensée'}"
        if a and b:
            return Verdict(reason=reason, judge=self.name)
        return Verdict(
            reason=reason, choice="b" if a else "a", margin=_MARGIN, criterion="makes_sense", judge=self.name
        )
