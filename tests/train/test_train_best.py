"""SFT that gets worse keeps its best model and stops; killed, it ends with the same. A patient simulator is trained and speaks."""

import json
from pathlib import Path
from typing import Any

import pytest
from talk_fixtures import consultation, write_dataset
from test_train_audit import write_odd
from test_train_runs import finish, kill_after_checkpoints, start

from colloque.store import Context
from colloque.train import SftConfig, run_sft

pytest.importorskip("trl")
pytestmark = pytest.mark.slow

WORSE: dict[str, Any] = {
    "size": "0.3m", "vocabulary": 500, "threads": 1, "epochs": 40, "evaluations": 40, "keep": "best", "patience": 3,
}  # fmt: skip
"""Forty times through sixteen dialogues of chance words: learnt by heart, ever worse on others."""


def figures_of(folder: Path) -> Any:
    return json.loads((folder / "figures.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_odd(tmp_path_factory.mktemp("odd") / "dataset")


@pytest.fixture(scope="module")
def best(tmp_path_factory: pytest.TempPathFactory, dataset: Path) -> Path:
    folder = tmp_path_factory.mktemp("best") / "sft"
    finish("sft", folder, dataset, **WORSE, checkpoint_seconds=0.0)
    return folder


def test_the_best_is_kept_and_the_run_stops(best: Path) -> None:
    figures = figures_of(best)
    kept = figures["kept"]
    losses = dict(map(tuple, kept["losses"]))
    assert kept["stopped_early"] and kept["step"] < max(losses) < kept["of"] == 160
    assert losses[kept["step"]] == min(losses.values())
    assert figures["held_out"]["loss"] == pytest.approx(min(losses.values()), rel=0.02)


def test_a_kill_changes_neither_the_choice_nor_the_weights(best: Path, dataset: Path, tmp_path: Path) -> None:
    folder = tmp_path / "sft"
    options = {**WORSE, "checkpoint_seconds": 0.0}
    kill_after_checkpoints(start("sft", folder, dataset, **options), folder, 5)
    assert finish("sft", folder, dataset, **options) == (best / "model" / "model.safetensors").read_bytes()
    assert figures_of(folder)["kept"] == figures_of(best)["kept"]


def test_a_patient_is_trained_and_answers(tmp_path: Path) -> None:
    from colloque.core import messages_from, turns_from
    from colloque.llm.local import LocalModel
    from colloque.llm.model import Request, Sampling

    system = tmp_path / "system.txt"
    system.write_text("Vous êtes le patient.\n", encoding="utf-8")
    dataset = write_dataset(tmp_path / "dataset", 240, 16)
    config = SftConfig(size="0.3m", vocabulary=400, threads=1, play="patient", system=str(system), epochs=2)
    run_sft(Context(folder=tmp_path / "sft", inputs={"dataset": dataset}), config)
    figures = figures_of(tmp_path / "sft")
    assert figures["play"] == "patient" and figures["held_out"]["beats_trigram"]
    talk = turns_from(consultation(3))[:1]
    asked = messages_from(talk, system="Vous êtes le patient.", play="patient")
    assert [m.role for m in asked] == ["system", "user"]
    reply = LocalModel(tmp_path / "sft").complete(
        [Request(id="r", messages=asked, sampling=Sampling(temperature=0.0, max_tokens=30))]
    )[0]
    assert reply.text and reply.finish == "stop"
