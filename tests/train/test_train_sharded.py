"""A model that no process holds whole (FSDP2): measured as the whole one, written as the whole one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("trl")
pytestmark = pytest.mark.slow


def test_shares_are_measured_and_written_as_the_whole_model(tmp_path: Path) -> None:
    program = Path(__file__).with_name("sharded_program.py")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, str(program), str(tmp_path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "told.json").read_text(encoding="utf-8"))
    assert told["same"] and told["share"] < 0.6
    assert told["losses"][1] == pytest.approx(told["losses"][0], rel=1e-5)
