"""A model writes a dialogue: asked, read, checked, told what to mend, asked again, at most so many times.

Shared by the author and the reformulator. Nothing that the model says is trusted: form, roles and ids are looked at
here, facts by the caller's check. Knows no endpoint, only `ask`, and no questionnaire beyond its answers.
"""

import asyncio
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

from colloque.core import Answer, Finding, Message, Persona, Turn, rng_for, seed_for
from colloque.llm.loose import find_object
from colloque.llm.model import Request, Sampling
from colloque.llm.pool import Ask
from colloque.llm.script import SHAPE, Script, claims, read_script, script_data
from colloque.llm.template import as_line, template

__all__ = [
    "Failed",
    "Writing",
    "Written",
    "answers_data",
    "clinician_words",
    "opening_words",
    "patient_words",
    "persona_for",
    "write",
]


class Writing(NamedTuple):
    """One dialogue to be written: for whom, from which messages, and what it must satisfy."""

    id: str
    """Of the record; with the purpose and the seed it decides every draw."""
    purpose: str
    seed: int
    attempts: int
    sampling: Sampling
    first: tuple[Message, ...]
    answers: tuple[Answer, ...]
    patient_begins: bool
    check: Callable[[tuple[Turn, ...]], Sequence[Finding]]
    """Only errors and vetoes send the dialogue back."""


class Failed(NamedTuple):
    """No dialogue: the reason for a Drop, and its details."""

    reason: str
    detail: str


class Written(NamedTuple):
    """A dialogue that passed every check, the model whose reply it is, and the codes of what the checks only warn of."""

    turns: tuple[Turn, ...]
    model: str
    warnings: tuple[str, ...] = ()


async def write(task: Writing, ask: Ask) -> Written | Failed:
    """Turns that pass every check, or why there are none. Raises ModelError when the model itself is gone."""
    messages, sampling = task.first, task.sampling
    failed = Failed("unreadable_reply", "")
    seed = seed_for(task.id, task.purpose, task.seed) & 0x7FFFFFFF
    for attempt in range(task.attempts):
        draw = sampling.model_copy(update={"seed": seed, "draw": attempt})
        name = f"{task.purpose}/{task.id}/{attempt}"
        reply = await ask(Request(id=name, messages=messages, sampling=draw, shape=SHAPE))
        if reply.finish == "filtered":
            return Failed("refused_by_model", reply.reason)
        if reply.finish == "length":
            failed, messages = Failed("cut_reply", f"more than {sampling.max_tokens} tokens"), task.first
            sampling = sampling.model_copy(update={"max_tokens": sampling.max_tokens * 2})
            continue
        script = read_script(find_object(reply.text))
        if script is None:
            failed, messages = Failed("unreadable_reply", reply.text[:200]), task.first
            continue
        turns = claims(script)
        # On a thread of its own: a check takes some 20 ms, and meanwhile other replies must reach the journal.
        found = await asyncio.get_running_loop().run_in_executor(_checks(), _found, task, script, turns)
        faults = [finding for finding in found if finding.severity in ("error", "veto")]
        if not faults:
            return Written(turns, reply.model, tuple(finding.code for finding in found))
        failed = Failed(faults[0].code, "; ".join(f"{f.code} (turn {f.turn}): {f.message}" for f in faults)[:500])
        # The reply goes back as data written anew, and alone: three attempts in a prompt would cost their length again.
        said = Message(role="assistant", content=script_data(script))
        messages = (*task.first, said, _repair(faults, task.answers))
    return failed


@cache
def _checks() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="checks")


def _found(task: Writing, script: Script, turns: tuple[Turn, ...]) -> Sequence[Finding]:
    """Faults of form first; facts are looked at once the form holds."""
    faults = script.faults([answer.id for answer in task.answers], patient_begins=task.patient_begins)
    return faults or task.check(turns)


def _repair(faults: Sequence[Finding], answers: Sequence[Answer]) -> Message:
    explained = _words()["findings"]
    told = {answer.id: answer for answer in answers}
    lines = []
    for fault in faults:
        place = f"Tour {fault.turn} : " if fault.turn is not None else ""
        line = f"- {place}{explained[fault.code]}"
        if fault.answer in told:
            line += f" ; donnée {json.dumps(fault.answer)} : {as_line(told[fault.answer].answer)}"
        if fault.quote:
            line += f" ; mots en cause : {as_line(fault.quote)}"
        lines.append(line + ".")
    return Message(role="user", content=template("colloque.llm", "repair.md").fill(findings="\n".join(lines)))


def persona_for(record: str, purpose: str, seed: int) -> Persona:
    """Who talks, drawn from the seed. Gender stays open: the author follows what the answers show."""
    rng = rng_for(record, f"{purpose}-persona", seed)
    return Persona(
        style=rng.choice(("familiar", "familiar", "plain", "plain", "careful")),
        talkative=rng.random(),
        hesitant=rng.random(),
        mood=rng.choice(("low", "tense", "even", "even", "warm")),
        school=rng.choice(("brief", "empathic", "empathic", "motivational", "methodical")),
    )


def patient_words(persona: Persona) -> str:
    """The patient of a persona, in the words of a brief."""
    words = _words()
    return " ; ".join(
        (
            words["gender"][persona.gender or "unknown"],
            words["style"][persona.style],
            words["talkative"][_level(persona.talkative)],
            words["hesitant"][_level(persona.hesitant)],
            words["mood"][persona.mood],
        )
    )


def clinician_words(persona: Persona) -> str:
    """The clinician of a persona, in the words of a brief."""
    return _words()["school"][persona.school]


def opening_words(*, patient_begins: bool) -> str:
    """Who speaks first, in the words of a brief."""
    return _words()["begins"]["patient" if patient_begins else "clinician"]


def answers_data(answers: Sequence[Answer]) -> list[dict[str, str]]:
    """Answers as rows of a prompt's data: id, question, answer and nothing that would tell who gave them."""
    return [{"id": answer.id, "question": answer.question, "answer": answer.answer} for answer in answers]


def _level(rate: float) -> str:
    return "low" if rate < 1 / 3 else "middle" if rate < 2 / 3 else "high"


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = (resources.files("colloque.llm") / "prompts" / "words.toml").read_text(encoding="utf-8")
    words: dict[str, Any] = tomllib.loads(text)
    return words
