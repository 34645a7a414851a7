"""The list of stages: what each reads, which version of it wrote, and the loop that runs what is not fresh.

A stage reruns when its inputs, its configuration, its models or its own version number change, not at every commit;
one that was killed goes on in its folder. Stages speak through files only; this is the one place that knows the order.
"""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from math import comb
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from colloque.config import RunConfig, load_config, parse_config
from colloque.errors import RunError, boundary
from colloque.forget import keep_out
from colloque.llm.config import ModelConfig
from colloque.rounds import run_rounds
from colloque.stages import Stage, StageResult, run_stage
from colloque.store import Context, Tally, count_records

__all__ = ["STAGES", "RunSummary", "Stage", "StageResult", "alone", "run"]


class RunSummary(BaseModel):
    """The run in short: each stage's result, where the report is, and the lines that sum it up."""

    workspace: str
    report: str
    stages: tuple[StageResult, ...]
    lines: tuple[str, ...] = ()


def _model(context: Context, config: RunConfig, role: str) -> Any:
    """The team's model for a role, or None: the embedded default plays it.

    Replies are journalled beside the stages, not in them: a changed check or prompt empties a stage, never what was paid.
    """
    from colloque.llm import open_model

    chosen: ModelConfig | None = getattr(config.models, role)
    return open_model(chosen, context.folder.parent / "journal" / f"{role}.sqlite") if chosen else None


def _ingest(context: Context, config: RunConfig) -> Tally:
    from colloque.ingest import run_ingest

    return keep_out(context.folder, run_ingest(context, config.ingest))


def _write(context: Context, config: RunConfig) -> Tally:
    from colloque.write import run_write

    return run_write(context, config.write, _model(context, config, "author"))


def _augment(context: Context, config: RunConfig) -> Tally:
    from colloque.augment import run_augment

    return run_augment(context, config.augment, _model(context, config, "reformulator"))


def _dataset(context: Context, config: RunConfig) -> Tally:
    from colloque.augment import run_dataset

    return run_dataset(context, config.dataset)


def _sft(context: Context, config: RunConfig) -> Tally:
    from colloque.train import run_sft

    return run_sft(context, config.sft)


def _openings(context: Context, config: RunConfig) -> Tally:
    from colloque.llm import LocalModel
    from colloque.prefer import run_openings

    writer = _model(context, config, "author") if config.openings.written else None
    return run_openings(context, config.openings, LocalModel(context.inputs["model"]), writer=writer)


def _prefer(context: Context, config: RunConfig) -> Tally:
    from colloque.judge.open import open_judge
    from colloque.llm import LocalModel
    from colloque.llm.pilot import watched
    from colloque.prefer import run_prefer

    strong = _model(context, config, "judge")
    judge = open_judge(config.prefer.judges, strong)
    ahead = count_records(context.inputs["openings"]) * comb(config.prefer.draws, 2) * 2
    with watched(strong, "judge", ahead) if strong else nullcontext() as watch:
        tally = run_prefer(context, config.prefer, LocalModel(context.inputs["model"]), judge)
    if watch:
        tally.figures["spent"] = watch.figures()
    return tally


def _dpo(context: Context, config: RunConfig) -> Tally:
    from colloque.train import run_dpo

    return run_dpo(context, config.dpo)


def _control(context: Context, config: RunConfig) -> Tally:
    """DPO on the same pairs with chosen and rejected drawn at random: what it gains owes nothing to the judge."""
    from colloque.prefer import write_control

    drawn = write_control(context.inputs["preferences"], context.folder / "preferences.parquet", context.seed)
    return _dpo(context.model_copy(update={"inputs": {**context.inputs, "preferences": drawn}}), config)


def _round(context: Context, config: RunConfig) -> Tally:
    from colloque.evaluate import run_round
    from colloque.llm import LocalModel
    from colloque.patient import VirtualPatient

    return run_round(context, config.evaluate, LocalModel(context.inputs["model"]), patient=VirtualPatient)


def _evaluate(context: Context, config: RunConfig) -> Tally:
    from colloque.evaluate import run_evaluate
    from colloque.llm import LocalModel
    from colloque.patient import VirtualPatient, played_by

    player = _model(context, config, "patient")
    models = {name: LocalModel(place) for name, place in context.inputs.items() if place.name == "model"}
    return run_evaluate(context, config.evaluate, models, patient=played_by(player) if player else VirtualPatient)


_EVALUATED = {
    "dialogues": "write/dialogues",
    "questionnaires": "ingest/questionnaires",
    "preferences": "prefer/preferences.parquet",
    "sft": "sft/model",
}
_HELD_OUT = {"dialogues": "write/dialogues", "questionnaires": "ingest/questionnaires"}
_ROUNDS = frozenset(("rounds", "control"))
"""Keys of `dpo:` that say what is done beside a round, not what is done in one."""

STAGES: tuple[Stage, ...] = (
    Stage("ingest", 1, _ingest, {}),
    Stage("write", 5, _write, {"questionnaires": "ingest/questionnaires"}, ("author",)),
    Stage(
        "augment",
        5,
        _augment,
        {"questionnaires": "ingest/questionnaires", "dialogues": "write/dialogues"},
        ("reformulator",),
    ),
    Stage("dataset", 2, _dataset, {"dialogues": "augment/dialogues"}),
    Stage("sft", 1, _sft, {"dataset": "dataset"}),
    Stage(
        "openings",
        1,
        _openings,
        {"dialogues": "write/dialogues", "questionnaires": "ingest/questionnaires", "model": "sft/model"},
        ("author",),
    ),
    Stage(
        "prefer",
        3,
        _prefer,
        {
            "openings": "openings/openings.parquet",
            "dialogues": "write/dialogues",
            "questionnaires": "ingest/questionnaires",
            "model": "sft/model",
        },
        ("judge",),
    ),
    Stage("dpo", 2, _dpo, {"preferences": "prefer/preferences.parquet", "policy": "sft/model"}, ignores=_ROUNDS),
    Stage("evaluate", 2, _evaluate, {**_EVALUATED, "dpo": "dpo/model"}, ("patient",)),
)
"""The way, in order. `dpo: {rounds, control}` adds later rounds (rounds.py) and the two stages below, before the evaluation."""

_CONTROL = replace(STAGES[-2], name="control", section="dpo", action=_control)
_MEASURE = Stage("round-0", 1, _round, _HELD_OUT, section="evaluate")


def run(config: RunConfig | Mapping[str, Any] | str | Path, workspace: str | Path | None = None) -> RunSummary:
    """Run every stage that is not fresh, then the report; returns the run's summary.

    `config` is a YAML file, plain data, or a RunConfig. Raises ConfigError and InputError (nothing was run) or RunError
    (a stage failed; run again to go on where it stopped).
    """
    if isinstance(config, str | Path):
        config = load_config(config)
    elif not isinstance(config, RunConfig):
        config = parse_config(dict(config))
    root = Path(workspace or config.workspace)
    with boundary("workspace"):
        root.mkdir(parents=True, exist_ok=True)
    with alone(root):
        results = _run_stages(config, root)
        with boundary("report"):
            report = _report(root, any(result.ran for result in results))
    from colloque.report import summary_lines

    return RunSummary(workspace=str(root), report=str(report), stages=results, lines=tuple(summary_lines(root)))


def _run_stages(config: RunConfig, root: Path) -> tuple[StageResult, ...]:
    """Every stage in order; DPO in as many rounds as are wanted and pay, and the control beside it."""

    def step(stage: Stage) -> StageResult:
        return run_stage(stage, config, root)

    *made, openings, prefer, dpo, evaluate = STAGES
    results = [step(stage) for stage in made]
    tried = run_rounds((openings, prefer, dpo), _MEASURE, config.dpo.rounds, config.seed, step)
    results += tried.results
    control = {}
    if config.dpo.control:
        results.append(step(_CONTROL))
        control = {"control": "control/model"}
    reads = {**_EVALUATED, **tried.measures, **control, **tried.compared()}
    return (*results, step(replace(evaluate, reads=reads)))


@contextmanager
def alone(root: Path) -> Iterator[None]:
    """One run a workspace at a time: two would write the same folders."""
    with boundary("workspace"):
        lock = (root / ".lock").open("w")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunError(
                f"{root}: another run is at work here", hint="wait for it, or name another --workspace"
            ) from error
        yield


def _report(root: Path, changed: bool) -> Path:
    from colloque.report import build_report

    page = root / "report.html"
    if page.exists() and not changed:
        return page
    return build_report(root)
