"""`write --model` against a real server process: replies are journalled beside the output and not paid again."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from colloque.core import Dialogue
from colloque.store import read_records

COLLOQUE = [sys.executable, "-m", "colloque"]
FORM = (
    "Q : Comment dormez-vous ?\nR : Mal, je me réveille à 4 heures.\n\nQ : Depuis quand ?\nR : Depuis trois semaines.\n"
)


@pytest.fixture
def server() -> Iterator[str]:
    """`colloque stub-server --play author`: a process that speaks the protocol."""
    command = [*COLLOQUE, "stub-server", "--play", "author"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


def paid(server: str) -> int:
    """How many calls the server has seen."""
    with urllib.request.urlopen(server.removesuffix("/v1") + "/stats", timeout=10) as answer:
        return int(json.load(answer)["calls"])


def test_an_endpoint_writes_and_is_paid_once(server: str, tmp_path: Path) -> None:
    form, output = tmp_path / "form.md", tmp_path / "talk.jsonl"
    form.write_text(FORM, encoding="utf-8")
    command = [*COLLOQUE, "write", str(form), "-o", str(output), "--base-url", server, "--model", "stand-in"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    (talk,) = read_records(output, Dialogue)
    assert talk.writer != "embedded" and {s.answer for turn in talk.turns for s in turn.states} == {"1", "2"}
    first = output.read_bytes()
    output.unlink()
    calls = paid(server)
    again = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert again.returncode == 0 and output.read_bytes() == first
    assert calls > 0 and paid(server) == calls
