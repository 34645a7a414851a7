"""The whole chain on a small input: real stages, real training, real kills. Slow; run by `make test` and in CI."""

import hashlib
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from colloque.core import Dialogue, Opening, Preference, Questionnaire
from colloque.llm import LocalModel
from colloque.pipeline import STAGES
from colloque.prefer import PreferConfig
from colloque.prefer.draw import draw_shards
from colloque.store import read_records
from colloque.store.manifest import read_manifest

pytestmark = pytest.mark.slow

EXAMPLES = Path(__file__).parents[2] / "examples" / "questionnaires"
SMALL: dict[str, Any] = {
    "seed": 5,
    "ingest": {"files": [str(EXAMPLES)], "cohort": 240},
    "sft": {"size": "0.3m", "vocabulary": 600, "epochs": 1, "checkpoint_seconds": 2},
    # A model this small says little that makes sense: the sense filter would leave no pair to train on.
    "openings": {"count": 60, "sense": False},
    "prefer": {"sense": False, "draws": 3, "temperature": 1.3, "max_tokens": 48, "shard": 16},
    "dpo": {"batch": 4, "checkpoint_seconds": 1},
    "evaluate": {"openings": 24, "interviews": 4, "interview_turns": 4, "max_tokens": 48, "shard": 8},
}


@pytest.fixture(scope="session")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("config") / "small.yaml"
    file.write_text(yaml.safe_dump(SMALL), encoding="utf-8")
    return file


def colloque(*arguments: str | Path, timeout: float = 900) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "colloque", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)


@pytest.fixture(scope="session")
def workspace(config: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An uninterrupted run."""
    place = tmp_path_factory.mktemp("whole") / "workspace"
    done = colloque("run", config, "--workspace", place)
    assert done.returncode == 0, done.stderr
    assert f"Report: {place / 'report.html'}" in done.stdout and len(done.stdout.splitlines()) == 7
    return place


def tree(folder: Path) -> dict[str, tuple[int, str]]:
    """Every visible file of a workspace: its time and its hash."""
    return {
        str(file.relative_to(folder)): (file.stat().st_mtime_ns, hashlib.sha256(file.read_bytes()).hexdigest())
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    }


def test_a_second_run_rewrites_nothing(config: Path, workspace: Path) -> None:
    before, clock = tree(workspace), time.monotonic()
    again = colloque("run", config, "--workspace", workspace, "--json")
    assert again.returncode == 0, again.stderr
    assert time.monotonic() - clock < 5
    assert tree(workspace) == before
    assert not any(stage["ran"] for stage in json.loads(again.stdout)["stages"])


def test_nothing_disappears_and_nobody_is_in_two_splits(workspace: Path) -> None:
    for stage in STAGES:
        manifest = read_manifest(workspace / stage.name)
        assert manifest is not None
        assert manifest.tally.read == manifest.tally.kept + sum(manifest.tally.dropped.values()), stage.name
    split_of = {q.respondent: q.split for q in read_records(workspace / "ingest" / "questionnaires", Questionnaire)}
    dialogues = list(read_records(workspace / "augment" / "dialogues", Dialogue))
    assert all(split_of[d.respondent] == d.split for d in dialogues)
    assert sum(d.parent is not None for d in dialogues) > len(dialogues) / 4
    openings = list(read_records(workspace / "openings" / "openings.parquet", Opening))
    assert all(split_of.get(o.respondent, "preference") == "preference" for o in openings)
    pairs = list(read_records(workspace / "prefer" / "preferences.parquet", Preference))
    assert pairs and all(pair.chosen != pair.rejected for pair in pairs)
    known = {o.id for o in openings}
    assert {pair.opening for pair in pairs} <= known


def test_about_one_dialogue_in_six_is_begun_by_the_patient(workspace: Path) -> None:
    dialogues = list(read_records(workspace / "augment" / "dialogues", Dialogue))
    share = sum(d.turns[0].role == "patient" for d in dialogues) / len(dialogues)
    assert 0.1 < share < 0.25


def test_training_lowers_the_held_out_loss(workspace: Path) -> None:
    figures = json.loads((workspace / "sft" / "figures.json").read_text(encoding="utf-8"))
    held_out, curve = figures["held_out"], figures["curves"]["eval"]
    # Blind guessing among 600 tokens costs ln 600 = 6.4 nats; six tenths of that is far below what chance reaches.
    assert held_out["loss"] < 0.6 * math.log(600) and curve[-1][1] < curve[0][1]
    assert held_out["tokens"] > 500 and 0 < held_out["trigram_loss"] < math.log(600)


def test_the_report_stands_alone(workspace: Path) -> None:
    html = (workspace / "report.html").read_text(encoding="utf-8")
    for forbidden in ("<link", "src=", "@import", "url("):
        assert forbidden not in html
    assert html.count("http") == html.count("http://www.w3.org/2000/svg")
    for section in ("entonnoir", "dialogues", "sft", "preferences", "bilan", "methode"):
        assert f'<section id="{section}">' in html
    assert "<mark data-answer=" in html and "<svg" in html


def test_replies_are_the_same_in_one_process_and_in_two(workspace: Path) -> None:
    openings = list(read_records(workspace / "openings" / "openings.parquet", Opening))[:32]
    shards = [openings[start : start + 4] for start in range(0, len(openings), 4)]
    model, config = LocalModel(workspace / "sft" / "model"), PreferConfig(draws=2, extra=0, max_tokens=24)
    assert model.small
    alone, shared = (list(draw_shards(shards, model, config, 5, workers)) for workers in (1, 2))
    assert alone == shared


def test_killed_in_every_stage_the_result_is_the_same(config: Path, workspace: Path, tmp_path: Path) -> None:
    place = tmp_path / "workspace"
    finished: dict[str, int] = {}
    for number, stage in enumerate(STAGES):
        kill_inside(config, place, stage.name, 0.3 + 0.35 * number)
        for name, stamp in finished.items():
            assert (place / name / "manifest.json").stat().st_mtime_ns == stamp, f"{name} was redone"
        finished = {
            s.name: (place / s.name / "manifest.json").stat().st_mtime_ns
            for s in STAGES
            if (place / s.name / "manifest.json").exists()
        }
    done = colloque("run", config, "--workspace", place)
    assert done.returncode == 0, done.stderr
    for name in ("ingest/questionnaires", "write/dialogues", "augment/dialogues", "dataset", "openings", "prefer"):
        assert contents(place / name) == contents(workspace / name), name
    for name in ("sft/model/model.safetensors", "dpo/model/model.safetensors"):
        assert contents(place / name) == contents(workspace / name), name


def test_rounds_and_a_control_are_added_to_what_is_there_and_survive_a_kill(
    config: Path, workspace: Path, tmp_path: Path
) -> None:
    place, more = tmp_path / "workspace", tmp_path / "more.yaml"
    shutil.copytree(workspace, place)
    more.write_text(yaml.safe_dump({**SMALL, "dpo": {**SMALL["dpo"], "rounds": 2, "control": True}}), encoding="utf-8")
    kept = {s.name: (place / s.name / "manifest.json").stat().st_mtime_ns for s in STAGES if s.name != "evaluate"}
    kill_inside(more, place, "prefer-2", 0.5)
    done = colloque("run", more, "--workspace", place)
    assert done.returncode == 0, done.stderr
    for name, stamp in kept.items():
        assert (place / name / "manifest.json").stat().st_mtime_ns == stamp, f"{name} was redone"
    results = json.loads((place / "evaluate" / "results.json").read_text(encoding="utf-8"))
    improved = [row["improved"] for row in results["rounds"][1:]]
    assert (results["before"], results["after"]) == ("sft", "dpo") and "control" in results["others"]
    # A second round was made if the first was an improvement, and only then; both are compared.
    assert len(improved) == (2 if improved[0] else 1)
    assert {"dpo-1", "dpo-2"} & set(results["others"]) if improved[0] else set(results["others"]) == {"control"}
    # The control learnt the same pairs: the same people, the same replies, other labels.
    labelled = {p.id: p for p in read_records(place / "prefer" / "preferences.parquet", Preference)}
    drawn = list(read_records(place / "control" / "preferences.parquet", Preference))
    assert {p.id for p in drawn} == set(labelled)
    turned = [p.chosen == labelled[p.id].rejected for p in drawn]
    assert all(turned) is False and any(turned)
    page = (place / "report.html").read_text(encoding="utf-8")
    assert "Témoin" in page and "Mesure du tour 1" in page
    again = colloque("run", more, "--workspace", place, "--json")
    assert not any(stage["ran"] for stage in json.loads(again.stdout)["stages"])


def contents(path: Path) -> dict[str, str]:
    files = (
        [path]
        if path.is_file()
        else [file for file in sorted(path.rglob("*")) if file.suffix in (".parquet", ".jsonl")]
    )
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def kill_inside(config: Path, place: Path, stage: str, delay: float) -> None:
    """Start the chain and kill it (all its processes) a moment after this stage has begun."""
    command = [sys.executable, "-m", "colloque", "run", str(config), "--workspace", str(place)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    started, deadline = place / stage / "started.json", time.monotonic() + 600
    while not started.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(delay)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
