"""One stage of the way: whether it must run again, its folder, its certificate. Knows neither the stages nor their order.

A stage reruns when its inputs, its configuration, its models or its own version number change, not at every commit;
one that was killed goes on in its folder. The order is in pipeline.py.
"""

import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from colloque import __version__
from colloque.config import RunConfig
from colloque.core import digest
from colloque.errors import RunError, boundary
from colloque.forget import forgotten
from colloque.llm.config import ModelConfig
from colloque.progress import note
from colloque.store import Context, StageConfig, Tally
from colloque.store.manifest import Identity, Manifest, begin, file_hash, finish, fresh, read_manifest

__all__ = ["Action", "Stage", "StageResult", "run_stage"]

Action = Callable[[Context, RunConfig], Tally]


@dataclass(frozen=True)
class Stage:
    """One step of the way. `reads` maps an input's name to the file of an earlier stage ("write/dialogues").

    `name` is the folder. `section` is the part of the configuration that it reads, where that is named otherwise (a later
    round of `dpo` is `dpo-2`), `seed` another seed than the run's, `ignores` keys of the section that do not change its work.
    """

    name: str
    version: int
    action: Action
    reads: Mapping[str, str]
    roles: tuple[str, ...] = ()
    section: str = ""
    seed: int | None = None
    ignores: frozenset[str] = frozenset()


class StageResult(BaseModel):
    """What became of one stage in this run."""

    stage: str
    ran: bool
    seconds: float
    tally: Tally


def run_stage(stage: Stage, config: RunConfig, root: Path) -> StageResult:
    """Run a stage in its folder of the workspace, unless what is there is fresh. Raises RunError where an input is missing."""
    folder = root / stage.name
    section: StageConfig = getattr(config, stage.section or stage.name)
    settings = section.model_dump(mode="json", exclude=set(stage.ignores))
    seed = config.seed if stage.seed is None else stage.seed
    models = {role: _public(getattr(config.models, role)) for role in stage.roles}
    inputs = _inputs(stage, config, root)
    identity = Identity(
        stage=stage.name, version=stage.version, config=settings, models=models, inputs=inputs, seed=seed
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
            seed=seed,
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
    """What of a model's configuration decides what it says; neither a key nor the name of its variable is in it."""
    return model.identity() if model else None


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
