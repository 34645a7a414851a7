"""Do interviews order what must be ordered? The compared models between a clinician that knows the record and two that know nothing.

An instrument that does not put the scripted clinician above a tuned model, and that above an untrained one, measures nothing.
Says which single measures do not tell neighbours apart. Writes `interviews/<name>/` like any model's.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from colloque.core import Questionnaire
from colloque.evaluate.clinicians import RandomClinician, ScriptedClinician, write_untrained
from colloque.evaluate.compare import rounded
from colloque.evaluate.config import EvaluateConfig
from colloque.evaluate.interviews import MEASURES
from colloque.evaluate.records import Interview
from colloque.evaluate.sample import interview_all
from colloque.evaluate.statistics import by_cluster, cluster_bootstrap
from colloque.llm import LocalModel
from colloque.llm.model import ChatModel
from colloque.patient.interview import PatientFor
from colloque.store import Context

__all__ = ["bounding", "order"]

_LOWER_IS_BETTER = ("findings per 100", "repeated per 100", "ignored per 100")


def bounding(
    context: Context,
    config: EvaluateConfig,
    forms: Sequence[Questionnaire],
    models: Mapping[str, ChatModel],
    patient: PatientFor,
) -> dict[str, list[Interview]]:
    """The interviews of the bounding clinicians: scripted, random questions and, beside a checkpoint, an untrained one of its shape."""
    clinicians: dict[str, ChatModel] = {
        "scripted": ScriptedClinician(forms, context.seed),
        "random": RandomClinician(forms, context.seed),
    }
    shape = next((model.folder for model in models.values() if isinstance(model, LocalModel)), None)
    if shape is not None:
        clinicians["untrained"] = LocalModel(_untrained(context, shape), name="untrained")
    return {name: interview_all(context, config, forms, name, model, patient) for name, model in clinicians.items()}


def _untrained(context: Context, shape: Path) -> Path:
    """Hidden: no output of the stage; made anew where a killed run left it half-written."""
    folder = context.folder / ".untrained"
    return folder if (folder / "tokenizer.json").exists() else write_untrained(shape, folder, context.seed)


def order(talks: Mapping[str, Sequence[Interview]], models: Sequence[str], seed: int = 0) -> dict[str, Any]:
    """`means`: every measure of every clinician with its interval; `steps`: the differences from one to the next below it.

    The order expected is scripted, then the last of `models` (the tuned ones, in the order of their making) to the first,
    then random questions and the untrained one. A step is `apart` when the paired interval of the difference lies wholly on
    the right side of zero.
    """
    ranked = [name for name in ("scripted", *reversed(models), "random", "untrained") if name in talks]
    means = {
        name: {
            key: rounded(cluster_bootstrap(by_cluster([(t.respondent, measure(t)) for t in talks[name]]), seed), 4)
            for key, measure in MEASURES.items()
        }
        for name in ranked
    }
    steps = [_step(talks, higher, lower, seed) for higher, lower in _neighbours(ranked)]
    return {"order": ranked, "means": means, "steps": steps}


def _neighbours(ranked: Sequence[str]) -> list[tuple[str, str]]:
    """Each with the next; both clinicians that know nothing with the last tuned model above them."""
    ignorant = [name for name in ranked if name in ("random", "untrained")]
    known = [name for name in ranked if name not in ignorant]
    return [*pairwise(known), *((known[-1], name) for name in ignorant)]


def _step(talks: Mapping[str, Sequence[Interview]], higher: str, lower: str, seed: int) -> dict[str, Any]:
    below = {one.questionnaire: one for one in talks[lower]}
    pairs = [(one, below[one.questionnaire]) for one in talks[higher] if one.questionnaire in below]
    gaps = {}
    for key, measure in MEASURES.items():
        sign = -1 if key in _LOWER_IS_BETTER else 1
        gap = cluster_bootstrap(by_cluster([(a.respondent, sign * (measure(a) - measure(b))) for a, b in pairs]), seed)
        gaps[key] = {**rounded(gap, 4), "apart": gap.low > 0, "reversed": gap.high < 0}
    return {"higher": higher, "lower": lower, "gaps": gaps}
