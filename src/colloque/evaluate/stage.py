"""The evaluation stage: the same held-out moments and patients put to every model, compared, and said in words.

Writes `replies/<model>/`, `interviews/<model>/` and `results.json`. The first model is "before", the last "after"; those
between (a control, a round) are compared with the first too, under `others`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from colloque.core import Dialogue, uniform
from colloque.errors import RunError
from colloque.evaluate.bounds import bounding, order
from colloque.evaluate.compare import (
    Pair,
    compare_errors,
    compare_faulty,
    compare_independent,
    compare_lengths,
    compare_risk,
    compare_safety,
    pair_up,
    win_rate,
)
from colloque.evaluate.config import EvaluateConfig
from colloque.evaluate.interviews import compare_interviews
from colloque.evaluate.plain import PlainJudge
from colloque.evaluate.records import Interview, Measured
from colloque.evaluate.sample import held_out, interview_all, people, reply_all
from colloque.evaluate.statistics import needed_pairs
from colloque.evaluate.summary import summarise, verdict_of
from colloque.judge import Judge, RubricJudge
from colloque.judge.sense import Sense
from colloque.llm.model import ChatModel
from colloque.patient import VirtualPatient
from colloque.patient.interview import PatientFor
from colloque.progress import note
from colloque.store import Context, Tally, read_records, write_json

__all__ = ["run_evaluate"]

_LONGEST = 6


def run_evaluate(
    context: Context,
    config: EvaluateConfig,
    models: Mapping[str, ChatModel],
    judge: Judge | None = None,
    patient: PatientFor = VirtualPatient,
) -> Tally:
    """Measure every model and write `results.json`. Tally: read = openings, kept = openings that all models answered.

    `judge` is a further judge for the win rate; the plain one and the rubric always sit. Keys of `results.json`: models,
    before, after, openings, respondents, seed, labelled_by, power, errors {any, codes, independent_any, independent}, safety,
    risk, length, wins, interviews, samples, others (by model, with `to_after`), rounds, bounds, verdict (helped | not_shown | harmed), summary (French sentences).
    """
    if len(models) < 2:
        raise RunError("two models are needed to compare", hint="give one --model before and one after")
    openings = held_out(context.inputs["dialogues"], config, context.seed)
    note(f"evaluate: {_power(len(openings))['words']}")
    sense = Sense(read_records(context.inputs["dialogues"], Dialogue)) if config.sense else None
    replies = {name: reply_all(context, config, openings, name, model, sense) for name, model in models.items()}
    talks = _interviews(context, config, models, patient)
    bounds = _bounds(context, config, models, patient, talks) if config.bounds and talks else None
    before, *between, after = models
    labelled_by = _labelled_by(context, config)
    judges: list[Judge] = [PlainJudge(), RubricJudge(), *([judge] if judge else [])]
    results: dict[str, Any] = {
        "models": {name: model.name for name, model in models.items()},
        "before": before,
        "after": after,
        "openings": len(openings),
        "respondents": len({opening.respondent for opening in openings}),
        "seed": context.seed,
        "sampling": config.model_dump(include={"draws", "temperature", "top_p", "max_tokens"}),
        "labelled_by": labelled_by,
        "power": _power(len(openings)),
    }
    results |= _compared(replies, talks, (before, after), config, context.seed, judges)
    for row in results["wins"]:
        row["shares_rules"] = row["judge"] == labelled_by
    results["others"] = {
        name: {
            **_compared(replies, talks, (before, name), config, context.seed, judges),
            "to_after": _to_after(replies[name], replies[after], context.seed),
        }
        for name in between
    }
    results["rounds"] = [
        {"round": name, **json.loads((context.inputs[name] / "figures.json").read_text(encoding="utf-8"))}
        for name in sorted(context.inputs, key=lambda name: (len(name), name))
        if name.startswith("round-")
    ]
    results["bounds"] = bounds
    results["verdict"] = verdict_of(results)
    results["summary"] = summarise(results)
    write_json(context.folder / "results.json", results)
    pairs = pair_up(replies[before], replies[after])
    tally = Tally(
        read=len(openings), kept=len({pair[0].opening.id for pair in pairs}), made=sum(map(len, replies.values()))
    )
    tally.figures = {"verdict": results["verdict"], "any": results["errors"]["any"], "summary": results["summary"]}
    return tally.balanced("evaluate")


def _interviews(
    context: Context, config: EvaluateConfig, models: Mapping[str, ChatModel], patient: PatientFor
) -> dict[str, list[Interview]]:
    if not config.interviews:
        return {}
    forms = people(context.inputs["questionnaires"], config, context.seed)
    return {name: interview_all(context, config, forms, name, model, patient) for name, model in models.items()}


def _bounds(
    context: Context,
    config: EvaluateConfig,
    models: Mapping[str, ChatModel],
    patient: PatientFor,
    talks: Mapping[str, Sequence[Interview]],
) -> dict[str, Any]:
    forms = people(context.inputs["questionnaires"], config, context.seed)
    beside = bounding(context, config, forms, models, patient)
    tuned = [name for name in models if name != "control"]
    return order({**talks, **beside}, tuned, context.seed)


def _labelled_by(context: Context, config: EvaluateConfig) -> str:
    """The judge named in the card of the preference set, where the set is an input; else what the configuration says."""
    card = context.inputs.get("preferences")
    if card and (file := card / "card.json" if card.is_dir() else card.with_name("card.json")).exists():
        return str(json.loads(file.read_text(encoding="utf-8"))["judge"])
    return config.labelled_by


def _compared(
    replies: Mapping[str, Sequence[Measured]],
    talks: Mapping[str, Sequence[Interview]],
    names: tuple[str, str],
    config: EvaluateConfig,
    seed: int,
    judges: Sequence[Judge],
) -> dict[str, Any]:
    first, second = names
    pairs = pair_up(replies[first], replies[second])
    return {
        "errors": compare_errors(pairs, seed),
        "safety": compare_safety(pairs, config.margin, seed),
        "risk": compare_risk(pairs, seed),
        "length": compare_lengths(pairs, seed),
        "wins": [win_rate(pairs, judge, seed) for judge in judges],
        "interviews": compare_interviews(talks[first], talks[second], seed) if talks else None,
        "samples": _samples(pairs, config.samples),
    }


def _to_after(other: Sequence[Measured], after: Sequence[Measured], seed: int) -> dict[str, Any]:
    """From a model between to the last one: what the last has that a control, or another round, has not."""
    pairs = pair_up(other, after)
    return {"any": compare_faulty(pairs, seed), "independent_any": compare_independent(pairs, seed)}


def _power(openings: int) -> dict[str, Any]:
    """What so many openings can show, said before anything is spent: mended against newly broken, 80 % power."""
    cases = {
        f"{fixed}/{broken}": needed_pairs(fixed / 100, broken / 100) for fixed, broken in ((12, 4), (6, 2), (3, 1))
    }
    seen = [case for case, needed in cases.items() if needed <= openings]
    words = (
        f"{openings} openings can show an error that {seen[-1].split('/')[0]} of 100 replies lose and {seen[-1].split('/')[1]} gain"
        if seen
        else f"{openings} openings are few: an error must fall by more than 8 of 100 replies to be seen"
    )
    return {"openings": openings, "needed": cases, "words": words}


def _samples(pairs: Sequence[Pair], number: int) -> list[dict[str, Any]]:
    """Replies side by side: half of them drawn from all, a quarter mended, a quarter newly broken, as far as there are."""
    ranked = sorted(pairs, key=lambda pair: (uniform(pair[0].opening.id, "sample"), pair[0].unit))

    lanes = {
        "mended": [p for p in ranked if p[0].faulty and not p[1].faulty][: number // 4],
        "broken": [p for p in ranked if p[1].faulty and not p[0].faulty][: number // 4],
    }
    taken = {id(pair) for lane in lanes.values() for pair in lane}
    lanes["drawn"] = [p for p in ranked if id(p) not in taken][: number - len(taken)]
    return [_side_by_side(pair, why) for why in ("drawn", "mended", "broken") for pair in lanes[why]]


def _side_by_side(pair: Pair, why: str) -> dict[str, Any]:
    before, after = pair
    return {
        "why": why,
        "opening": before.opening.id,
        "context": [{"role": turn.role, "text": turn.text} for turn in before.opening.turns[-_LONGEST:]],
        "before": before.reply.text,
        "after": after.reply.text,
        "before_codes": sorted(before.codes),
        "after_codes": sorted(after.codes),
    }
