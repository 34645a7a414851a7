"""The list of stages: what each reads, which version of it wrote, and the loop that runs what is not fresh.

A stage reruns when its inputs, its configuration, its models or its own version number change, not at every commit;
one that was killed goes on in its folder. Stages speak through files only; this is the one place that knows the order.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from colloque import __version__
from colloque.config import RunConfig, load_config, parse_config
from colloque.core import digest
from colloque.errors import RunError, boundary
from colloque.forget import forgotten, keep_out
from colloque.llm.config import ModelConfig
from colloque.progress import note
from colloque.store import Context, StageConfig, Tally
from colloque.store.manifest import Identity, Manifest, begin, file_hash, finish, fresh, read_manifest

__all__ = ["STAGES", "RunSummary", "Stage", "StageResult", "run"]

Action = Callable[[Context, RunConfig], Tally]


@dataclass(frozen=True)
class Stage:
    """One step of the way. `reads` maps an input's name to the file of an earlier stage ("write/dialogues")."""

    name: str
    version: int
    action: Action
    reads: Mapping[str, str]
    roles: tuple[str, ...] = ()


class StageResult(BaseModel):
    """What became of one stage in this run."""

    stage: str
    ran: bool
    seconds: float
    tally: Tally


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

    return run_openings(context, config.openings, LocalModel(context.inputs["model"]))


def _prefer(context: Context, config: RunConfig) -> Tally:
    from colloque.judge import ModelJudge, RubricJudge
    from colloque.llm import LocalModel
    from colloque.prefer import run_prefer

    strong = _model(context, config, "judge")
    judge = ModelJudge(strong) if strong else RubricJudge()
    return run_prefer(context, config.prefer, LocalModel(context.inputs["model"]), judge)


def _dpo(context: Context, config: RunConfig) -> Tally:
    from colloque.train import run_dpo

    return run_dpo(context, config.dpo)


def _evaluate(context: Context, config: RunConfig) -> Tally:
    from colloque.evaluate import run_evaluate
    from colloque.llm import LocalModel
    from colloque.patient import VirtualPatient

    models = {name: LocalModel(context.inputs[name]) for name in ("sft", "dpo")}
    return run_evaluate(context, config.evaluate, models, patient=VirtualPatient)


_EVALUATED = {
    "dialogues": "write/dialogues",
    "questionnaires": "ingest/questionnaires",
    "preferences": "prefer/preferences.parquet",
    "sft": "sft/model",
    "dpo": "dpo/model",
}

STAGES: tuple[Stage, ...] = (
    Stage("ingest", 1, _ingest, {}),
    Stage("write", 1, _write, {"questionnaires": "ingest/questionnaires"}, ("author",)),
    Stage(
        "augment",
        1,
        _augment,
        {"questionnaires": "ingest/questionnaires", "dialogues": "write/dialogues"},
        ("reformulator",),
    ),
    Stage("dataset", 1, _dataset, {"dialogues": "augment/dialogues"}),
    Stage("sft", 1, _sft, {"dataset": "dataset"}),
    Stage(
        "openings",
        1,
        _openings,
        {"dialogues": "write/dialogues", "questionnaires": "ingest/questionnaires", "model": "sft/model"},
    ),
    Stage(
        "prefer",
        1,
        _prefer,
        {"openings": "openings/openings.parquet", "dialogues": "write/dialogues", "model": "sft/model"},
        ("judge",),
    ),
    Stage("dpo", 1, _dpo, {"preferences": "prefer/preferences.parquet", "policy": "sft/model"}),
    Stage("evaluate", 1, _evaluate, _EVALUATED),
)


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
    with _alone(root):
        results = tuple(_run_stage(stage, config, root) for stage in STAGES)
        with boundary("report"):
            report = _report(root, any(result.ran for result in results))
    from colloque.report import summary_lines

    return RunSummary(workspace=str(root), report=str(report), stages=results, lines=tuple(summary_lines(root)))


@contextmanager
def _alone(root: Path) -> Iterator[None]:
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


def _run_stage(stage: Stage, config: RunConfig, root: Path) -> StageResult:
    folder = root / stage.name
    section: StageConfig = getattr(config, stage.name)
    settings = section.model_dump(mode="json")
    models = {role: _public(getattr(config.models, role)) for role in stage.roles}
    inputs = _inputs(stage, config, root)
    identity = Identity(
        stage=stage.name, version=stage.version, config=settings, models=models, inputs=inputs, seed=config.seed
    )
    fingerprint = identity.fingerprint
    if done := fresh(folder, fingerprint):
        return StageResult(stage=stage.name, ran=False, seconds=done.seconds, tally=done.tally)
    with boundary(f"stage {stage.name}"):
        resumed = begin(folder, fingerprint)
        note(f"{stage.name}: {'going on where it stopped' if resumed else 'started'}")
        began, clock = datetime.now(UTC), time.monotonic()
        context = Context(
            folder=folder,
            inputs={name: root / place for name, place in stage.reads.items()},
            seed=config.seed,
            workers=config.workers or os.cpu_count() or 1,
        )
        tally = stage.action(context, config)
        seconds = round(time.monotonic() - clock, 3)
        manifest = Manifest(
            **identity.model_dump(),
            colloque=__version__,
            tally=tally,
            started=began.isoformat(timespec="seconds"),
            seconds=seconds,
        )
        finish(folder, manifest)
    note(f"{stage.name}: done in {seconds:,.1f} s")
    return StageResult(stage=stage.name, ran=True, seconds=seconds, tally=tally)


def _public(model: ModelConfig | None) -> dict[str, Any] | None:
    """A model's configuration as a manifest may hold it: the name of the key's variable, never a key."""
    return model.model_dump(mode="json") if model else None


def _inputs(stage: Stage, config: RunConfig, root: Path) -> dict[str, str]:
    """Name → hash of all that a stage reads: a user's files by their bytes, earlier stages by their manifests."""
    if stage.name == "ingest":
        with boundary("stage ingest"):
            files = {name: file_hash(Path(name)) for name in config.ingest.files}
        gone = forgotten(root)
        return {**files, "forgotten": digest(gone, size=16)} if gone else files
    hashes: dict[str, str] = {}
    for name, place in stage.reads.items():
        manifest = read_manifest(root / place.split("/")[0])
        if manifest is None:
            raise RunError(f"stage {stage.name}: {place} is not there", hint="run again")
        hashes[name] = manifest.content
    return hashes


def _report(root: Path, changed: bool) -> Path:
    from colloque.report import build_report

    page = root / "report.html"
    if page.exists() and not changed:
        return page
    return build_report(root)
