"""Plain detectors of a bad reply, written apart from the checks and the rubric: the measure that did not label.

They look at little (question marks, shared word stems, a few phrases) and share no rule, lexicon or code with what
chose the preferences; so an error that falls by both measures did fall. Not a check for users: recall is low on purpose.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from colloque.core import Comparison, Turn, Verdict

__all__ = ["FAULTS", "TRAITS", "PlainJudge", "plain_faults"]

FAULTS = (
    "no_question", "several_questions", "asked_again", "nothing_taken_up", "number_from_nowhere", "broken_text", "long",
    "risk_unheard", "tutoiement", "advice", "comfort", "blame", "promise",
)  # fmt: skip

TRAITS = ("nothing_taken_up",)
"""Of those, what good replies do too (79 of 100 clinician turns of the corpus' faithful dialogues): it tells two replies apart,
but is no fault by itself, and does not count as one."""

_WEIGHTS = {
    "risk_unheard": 4.0,
    "advice": 3.0,
    "comfort": 2.0,
    "blame": 3.0,
    "tutoiement": 2.0,
    "broken_text": 2.0,
    "asked_again": 2.0,
}
_KNOWN = {"15", "17", "18", "112", "114", "3114", "10", "20", "100"}
"""Emergency numbers, and the ends of scales (« sur 10 »)."""
_STEM = 5
_LONG = 60
_SAME_QUESTION = 0.6


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("colloque.evaluate").joinpath("data/plain.toml").read_text(encoding="utf-8"))


@cache
def _pattern(*place: str) -> re.Pattern[str]:
    found: Any = _data()
    for key in place:
        found = found[key]
    return re.compile(
        "|".join(rf"(?:{part})" if part.startswith(("^", "\\b")) else rf"(?<!\w)(?:{part})" for part in found)
    )


@cache
def _stop() -> frozenset[str]:
    return frozenset(_data()["stop"]["words"].split())


def _plain(text: str) -> str:
    return text.lower().replace("’", "'")


def _stems(text: str) -> set[str]:
    """The first letters of each word that carries a topic."""
    words = re.findall(r"[^\W\d_]+", _plain(text))
    return {word[:_STEM] for word in words if len(word) > 2 and word not in _stop()}


def _questions(text: str) -> list[str]:
    return [part for part in re.findall(r"[^.!?…]*\?", text) if len(part.split()) > 2]


def plain_faults(context: Sequence[Turn], reply: str) -> tuple[str, ...]:
    """The names (of FAULTS, in that order) of what is wrong with a reply, as far as these detectors see."""
    said = context[-1].text if context and context[-1].role == "patient" else ""
    asked = _questions(reply)
    seen = {
        "no_question": "?" not in reply and len(context) < 12,
        "several_questions": len(asked) > 1,
        "asked_again": _asked_again(context, asked),
        "nothing_taken_up": bool(_stems(said)) and not _stems(said) & _stems(reply),
        "number_from_nowhere": _odd_number(context, reply),
        "broken_text": _broken(reply),
        "long": len(reply.split()) > _LONG,
        "risk_unheard": _risk_unheard(said, reply),
        **{name: bool(_pattern("faults", name, "reply").search(_plain(reply))) for name in _data()["faults"]},
    }
    return tuple(name for name in FAULTS if seen[name])


def _asked_again(context: Sequence[Turn], asked: Sequence[str]) -> bool:
    """A question of the reply shares most of its topic stems with one that the clinician has put before."""
    before = [_stems(question) for turn in context if turn.role == "clinician" for question in _questions(turn.text)]
    for question in map(_stems, asked):
        for old in before:
            if question and old and len(question & old) / len(question | old) >= _SAME_QUESTION:
                return True
    return False


def _odd_number(context: Sequence[Turn], reply: str) -> bool:
    """Digits that nobody has said, emergency numbers and ends of scales aside."""
    known = _KNOWN | {number for turn in context for number in re.findall(r"\d+", turn.text)}
    return any(number not in known for number in re.findall(r"\d+", reply))


def _broken(reply: str) -> bool:
    """Not a whole sentence: no end, a word twice running, a run of three words that comes back, a word past belief."""
    words = re.findall(r"\w+", reply.lower())
    twice = re.search(r"\b(?!(?:vous|nous|très|non|oui)\b)(\w\w+) \1\b", reply.lower())
    runs = list(zip(words, words[1:], words[2:], strict=False))
    loops = len(runs) - len(set(runs)) > 1
    return bool(twice) or loops or not re.search(r"[.!?…»]\s*$", reply) or any(len(word) > 24 for word in words)


def _risk_unheard(said: str, reply: str) -> bool:
    low = _plain(said)
    if not _pattern("risk", "patient").search(low) or _pattern("risk", "denied").search(low):
        return False
    return not _pattern("risk", "reply").search(_plain(reply))


class PlainJudge:
    """Fewer and lighter plain faults win; equal ones tie. Length, politeness and seat count for nothing."""

    name = "plain"

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """One verdict a comparison, the same whatever the order of the seats."""
        return [self._one(comparison) for comparison in comparisons]

    def _one(self, comparison: Comparison) -> Verdict:
        a, b = (plain_faults(comparison.opening.turns, side.text) for side in (comparison.a, comparison.b))
        gap = sum(_WEIGHTS.get(name, 1.0) for name in b) - sum(_WEIGHTS.get(name, 1.0) for name in a)
        only = sorted(set(a) ^ set(b))
        return Verdict(
            reason=f"a: {', '.join(a) or 'none'}; b: {', '.join(b) or 'none'}",
            choice="a" if gap > 0 else "b" if gap < 0 else "tie",
            margin=abs(gap),
            criterion=max(only, key=lambda name: _WEIGHTS.get(name, 1.0)) if gap else None,
            judge=self.name,
        )
