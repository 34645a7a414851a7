"""Before the money is spent: a few records through each model of a run, and what all of them would take.

The records are drawn by lot; their replies are in the run's own journals, so that the run does not pay for them again.
Nothing is written but the ingest stage. Knows no prompt: stages' own functions are called.
"""

from collections.abc import Iterator
from math import comb
from pathlib import Path
from typing import Any

from colloque.augment.model import reformulate_families
from colloque.config import RunConfig
from colloque.core import Dialogue, Questionnaire, uniform
from colloque.errors import ConfigError
from colloque.judge import ModelJudge
from colloque.llm import open_model
from colloque.llm.endpoint import EndpointModel
from colloque.llm.pilot import watched
from colloque.llm.spend import Forecast
from colloque.pipeline import STAGES
from colloque.prefer.passport import passport_of
from colloque.stages import run_stage
from colloque.store import Rows, read_slices
from colloque.write import write_dialogue
from colloque.write.author import author_work

__all__ = ["pilot_run"]


def pilot_run(config: RunConfig, root: Path, records: int = 20) -> Iterator[str]:
    """Lines that forecast calls, tokens, money and hours for each role with an endpoint, then the money in all.

    Raises ConfigError where no role has one, InputError and ModelError as the run itself would.
    """
    roles = [role for role in ("author", "reformulator", "judge") if _endpoint(config, role)]
    if not roles:
        raise ConfigError(
            "no endpoint under `models:`", hint="a run on this machine alone costs nothing: `colloque run`"
        )
    ingest = run_stage(STAGES[0], config, root)
    chosen, rows = _by_lot(root / "ingest" / "questionnaires", records, config.seed)
    wanted = ingest.tally.kept * config.write.per
    dialogues = [(q, write_dialogue(q, config.seed)) for q in chosen]
    told: list[Forecast] = []
    if "author" in roles:
        made, seen = _author(config, root, chosen, wanted)
        dialogues = made or dialogues
        told += seen
        yield f"author: {len(made)} of {len(chosen)} kept; {_line(seen)}"
    if "reformulator" in roles:
        share = sum(split in config.augment.splits for split in rows) / max(len(rows), 1)
        seen = _reformulator(config, root, dialogues, round(wanted * share))
        told += seen
        yield f"reformulator: {_line(seen)}"
    if "judge" in roles:
        passport, seen = _judge(config, root)
        told += seen
        yield f"judge: right on {passport['accuracy']:.0%} of the canaries; at most {_line(seen)}"
    low, middle, high = (sum(one.euros[i] for one in told) for i in range(3))
    if high:
        yield f"in all {middle:,.2f} € ({low:,.2f} to {high:,.2f})"


def _endpoint(config: RunConfig, role: str) -> bool:
    named = getattr(config.models, role)
    return named is not None and named.kind == "openai"


def _open(config: RunConfig, root: Path, role: str, records: int) -> EndpointModel:
    model: Any = open_model(getattr(config.models, role), root / "journal" / f"{role}.sqlite")
    model.pilot = records
    assert isinstance(model, EndpointModel)
    return model


def _by_lot(place: Path, count: int, seed: int) -> tuple[list[Questionnaire], list[str]]:
    """So many questionnaires, each as likely as the next, in their order; and the splits of all."""
    rows = Rows(place)
    names = [(str(name), str(split)) for name, split in rows.columns("id", "split")]
    lots = sorted(range(len(names)), key=lambda spot: uniform(names[spot][0], "pilot", seed))[:count]
    slices = [part for spot in sorted(lots) for part in rows.slices(spot, 1)]
    return [q for q in read_slices(slices, Questionnaire) if q.told], [split for _, split in names]


def _author(
    config: RunConfig, root: Path, chosen: list[Questionnaire], wanted: int
) -> tuple[list[tuple[Questionnaire, Dialogue]], list[Forecast]]:
    model = _open(config, root, "author", len(chosen))
    with watched(model, "write", wanted) as watch:
        work = author_work(((q, config.seed) for q in chosen), model, config.write.attempts)
        made = [one.made for one in work]
    model.close()
    kept = [(q, d) for q, d in zip(chosen, made, strict=True) if isinstance(d, Dialogue)]
    return kept, [watch.forecast] if watch and watch.forecast else []


def _reformulator(
    config: RunConfig, root: Path, dialogues: list[tuple[Questionnaire, Dialogue]], eligible: int
) -> list[Forecast]:
    augment = config.augment
    times = augment.times if augment.until is None else -(-max(0, augment.until - eligible) // max(eligible, 1))
    if not times:
        return []
    model = _open(config, root, "reformulator", len(dialogues))
    with watched(model, "augment", eligible) as watch:
        families = ((q, d, 0, min(times, augment.most)) for q, d in dialogues)
        list(reformulate_families(model, families, config.seed, attempts=augment.attempts))
    model.close()
    return [watch.forecast] if watch and watch.forecast else []


def _judge(config: RunConfig, root: Path) -> tuple[dict[str, Any], list[Forecast]]:
    """The judge's passport, which the run needs anyway, is its pilot: short talks, so that hours are a lower bound."""
    model = _open(config, root, "judge", 40)
    with watched(model, "judge", config.openings.count * comb(config.prefer.draws, 2) * 2) as watch:
        passport = passport_of(ModelJudge(model))
    model.close()
    return passport, [watch.forecast] if watch and watch.forecast else []


def _line(told: list[Forecast]) -> str:
    return told[0].line() if told else "too few records for a forecast"
