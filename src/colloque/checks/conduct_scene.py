"""A scene: one clinician turn and all that was said before it. What the rules of conduct look at.

Holds no rule; offers the few readings that several rules need, computed once and only when asked for.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from colloque.core import Turn
from colloque.french.patterns import plain, sentences
from colloque.french.questions import questions_in
from colloque.french.risk import Risk, grade_turn, raises_risk
from colloque.french.words import stems

__all__ = ["Scene", "directs", "graded", "is_asked", "scenes_of"]


@dataclass(frozen=True)
class Scene:
    """`reply` is judged; `before` are the turns that precede it; `record` is the questionnaire's text, if known.

    `turn` is the reply's index in its dialogue, for findings. `graded` is the risk of each turn before the reply, clinician
    turns having none, and `open_danger` the gravest danger among them that no clinician turn has yet answered with a
    recourse: `scenes_of` reads them once for all scenes of a dialogue.
    """

    before: Sequence[Turn]
    reply: str
    turn: int | None = None
    record: str = ""
    known: tuple[tuple[Risk, ...], Risk] | None = field(default=None, repr=False)

    @cached_property
    def patient(self) -> tuple[str, ...]:
        """The patient's turns before the reply, in order."""
        return tuple(turn.text for turn in self.before if turn.role == "patient")

    @cached_property
    def clinician(self) -> tuple[str, ...]:
        """The clinician's turns before the reply, in order."""
        return tuple(turn.text for turn in self.before if turn.role == "clinician")

    @cached_property
    def last(self) -> str:
        """What the patient has just said: the patient turns since the clinician last spoke, joined."""
        said: list[str] = []
        for turn in reversed(self.before):
            if turn.role != "patient":
                break
            said.append(turn.text)
        return " ".join(reversed(said))

    @cached_property
    def asked(self) -> str | None:
        """The clinician's turn that the patient has just answered."""
        return self.clinician[-1] if self.clinician and self.last else None

    @cached_property
    def graded(self) -> tuple[Risk, ...]:
        """The risk of each turn before the reply."""
        return self.known[0] if self.known else graded(self.before)

    @cached_property
    def risk(self) -> Risk:
        """The gravest risk in what the patient has just said."""
        worst = Risk()
        for turn, risk in zip(reversed(self.before), reversed(self.graded), strict=True):
            if turn.role != "patient":
                break
            worst = _graver(risk, worst)
        return worst

    @cached_property
    def open_danger(self) -> Risk:
        """The gravest danger said so far and not yet met."""
        return self.known[1] if self.known else _dangers(self.before, self.graded)[-1]

    @cached_property
    def questions(self) -> tuple[str, ...]:
        """The real questions of the reply."""
        return questions_in(self.reply)

    @cached_property
    def echo(self) -> frozenset[str]:
        """Content stems that the reply shares with what the patient has just said."""
        return stems(self.reply) & stems(self.last)

    @cached_property
    def named(self) -> frozenset[str]:
        """Content stems of all that the patient said, and of the record."""
        found: frozenset[str] = stems(self.record) if self.record else frozenset()
        return found.union(*(stems(text) for text in self.patient)) if self.patient else found

    @cached_property
    def spoken(self) -> frozenset[str]:
        """Content stems of all that was said before by either, and of the record."""
        return self.named.union(*(stems(text) for text in self.clinician))


def graded(turns: Sequence[Turn]) -> tuple[Risk, ...]:
    """The risk of each turn, read with the question it answers and with what was brought up before and not denied."""
    found: list[Risk] = []
    asked: str | None = None
    raised = False
    for turn in turns:
        risk = Risk()
        if turn.role == "clinician":
            asked = turn.text
        else:
            risk = grade_turn(turn.text, asked, raised=raised)
        raised = risk.grade != "denied" and (raised or raises_risk(turn.text))
        found.append(risk)
    return tuple(found)


def _dangers(turns: Sequence[Turn], risks: Sequence[Risk]) -> list[Risk]:
    """The danger still open before each turn, and after the last."""
    worst = Risk()
    found = [worst]
    for turn, risk in zip(turns, risks, strict=True):
        if turn.role == "clinician" and directs(turn.text):
            worst = Risk()
        worst = _graver(risk, worst)
        found.append(worst)
    return found


def scenes_of(turns: Sequence[Turn], record: str = "") -> tuple[list[Scene], tuple[Risk, ...]]:
    """A scene for each clinician turn of a dialogue, and the risk of every turn."""
    risks = graded(turns)
    dangers = _dangers(turns, risks)
    scenes = [
        Scene(turns[:i], turn.text, i, record, (risks[:i], dangers[i]))
        for i, turn in enumerate(turns)
        if turn.role == "clinician"
    ]
    return scenes, risks


_ORDER = {"none": 0, "denied": 1, "ambiguous": 2, "affirmed": 3, "acute": 4}


def _graver(one: Risk, other: Risk) -> Risk:
    """The graver of two risks; the first where they are as grave."""
    return one if _ORDER[one.grade] >= _ORDER[other.grade] else other


_RECOURSE = re.compile(
    r"3114|31 14|\b(?:15|112|114)\b|samu|urgences|suicide ecoute|sos amitie|0 ?800 ?235 ?236|hospitalis|"
    r"reste avec vous|je (?:ne )?vous laisse pas|pas vous laisser|ne (?:restez|rentrez) pas seule?|"
    r"qui peut (?:rester|venir|vous|la garder|garder|etre)|pas (?:etre|rester|repartir|rentrer) seule?|en securite|"
    r"mettre (?:a l'abri|a distance|de cote)|eloigner|a portee|confier|appel(?:ons|er|le|ez) (?:ensemble|quelqu'un|votre|avec vous)|"
    r"(?:on|nous) appel|accompagn|psychiatre|avec vous ce soir|chez vous ce soir|qui est avec vous|(?:etes-vous|vous etes) seule?"
)


@lru_cache(maxsize=512)
def directs(reply: str) -> bool:
    """The turn gives a recourse: a help line, urgent care, presence, distance from the means."""
    return bool(_RECOURSE.search(plain(reply)))


def is_asked(text: str, at: int) -> bool:
    """Whether the character at `at` stands in a sentence that really asks something."""
    for start, end in sentences(text):
        if start <= at < end:
            sentence = text[start:end]
            return "?" in sentence and bool(questions_in(sentence))
    return False
