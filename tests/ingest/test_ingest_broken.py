"""Broken inputs: a sample of the 20,000 of bench/ingest.py. Never a traceback; every refusal names its file and a remedy."""

import sys
from pathlib import Path

import pytest

from colloque.core import Drop
from colloque.errors import ColloqueError
from colloque.ingest import read_with_drops

sys.path.insert(0, str(Path(__file__).parent))

pytest.importorskip("openpyxl")
pytest.importorskip("python_calamine")
import mutations


@pytest.mark.parametrize("start", range(0, 60, 20))
def test_broken_inputs_are_answered(tmp_path: Path, start: int) -> None:
    for number in range(start, start + 20):
        how, name, data = mutations.mutated(number, heavy=0.0)
        path = tmp_path / f"{number}-{name}"
        path.write_bytes(data)
        drops: list[Drop] = []
        try:
            for _ in read_with_drops([path], on_drop=drops.append):
                pass
        except ColloqueError as error:
            assert path.name in str(error), (number, how)
            assert error.hint, (number, how)
        assert all(drop.source.file and drop.reason and drop.detail for drop in drops), (number, how)


def test_the_same_number_is_the_same_input() -> None:
    assert mutations.mutated(17) == mutations.mutated(17)
