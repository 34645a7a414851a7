"""One round's model measured on people of the validation split, beside the best so far: is it better by what did not label?

Two measures, neither of which the preferences know: faulty replies by the plain detectors, and the share of the record
elicited in interviews. The test split is left for the evaluation alone.
"""

from collections.abc import Sequence
from typing import Any

from colloque.evaluate.compare import compare_independent, pair_up
from colloque.evaluate.config import EvaluateConfig
from colloque.evaluate.interviews import compare_interviews
from colloque.evaluate.records import Interview, Measured
from colloque.evaluate.sample import held_out, interview_all, people, reply_all
from colloque.llm.model import ChatModel
from colloque.patient import VirtualPatient
from colloque.patient.interview import PatientFor
from colloque.store import Context, Tally, read_records, write_json

__all__ = ["improves", "run_round"]

_MODEL = "model"
_WIDTH = 3.92
"""Standard errors in a 95 % interval."""


def run_round(
    context: Context, config: EvaluateConfig, model: ChatModel, patient: PatientFor = VirtualPatient
) -> Tally:
    """Measure `model` into `replies/`, `interviews/` and `figures.json`; beside `inputs["best"]`, a folder of this stage.

    Tally: read = kept = openings; figures: faulty (per 100), elicited (share), change, improved. Raises InputError where the
    validation split has nobody.
    """
    openings = held_out(context.inputs["dialogues"], config, context.seed, "validation")
    replies = reply_all(context, config, openings, _MODEL, model, None)
    talks: list[Interview] = []
    if config.interviews:
        forms = people(context.inputs["questionnaires"], config, context.seed, "validation")
        talks = interview_all(context, config, forms, _MODEL, model, patient)
    figures: dict[str, Any] = {"model": model.name, "openings": len(openings), "interviews": len(talks)}
    if best := context.inputs.get("best"):
        before = [*read_records(best / "replies" / _MODEL, Measured)]
        earlier = [*read_records(best / "interviews" / _MODEL, Interview)] if talks else []
        figures |= _change(before, replies, earlier, talks, context.seed)
    else:
        row = compare_independent(pair_up(replies, replies), context.seed)
        figures |= {"faulty": row["after"], "elicited": _elicited(talks, talks, context.seed)["after"]["elicited"]}
    write_json(context.folder / "figures.json", figures)
    return Tally(read=len(openings), kept=len(openings), figures=figures).balanced("round")


def _change(
    before: Sequence[Measured],
    after: Sequence[Measured],
    earlier: Sequence[Interview],
    later: Sequence[Interview],
    seed: int,
) -> dict[str, Any]:
    row, talks = compare_independent(pair_up(before, after), seed), _elicited(earlier, later, seed)
    faulty, elicited = row["difference"], talks["elicited_difference"]
    return {
        "faulty": row["after"],
        "elicited": talks["after"]["elicited"],
        "change": {"faulty": faulty, "elicited": elicited},
        "improved": improves(faulty, elicited),
    }


def _elicited(before: Sequence[Interview], after: Sequence[Interview], seed: int) -> dict[str, Any]:
    return compare_interviews(before, after, seed)


def improves(faulty: dict[str, float], elicited: dict[str, float]) -> bool:
    """Whether a model is better than the one before: `faulty` and `elicited` are the changes with their intervals.

    Neither may be surely for the worse, and their sum, each in its own standard errors, must be for the better: one round
    moves either measure by about as much as its error, so that asking both to be sure would end all rounds at the first.
    """
    if faulty["low"] > 0 or elicited["high"] < 0:
        return False
    return _in_errors(elicited) - _in_errors(faulty) > 0


def _in_errors(gap: dict[str, float]) -> float:
    error = (gap["high"] - gap["low"]) / _WIDTH
    return gap["value"] / error if error else 0.0
