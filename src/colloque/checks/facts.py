"""The answers of a record and the exchanges of a talk, analysed in one form, so that they can be laid side by side.

Compares nothing: evidence is `align`, rules are `fidelity_*`.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from colloque.checks.claims import Claim, claims_of
from colloque.checks.measures import Hint, hint_of, hinted
from colloque.checks.reading import Reading, read_text
from colloque.core import Answer, Dialogue, Questionnaire
from colloque.french.lexicon import concepts
from colloque.french.persons import about_child
from colloque.french.quantities import Quantity
from colloque.french.scales import Level

__all__ = ["Exchange", "Fact", "exchanges_of", "facts_of", "family_of", "is_about_child", "option_of", "sentences_of"]

_SENTENCE = re.compile(r"[^.!?…]*[.!?…]+[»\")]*\s*|[^.!?…]+$")


class Fact(NamedTuple):
    """An answer of the record, analysed. `topics`: what the question is about; `told`: concepts of the answer itself.

    `matters` and `words`: concepts and keys of both; `families`: those of the topics; `family`: about the family.
    """

    answer: Answer
    question: Reading
    given: Reading
    topics: frozenset[str]
    generic: frozenset[str]
    told: frozenset[str]
    claims: tuple[Claim, ...]
    quantities: tuple[Quantity, ...]
    option: Level | None
    child: bool
    family: bool
    families: frozenset[str]
    matters: frozenset[str]
    words: frozenset[str]
    hint: Hint | None


class Exchange(NamedTuple):
    """A patient's turn with the question before it. `asked` is the interrogative part of the clinician's turn."""

    turn: int
    asked: Reading
    said: Reading
    clinician: str
    claims: tuple[Claim, ...]
    quantities: tuple[Quantity, ...]
    named: frozenset[str]
    heard: frozenset[str]
    families: frozenset[str]
    hint: Hint | None


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, marks included."""
    return [s for s in _SENTENCE.findall(text) if s.strip()]


def interrogative(text: str) -> str:
    """The sentences of a clinician's turn that ask, or its last one where none does.

    A question without matter of its own (« Est-ce votre cas ? ») takes the sentence before it along.
    """
    sentences = sentences_of(text)
    asking = [i for i, s in enumerate(sentences) if "?" in s] or [len(sentences) - 1]
    if not sentences:
        return ""
    part = "".join(sentences[i] for i in asking).strip()
    first = asking[0]
    if first and not read_text(part).keys and not read_text(part).mentions:
        part = f"{sentences[first - 1].strip()} {part}"
    return part


def option_of(reading: Reading) -> Level | None:
    """The degree that an answer consists of, where it is nothing else: « Plusieurs jours »."""
    words = [t for t in reading.words if t.word[0].isalnum()]
    for level in reading.levels:
        if level.end - level.first >= len(words) - 1 and level.family in (
            "frequency",
            "intensity",
            "difficulty",
            "agreement",
            "satisfaction",
            "quality",
        ):
            return level
    return None


def _is_family(question: Reading, given: Reading) -> bool:
    """The answer is about the family: asked of it, or of a relative's illness."""
    return question.family and (given.lead is None or bool(given.persons))


@lru_cache(maxsize=512)
def _fact(answer: Answer) -> Fact:
    question, given = read_text(answer.question), read_text(answer.answer)
    child = about_child(answer.question)
    option = option_of(given)
    return Fact(
        answer, question, given, question.concepts, question.generic, given.concepts,
        claims_of(answer.question, answer.answer, child), () if option else hinted(question, given), option, child, _is_family(question, given),
        question.families, question.concepts | given.concepts, question.keys | given.keys, hint_of(question) if given.quantities else None,
    )  # fmt: skip


def facts_of(questionnaire: Questionnaire) -> tuple[Fact, ...]:
    """The told answers of a record, analysed, in its order."""
    return tuple(_fact(answer) for answer in questionnaire.told)


def exchanges_of(dialogue: Dialogue, child: bool = False) -> tuple[Exchange, ...]:
    """The patient's turns of a talk, each with the clinician's turn before it."""
    out = []
    before = ""
    for i, turn in enumerate(dialogue.turns):
        if turn.role == "clinician":
            before = turn.text
            continue
        asked = interrogative(before)
        question, said = read_text(asked), read_text(turn.text)
        claims = claims_of(asked, turn.text, child)
        named, heard = question.concepts | said.concepts, question.keys | said.keys
        families = question.families | said.families
        out.append(
            Exchange(
                i, question, said, before, claims, hinted(question, said), named, heard, families, hint_of(question)
            )
        )
    return tuple(out)


_CARRYING = frozenset(("grossesse", "contractions", "bouger_bebe", "fausse_couche"))


def is_about_child(facts: tuple[Fact, ...]) -> bool:
    """The patient is a child and a parent speaks; a baby still carried makes no child's record."""
    return any(f.child for f in facts) and not any(_CARRYING & f.topics for f in facts)


def family_of(concept: str) -> str:
    """The family a concept belongs to."""
    return concepts()[concept].family
