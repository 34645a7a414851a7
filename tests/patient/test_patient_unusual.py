"""Questions put in unusual words: understood and rightly answered, as a share over all of them (data beside this file)."""

import importlib.util
import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench/patient.py"


def test_unusual_words_are_mostly_understood() -> None:
    spec = importlib.util.spec_from_file_location("bench_patient_unusual", BENCH)
    assert spec and spec.loader
    bench = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = bench
    spec.loader.exec_module(bench)
    counts = bench.unusual(bench.UNUSUAL, show=False)
    assert counts.total() > 150
    assert counts["right"] / counts.total() >= 0.85, counts
