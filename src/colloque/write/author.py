"""A model as author: a questionnaire and a persona in a prompt, a dialogue back, checked, sent back, or dropped.

The words of the prompt are files; answers go in as data. Knows no endpoint, and not how a reply is read or mended:
that is `llm.writing`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from colloque.core import Dialogue, Drop, Finding, Message, Plan, Questionnaire, Turn, uniform
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

__all__ = [
    "Authored",
    "Check",
    "author_dialogues",
    "author_messages",
    "author_version",
    "author_work",
    "plan_talk",
]

Check = Callable[[Questionnaire, Dialogue], Sequence[Finding]]

_DEFAULT = Sampling(temperature=0.7, max_tokens=4096)
_PATIENT_BEGINS = 1 / 6


class Authored(NamedTuple):
    """One piece of the author's work: the dialogue or why there is none, and the codes that the checks warn of."""

    made: Dialogue | Drop
    warnings: tuple[str, ...] = ()


def author_work(
    wanted: Iterable[tuple[Questionnaire, int]], model: ChatModel, attempts: int = 3, *, check: Check | None = None
) -> Iterator[Authored]:
    """One dialogue or one Drop for each (questionnaire, seed), in their order, many under way at once.

    `wanted` is read lazily, a little ahead: parts of a larger work follow one another without a pause. `attempts` counts
    the first writing and the repairs. `check` is `checks.check_dialogue` unless another is given; only its errors and
    vetoes send a dialogue back. Raises ModelError when the model itself is gone.
    """
    judged = check or _standard_check()
    sampling = sampling_of(model, _DEFAULT)

    def talk(one: tuple[Questionnaire, int]) -> Talk[Authored]:
        questionnaire, seed = one
        plan = plan_talk(questionnaire, seed)

        def checked(turns: tuple[Turn, ...]) -> Sequence[Finding]:
            return judged(questionnaire, _dialogue(questionnaire, turns, model.name, seed))

        task = Writing(
            questionnaire.id, "author", seed, attempts, sampling, author_messages(questionnaire, plan),
            questionnaire.told, plan.patient_begins, checked,
        )  # fmt: skip
        return lambda ask: _author(questionnaire, task, model.name, ask)

    yield from converse(model, map(talk, wanted))


def author_dialogues(
    questionnaires: Iterable[Questionnaire],
    model: ChatModel,
    seed: int = 0,
    attempts: int = 3,
    *,
    check: Check | None = None,
) -> Iterator[Dialogue | Drop]:
    """The same for questionnaires that share a seed, without the warnings."""
    for one in author_work(((q, seed) for q in questionnaires), model, attempts, check=check):
        yield one.made


def author_version() -> str:
    """A hash of the prompts: what was written with other words is another writing."""
    prompts = (("colloque.write", "author.md"), ("colloque.write", "brief.md"), ("colloque.llm", "repair.md"))
    return "-".join(template(*prompt).version for prompt in prompts)


def plan_talk(questionnaire: Questionnaire, seed: int = 0) -> Plan:
    """Who talks and who begins, from the seed. The order is left to the author, who follows the talk."""
    begins = uniform(questionnaire.id, "author-begins", seed) < _PATIENT_BEGINS
    persona = persona_for(questionnaire.id, "author", seed)
    return Plan(questionnaire=questionnaire.id, seed=seed, persona=persona, patient_begins=begins)


def author_messages(questionnaire: Questionnaire, plan: Plan) -> tuple[Message, ...]:
    """What the author is told. The system message is the same for all, so that a server computes it once."""
    brief = template("colloque.write", "brief.md").fill(
        begins=opening_words(patient_begins=plan.patient_begins),
        patient=patient_words(plan.persona) + ".",
        clinician=clinician_words(plan.persona) + ".",
        answers=as_data(answers_data(questionnaire.told)),
    )
    system = template("colloque.write", "author.md").fill()
    return Message(role="system", content=system), Message(role="user", content=brief)


async def _author(questionnaire: Questionnaire, task: Writing, writer: str, ask: Ask) -> Authored:
    written = await write(task, ask) if questionnaire.told else Failed("no_answers", "no answer that could be said")
    if not isinstance(written, Failed):
        dialogue = _dialogue(questionnaire, written.turns, written.model or writer, task.seed)
        return Authored(dialogue, written.warnings)
    drop = Drop(
        id=questionnaire.id, stage="write", reason=written.reason, detail=written.detail, source=questionnaire.source,
        record=questionnaire.model_dump_json(),
    )  # fmt: skip
    return Authored(drop)


def _dialogue(questionnaire: Questionnaire, turns: tuple[Turn, ...], writer: str, seed: int) -> Dialogue:
    return Dialogue(
        questionnaire=questionnaire.id, respondent=questionnaire.respondent, split=questionnaire.split,
        language=questionnaire.language, writer=writer, seed=seed, virtual=questionnaire.virtual, turns=turns,
    )  # fmt: skip


def _standard_check() -> Check:
    from colloque.checks import check_dialogue

    check: Check = check_dialogue
    return check
