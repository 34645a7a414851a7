"""A model as reformulator: a dialogue becomes k others that say the same facts in other words, persona and order.

A copy too near to the dialogue or to one of its siblings is sent back like any other fault. Knows no endpoint, and not
how a reply is read or mended: that is `llm.writing`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from colloque.core import Dialogue, Drop, Finding, Message, Questionnaire, Turn, uniform
from colloque.llm.model import ChatModel, Sampling, sampling_of
from colloque.llm.pool import Ask, Talk, converse
from colloque.llm.template import as_data, template
from colloque.llm.writing import (
    Failed,
    Writing,
    answers_data,
    clinician_words,
    opening_words,
    patient_words,
    persona_for,
    write,
)

__all__ = ["Check", "likeness", "reformulate_families", "reformulate_with", "reformulator_version", "times_for"]

Check = Callable[[Questionnaire, Dialogue], Sequence[Finding]]

_DEFAULT = Sampling(temperature=0.9, max_tokens=4096)
_PATIENT_BEGINS = 1 / 6
_NEAR = 0.3
"""Share of common word triples above which two dialogues of one record are the same talk. Two of the corpus' own
dialogues of one record, by one hand, share 0.03 in the mean and 0.064 at most (60 pairs)."""


def reformulate_with(
    model: ChatModel,
    pairs: Iterable[tuple[Questionnaire, Dialogue]],
    times: int = 2,
    seed: int = 0,
    *,
    attempts: int = 3,
    check: Check | None = None,
) -> Iterator[Dialogue | Drop]:
    """For each pair `times` reformulations or Drops, in order; each is unlike its parent and its earlier siblings.

    `parent` of each is the dialogue it reformulates. Raises ModelError when the model itself is gone.
    """
    wanted = ((questionnaire, dialogue, 0, times) for questionnaire, dialogue in pairs)
    for family in reformulate_families(model, wanted, seed, attempts=attempts, check=check):
        yield from family


def reformulate_families(
    model: ChatModel,
    wanted: Iterable[tuple[Questionnaire, Dialogue, int, int]],
    seed: int = 0,
    *,
    attempts: int = 3,
    check: Check | None = None,
) -> Iterator[list[Dialogue | Drop]]:
    """The reformulations and Drops of each dialogue as one list, in order.

    `wanted`: questionnaire, dialogue, number of its first reformulation, how many. Read lazily, a little ahead, so that
    parts follow one another without a pause.
    """
    way = _Way(seed, attempts, sampling_of(model, _DEFAULT), check or _standard_check(), model.name)

    def talk(one: tuple[Questionnaire, Dialogue, int, int]) -> Talk[list[Dialogue | Drop]]:
        questionnaire, dialogue, first, times = one
        return lambda ask: _family(_Family(questionnaire, dialogue, way), range(first, first + times), ask)

    yield from converse(model, map(talk, wanted))


def times_for(target: int, dialogues: int) -> int:
    """How many reformulations each dialogue needs, at least, for `target` dialogues in all."""
    return max(0, -(-target // max(dialogues, 1)) - 1)


def reformulator_version() -> str:
    """A hash of the prompts: what was written with other words is another writing."""
    prompts = (("colloque.augment", "reformulate.md"), ("colloque.augment", "brief.md"), ("colloque.llm", "repair.md"))
    return "-".join(template(*prompt).version for prompt in prompts)


class _Way(NamedTuple):
    """What is the same for all dialogues of a run."""

    seed: int
    attempts: int
    sampling: Sampling
    check: Check
    writer: str


class _Family:
    """One dialogue and its reformulations so far."""

    def __init__(self, questionnaire: Questionnaire, parent: Dialogue, way: _Way) -> None:
        self.questionnaire, self.parent, self.way = questionnaire, parent, way
        self.kin: list[Sequence[Turn]] = [parent.turns]

    def task(self, number: int) -> Writing:
        """The number-th reformulation, as a piece of writing."""
        name = f"{self.parent.id}/{number}"
        begins = uniform(name, "reformulate-begins", self.way.seed) < _PATIENT_BEGINS
        return Writing(
            name, "reformulate", self.way.seed, self.way.attempts, self.way.sampling, self._messages(name, begins),
            self.questionnaire.told, begins, self._checked,
        )  # fmt: skip

    def dialogue(self, turns: tuple[Turn, ...], model: str = "") -> Dialogue:
        """Turns as a child of the parent, written by the model that answered."""
        parent = self.parent
        return Dialogue(
            questionnaire=self.questionnaire.id, respondent=parent.respondent, split=parent.split,
            language=parent.language, writer=model or self.way.writer, seed=self.way.seed, parent=parent.id, virtual=parent.virtual,
            turns=turns,
        )  # fmt: skip

    def _messages(self, name: str, begins: bool) -> tuple[Message, ...]:
        persona = persona_for(name, "reformulate", self.way.seed)
        turns = [{"role": turn.role, "text": turn.text} for turn in self.parent.turns]
        first = next((turn.text for turn in self.parent.turns if turn.role == "patient"), "")
        brief = template("colloque.augment", "brief.md").fill(
            begins=opening_words(patient_begins=begins),
            patient=patient_words(persona) + ".",
            clinician=clinician_words(persona) + ".",
            opening=as_data(first[:200]),
            data=as_data({"answers": answers_data(self.questionnaire.told), "turns": turns}),
        )
        system = template("colloque.augment", "reformulate.md").fill()
        return Message(role="system", content=system), Message(role="user", content=brief)

    def _checked(self, turns: tuple[Turn, ...]) -> Sequence[Finding]:
        found = list(self.way.check(self.questionnaire, self.dialogue(turns)))
        if any(likeness(turns, other) > _NEAR for other in self.kin):
            message = "too near to the dialogue it reformulates, or to a sibling"
            found.append(Finding(code="template_repeated", severity="error", message=message))
        return found


async def _family(family: _Family, numbers: range, ask: Ask) -> list[Dialogue | Drop]:
    """One after the other: each must be unlike those before it."""
    made: list[Dialogue | Drop] = []
    for number in numbers:
        written = await write(family.task(number), ask)
        if isinstance(written, Failed):
            reason = "too_near" if written.reason == "template_repeated" else written.reason
            record = family.parent.model_dump_json()
            name = f"{family.parent.id}/{number}"
            made.append(Drop(id=name, stage="augment", reason=reason, detail=written.detail, record=record))
        else:
            made.append(family.dialogue(written.turns, written.model))
            family.kin.append(written.turns)
    return made


_WORD = re.compile(r"\w+")


def likeness(one: Sequence[Turn], other: Sequence[Turn]) -> float:
    """Share of word triples that two talks have in common (Jaccard), in [0, 1]."""
    first, second = _triples(one), _triples(other)
    return len(first & second) / (len(first | second) or 1)


def _triples(turns: Sequence[Turn]) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for turn in turns:
        words = _WORD.findall(turn.text.lower())
        found.update(zip(words, words[1:], words[2:], strict=False))
    return found


def _standard_check() -> Check:
    from colloque.checks import check_dialogue

    check: Check = check_dialogue
    return check
