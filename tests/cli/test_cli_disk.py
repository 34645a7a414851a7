"""What the machine refuses: a file without the right to read it, a disk that is full. One clear line, nothing half-written."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from colloque.core import Questionnaire
from colloque.store import read_records

COLLOQUE = [sys.executable, "-m", "colloque"]
# The superuser may read everything; without these two capabilities it is held to a file's rights like anybody.
HELD = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]


def failed(command: list[str], code: int) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr.strip().splitlines()[-1]


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    root = os.geteuid() == 0
    if root and shutil.which("setpriv") is None:
        pytest.skip("needs setpriv to act as an ordinary user")
    file = tmp_path / "secret.md"
    file.write_text("Q : Comment dormez-vous ?\nR : Mal.\n", encoding="utf-8")
    file.chmod(0)
    line = failed([*(HELD if root else []), *COLLOQUE, "write", str(file)], 2)
    assert "secret.md" in line and "permission denied" in line and " → " in line


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB in memory."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("may not mount a small disk here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_leaves_nothing_half_written(small_disk: Path) -> None:
    line = failed([*COLLOQUE, "cohort", "3000", "-o", str(small_disk / "people.jsonl")], 1)
    assert "No space left" in line and " → " in line
    assert list(small_disk.iterdir()) == []


def test_what_was_whole_before_the_disk_was_full_stays(small_disk: Path) -> None:
    before = small_disk / "few.jsonl"
    done = subprocess.run([*COLLOQUE, "cohort", "5", "-o", str(before)], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0
    failed([*COLLOQUE, "cohort", "3000", "-o", str(before)], 1)
    assert len(list(read_records(before, Questionnaire))) == 5
