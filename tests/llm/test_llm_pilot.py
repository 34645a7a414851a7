"""The pilot of a whole run, and the budget as a hard stop that a run goes on from when it is raised."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from colloque.cli import app
from colloque.config import parse_config
from colloque.core import Dialogue
from colloque.errors import ConfigError, ModelError
from colloque.llm.stub import StubOptions
from colloque.llm.stub_process import StubProcess
from colloque.pilot import pilot_run
from colloque.pipeline import STAGES
from colloque.stages import run_stage
from colloque.store import read_records
from colloque.store.journal import Journal

PRICES = {"prompt_price": 2.0, "completion_price": 6.0}


def config(folder: Path, **models: dict[str, Any]) -> dict[str, Any]:
    return {
        "workers": 1, "workspace": str(folder), "ingest": {"cohort": 16}, "write": {"shard": 4}, "models": models,
        "openings": {"count": 30}, "prefer": {"draws": 3},
    }  # fmt: skip


def test_a_few_records_forecast_the_run_and_are_not_paid_for_twice(tmp_path: Path) -> None:
    with (
        StubProcess(StubOptions(latency_s=0.02), "colloque.write.standin:author_stub") as author,
        StubProcess(StubOptions(latency_s=0.02), "colloque.augment.standin:reformulator_stub") as other,
        StubProcess(StubOptions(latency_s=0.02), "colloque.judge.standin:judge_stub") as judge,
    ):
        models = {
            name: {"base_url": stub.base_url, "model": name, "budget": PRICES}
            for name, stub in (("author", author), ("reformulator", other), ("judge", judge))
        }
        file = tmp_path / "run.yaml"
        file.write_text(json.dumps(config(tmp_path, **models)), encoding="utf-8")
        said = CliRunner().invoke(app, ["pilot", str(file), "-n", "5"])
        assert said.exit_code == 0, said.output
        lines = said.stdout.strip().splitlines()
        assert [line.split(":")[0] for line in lines[:3]] == ["author", "reformulator", "judge"]
        assert "16 records" in lines[0] and "from 5 records" in lines[0] and "€" in lines[0] and "minutes" in lines[0]
        assert f"{30 * 3 * 2} records" in lines[2]
        assert lines[3].startswith("in all ")
        settings = parse_config(config(tmp_path, **models))
        stages = {stage.name: stage for stage in STAGES}
        run_stage(stages["ingest"], settings, tmp_path)
        spent = run_stage(stages["write"], settings, tmp_path).tally.figures["spent"]
        stats = author.stats()
    assert stats["paid_twice"] == 0
    assert spent["records"] == 16 and spent["calls"] == stats["calls"], "those of the pilot come out of the journal"


def test_without_an_endpoint_there_is_nothing_to_foretell(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no endpoint"):
        list(pilot_run(parse_config(config(tmp_path)), tmp_path))


@pytest.mark.parametrize("unit", ["calls", "euros"])
def test_a_budget_stops_the_stage_and_a_raised_one_goes_on(
    unit: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    most = {"calls": 12, "euros": 0.07}[unit]
    stages = {stage.name: stage for stage in STAGES}

    def run(url: str, limit: float | None) -> int:
        budget = {**PRICES, **({unit: limit} if limit else {})}
        author = {"base_url": url, "model": "m", "concurrency": 2, "pilot": 4, "budget": budget}
        settings = parse_config(config(tmp_path, author=author))
        run_stage(stages["ingest"], settings, tmp_path)
        return run_stage(stages["write"], settings, tmp_path).tally.read

    with StubProcess(StubOptions(latency_s=0.0), "colloque.write.standin:author_stub") as stub:
        with pytest.raises(ModelError, match="budget spent") as caught:
            run(stub.base_url, most)
        assert f"budget.{unit}" in caught.value.hint
        assert "not do: the run stops there" in capfd.readouterr().err, "the pilot had said so"
        journal = Journal(tmp_path / "journal" / "author.sqlite")
        calls, kept = stub.stats()["calls"], journal.spent().calls
        journal.close()
        assert kept == calls < 16
        parts = sorted((tmp_path / "write" / "ledger").glob("*.json"))
        assert parts, "what was written is kept"
        before = [part.stat().st_mtime_ns for part in parts]
        assert run(stub.base_url, None) == 16
        assert [part.stat().st_mtime_ns for part in parts] == before, "a raised budget makes nothing anew"
        assert stub.stats()["paid_twice"] == 0
    assert len(list(read_records(tmp_path / "write" / "dialogues", Dialogue))) > 8
