"""The command line as a process: help at once, one clear line on failure, the right exit code, never a traceback."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest


def colloque(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "colloque", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environment}
    )


def failed(done: subprocess.CompletedProcess[str], code: int) -> str:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr and not done.stdout
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("colloque: ") and " → " in last
    return last


def test_help_is_at_once() -> None:
    colloque("--help")
    clock = time.monotonic()
    done = colloque("--help")
    assert done.returncode == 0 and "questionnaires" in done.stdout
    # 0.07 s on a quiet machine; the ceiling is the promise made to users.
    assert time.monotonic() - clock < 0.5


def test_every_verb_has_help() -> None:
    verbs = [line.split()[0] for line in colloque("--help").stdout.split("Commands:")[1].strip().splitlines()]
    assert {"run", "cohort", "ingest", "write", "augment", "check", "extract", "sft", "openings", "prefer", "dpo",
            "evaluate", "report", "review", "chat", "serve", "forget", "export", "show", "stub-server"} <= set(verbs)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sft:\n  bath: 8\n", "did you mean 'batch'?"),
        ("ingset: {}\n", "did you mean 'ingest'?"),
        ("seed: many\n", "seed"),
        ("ingest: [\n", "line 2"),
        ("- 1\n", "mapping"),
        ("dpo: {loss: sigmoid, label_smoothing: 0.1}\n", "label_smoothing"),
        ("models: {author: {base_url: 'http://127.0.0.1:1/v1'}}\n", "model"),
    ],
)
def test_a_bad_configuration_names_key_and_remedy(tmp_path: Path, text: str, expected: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    assert expected in failed(colloque("run", file, "--workspace", tmp_path / "w"), 2)
    assert not (tmp_path / "w").exists()


def test_missing_and_empty_inputs_are_said(tmp_path: Path) -> None:
    assert "nowhere" in failed(colloque("run", tmp_path / "nowhere.yaml"), 2)
    (tmp_path / "empty").mkdir()
    failed(colloque("write", tmp_path / "empty"), 2)
    failed(colloque("write", tmp_path / "nowhere"), 2)
    failed(colloque("report", "--workspace", tmp_path / "empty"), 2)
    failed(colloque("review", "--workspace", tmp_path / "empty"), 2)
    failed(colloque("show", tmp_path / "empty"), 2)


def test_a_questionnaire_without_answers_is_said(tmp_path: Path) -> None:
    file = tmp_path / "vide.md"
    file.write_text("Q : Comment dormez-vous ?\nR :\n\nQ : Et l'appétit ?\nR :\n", encoding="utf-8")
    assert "vide.md" in failed(colloque("write", file), 2)


def test_the_reader_of_the_output_may_go_away(tmp_path: Path) -> None:
    file = tmp_path / "q.jsonl"
    file.write_text(
        '{"id": "q-1", "answers": [{"id": "1", "question": "?", "answer": "Oui"}]}\n' * 20_000, encoding="utf-8"
    )
    done = subprocess.run(
        f"{sys.executable} -m colloque show {file} -n 20000 | head -1",
        shell=True, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.stdout.startswith("──") and not done.stderr
