"""The measure's raw material: held-out openings, each model's replies to them, and its interviews of the same patients.

Sampled in fixed shards, each written whole: a killed run goes on and gives the same bytes. Judges nothing.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from colloque.checks import check_reply
from colloque.core import (
    Candidate,
    Dialogue,
    Finding,
    Opening,
    Questionnaire,
    Turn,
    content_id,
    cuts,
    messages_from,
    seed_for,
    uniform,
)
from colloque.errors import InputError
from colloque.evaluate.config import EvaluateConfig
from colloque.evaluate.records import Interview, Measured
from colloque.llm.model import ChatModel, Reply, Request, Sampling
from colloque.progress import progress
from colloque.store import Context, part_path, read_records, write_records

__all__ = ["Patient", "PatientFor", "held_out", "interview_all", "people", "reply_all"]

_FAREWELL = re.compile(
    r"au revoir|bonne journée|bonne soirée|bonne continuation|à bientôt|prenez soin de vous", re.IGNORECASE
)


class Patient(Protocol):
    """One who answers from a record: `patient.VirtualPatient`, or a person."""

    def answer(self, context: list[Turn]) -> Turn:
        """The patient's next turn, with what it states."""
        ...


PatientFor = Callable[[Questionnaire, int], Patient]


def held_out(path: Path, config: EvaluateConfig, seed: int) -> list[Opening]:
    """Cuts of the test split's dialogues (originals alone), the same for every model. Raises InputError where there are none."""
    chosen: list[Opening] = []
    for dialogue in read_records(path, Dialogue):
        if dialogue.split == "test" and dialogue.parent is None:
            found = [opening for opening in cuts(dialogue, "held-out") if len(opening.turns) <= config.turns]
            chosen += _ranked(found, seed)[: config.per_dialogue]
    if not chosen:
        raise InputError(
            "no dialogue of the test split",
            file=path,
            hint="evaluation needs people whom no training saw: add questionnaires",
        )
    return _ranked(chosen, seed)[: config.openings]


def _ranked(openings: Sequence[Opening], seed: int) -> list[Opening]:
    return sorted(openings, key=lambda opening: (uniform(opening.id, "held-out", seed), opening.id))


def reply_all(
    context: Context, config: EvaluateConfig, openings: Sequence[Opening], name: str, model: ChatModel
) -> list[Measured]:
    """One model's replies to all openings, with the findings on each, in `replies/<name>/part-*.parquet`."""
    folder = context.folder / "replies" / name
    with progress(f"replies of {name}", total=len(openings), unit="openings") as advance:
        for index, start in enumerate(range(0, len(openings), config.shard)):
            shard, path = openings[start : start + config.shard], part_path(folder, index)
            if not path.exists():
                write_records(path, _replies(shard, config, context.seed, model), Measured)
            advance(len(shard))
    return list(read_records(folder, Measured))


def _replies(shard: Sequence[Opening], config: EvaluateConfig, seed: int, model: ChatModel) -> list[Measured]:
    wanted = [(opening, draw) for opening in shard for draw in range(config.draws)]
    requests = [_request(f"{opening.id}/{draw}", opening.turns, config, seed, draw) for opening, draw in wanted]
    replies = model.complete(requests)
    return [
        _measured(opening, draw, reply, model.name, config)
        for (opening, draw), reply in zip(wanted, replies, strict=True)
    ]


def _request(name: str, turns: Sequence[Turn], config: EvaluateConfig, seed: int, draw: int) -> Request:
    sampling = Sampling(
        temperature=config.temperature,
        top_p=config.top_p,
        max_tokens=config.max_tokens,
        seed=seed_for(name, "held-out reply", seed),
        draw=draw,
    )
    return Request(id=name, messages=messages_from(turns), sampling=sampling)


def _measured(opening: Opening, draw: int, reply: Reply, name: str, config: EvaluateConfig) -> Measured:
    text = reply.text.strip()
    candidate = Candidate(
        text=text, draw=draw, finish=reply.finish, model=reply.model or name, temperature=config.temperature
    )
    return Measured(opening=opening, reply=candidate, findings=tuple(check_reply(list(opening.turns), text)))


def people(path: Path, config: EvaluateConfig, seed: int) -> list[Questionnaire]:
    """The test-split questionnaires whose patients every model interviews: one a respondent, those with something to tell."""
    found: dict[str, Questionnaire] = {}
    for form in read_records(path, Questionnaire):
        if form.split == "test" and form.told:
            found.setdefault(form.respondent, form)
    ranked = sorted(found.values(), key=lambda form: (uniform(form.id, "interview", seed), form.id))
    return ranked[: config.interviews]


def interview_all(
    context: Context,
    config: EvaluateConfig,
    forms: Sequence[Questionnaire],
    name: str,
    model: ChatModel,
    patient: PatientFor,
) -> list[Interview]:
    """One model's interviews of these people, in `interviews/<name>/part-*.parquet`; all talks of a shard move together."""
    folder = context.folder / "interviews" / name
    with progress(f"interviews by {name}", total=len(forms), unit="interviews") as advance:
        for index, start in enumerate(range(0, len(forms), config.shard)):
            shard, path = forms[start : start + config.shard], part_path(folder, index)
            if not path.exists():
                write_records(path, _interviews(shard, config, context.seed, name, model, patient), Interview)
            advance(len(shard))
    return list(read_records(folder, Interview))


class _Talk:
    """One interview as it goes on."""

    def __init__(self, form: Questionnaire, patient: Patient) -> None:
        self.form, self.patient = form, patient
        self.turns: list[Turn] = []
        self.known: set[str] = set()
        self.elicited: list[int] = []
        self.findings: list[Finding] = []
        self.silent = 0
        self.ended = ""

    def hear(self, text: str) -> None:
        """The clinician's turn, then the patient's, unless the talk is over."""
        for finding in check_reply(list(self.turns), text):
            self.findings.append(finding.model_copy(update={"turn": len(self.turns)}))
        self.turns.append(Turn(role="clinician", text=text))
        self.silent = 0 if "?" in text else self.silent + 1
        if "?" not in text and _FAREWELL.search(text):
            self.ended = "farewell"
        elif self.silent == 2:
            self.ended = "silence"
        else:
            answer = self.patient.answer(list(self.turns))
            self.turns.append(answer)
            self.known |= {stated.answer for stated in answer.states} & {told.id for told in self.form.told}
        self.elicited.append(len(self.known))


def _interviews(
    forms: Sequence[Questionnaire],
    config: EvaluateConfig,
    seed: int,
    name: str,
    model: ChatModel,
    patient: PatientFor,
) -> Iterator[Interview]:
    talks = [_Talk(form, patient(form, seed)) for form in forms]
    for turn in range(config.interview_turns):
        live = [talk for talk in talks if not talk.ended]
        requests = [_request(f"{talk.form.id}/turn-{turn}", talk.turns, config, seed, 0) for talk in live]
        for talk, reply in zip(live, model.complete(requests) if requests else [], strict=True):
            talk.hear(reply.text.strip())
    for talk in talks:
        yield Interview(
            id=content_id("i", name, talk.form.id),
            model=name,
            questionnaire=talk.form.id,
            respondent=talk.form.respondent,
            answers=len(talk.form.told),
            turns=tuple(talk.turns),
            elicited=tuple(talk.elicited),
            findings=tuple(talk.findings),
            ended=talk.ended or "limit",
        )
