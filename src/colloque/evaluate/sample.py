"""The measure's raw material: held-out openings, each model's replies to them, and its interviews of the same patients.

Sampled in fixed shards, each written whole: a killed run goes on and gives the same bytes. Judges nothing.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from colloque.checks import check_reply
from colloque.core import (
    Candidate,
    Dialogue,
    Finding,
    Opening,
    Questionnaire,
    Split,
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
from colloque.judge.sense import Sense
from colloque.llm.model import ChatModel, Reply, Request, Sampling
from colloque.patient.interview import PatientFor, interview
from colloque.progress import progress
from colloque.store import Context, part_path, read_records, write_records

__all__ = ["held_out", "interview_all", "people", "reply_all"]


def held_out(path: Path, config: EvaluateConfig, seed: int, split: Split = "test") -> list[Opening]:
    """Cuts of a split's dialogues (originals alone), the same for every model. Raises InputError where there are none."""
    chosen: list[Opening] = []
    for dialogue in read_records(path, Dialogue):
        if dialogue.split == split and dialogue.parent is None:
            found = [opening for opening in cuts(dialogue, "held-out") if len(opening.turns) <= config.turns]
            chosen += _ranked(found, seed)[: config.per_dialogue]
    if not chosen:
        raise InputError(
            f"no dialogue of the {split} split",
            file=path,
            hint="evaluation needs people whom no training saw: add questionnaires",
        )
    return _ranked(chosen, seed)[: config.openings]


def _ranked(openings: Sequence[Opening], seed: int) -> list[Opening]:
    return sorted(openings, key=lambda opening: (uniform(opening.id, "held-out", seed), opening.id))


def reply_all(
    context: Context,
    config: EvaluateConfig,
    openings: Sequence[Opening],
    name: str,
    model: ChatModel,
    sense: Sense | None,
) -> list[Measured]:
    """One model's replies to all openings, with the findings on each, in `replies/<name>/part-*.parquet`."""
    folder = context.folder / "replies" / name
    with progress(f"replies of {name}", total=len(openings), unit="openings") as advance:
        for index, start in enumerate(range(0, len(openings), config.shard)):
            shard, path = openings[start : start + config.shard], part_path(folder, index)
            if not path.exists():
                write_records(path, _replies(shard, config, context.seed, model, sense), Measured)
            advance(len(shard))
    return list(read_records(folder, Measured))


def _replies(
    shard: Sequence[Opening], config: EvaluateConfig, seed: int, model: ChatModel, sense: Sense | None
) -> list[Measured]:
    wanted = [(opening, draw) for opening in shard for draw in range(config.draws)]
    requests = [_request(opening, config, seed, draw) for opening, draw in wanted]
    replies = model.complete(requests)
    return [
        _measured(opening, draw, reply, model.name, config.temperature, sense)
        for (opening, draw), reply in zip(wanted, replies, strict=True)
    ]


def _sampling(config: EvaluateConfig, seed: int, draw: int) -> Sampling:
    return Sampling(
        temperature=config.temperature, top_p=config.top_p, max_tokens=config.max_tokens, seed=seed, draw=draw
    )


def _request(opening: Opening, config: EvaluateConfig, seed: int, draw: int) -> Request:
    sampling = _sampling(config, seed_for(opening.id, "held-out reply", seed), draw)
    return Request(id=f"{opening.id}/{draw}", messages=messages_from(opening.turns), sampling=sampling)


def _measured(
    opening: Opening, draw: int, reply: Reply, name: str, temperature: float, sense: Sense | None
) -> Measured:
    text = reply.text.strip()
    candidate = Candidate(text=text, draw=draw, finish=reply.finish, model=reply.model or name, temperature=temperature)
    turns = list(opening.turns)
    nonsense = sense.faults(turns, text, may_end=opening.kind == "last") if sense else ()
    return Measured(opening=opening, reply=candidate, findings=tuple(check_reply(turns, text)), nonsense=nonsense)


def people(path: Path, config: EvaluateConfig, seed: int, split: Split = "test") -> list[Questionnaire]:
    """The questionnaires of a split whose patients every model interviews: one a respondent, those with something to tell."""
    found: dict[str, Questionnaire] = {}
    for form in read_records(path, Questionnaire):
        if form.split == split and form.told:
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


def _interviews(
    forms: Sequence[Questionnaire], config: EvaluateConfig, seed: int, name: str, model: ChatModel, patient: PatientFor
) -> Iterator[Interview]:
    talks = interview(model, forms, patient, config.interview_turns, _sampling(config, seed, 0))
    for form, talk in zip(forms, talks, strict=True):
        yield Interview(
            id=content_id("i", name, form.id),
            model=name,
            questionnaire=form.id,
            respondent=form.respondent,
            answers=len(form.told),
            turns=talk.turns,
            elicited=_elicited(form, talk.turns),
            findings=tuple(_found(talk.turns)),
            ended=talk.ended,
        )


def _elicited(form: Questionnaire, turns: Sequence[Turn]) -> tuple[int, ...]:
    """How many answers of the record were known after each clinician turn (and the patient's words on it)."""
    told = {answer.id for answer in form.told}
    known: set[str] = set()
    counts: list[int] = []
    for turn in turns:
        if turn.role == "clinician":
            counts.append(len(known))
        else:
            known |= {stated.answer for stated in turn.states} & told
            if counts:
                counts[-1] = len(known)
    return tuple(counts)


def _found(turns: Sequence[Turn]) -> Iterator[Finding]:
    for spot, turn in enumerate(turns):
        if turn.role == "clinician":
            for finding in check_reply(list(turns[:spot]), turn.text):
                yield finding.model_copy(update={"turn": spot})
