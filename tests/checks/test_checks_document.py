"""The page of the checks: intervals, and every code with its rule and its blind spot."""

import pytest

from colloque.checks.document import render, share, wilson
from colloque.core import FIDELITY


@pytest.mark.parametrize(
    ("found", "of", "low", "high"), [(0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (5, 10, 0.237, 0.763)]
)
def test_wilson(found: int, of: int, low: float, high: float) -> None:
    assert wilson(found, of) == pytest.approx((low, high), abs=0.001)


def test_nothing_measured_is_a_dash() -> None:
    assert share(None) == share([0, 0]) == "–"


def test_the_page_tells_rule_and_blind_spot_of_each_code() -> None:
    one = {
        "recall": {"answer_omitted": [7, 8]},
        "precision": {"answer_omitted": [7, 9]},
        "pooled": {"fidelity": [7, 8], "conduct": [0, 0]},
        "flagged": {"any": [1, 60], "fidelity": [1, 60]},
    }
    page = render({"sets": {"corpus": one}, "about": {"corpus": "a set"}, "speed": "fast"})
    assert all(f"### `{code}`" in page for code in FIDELITY)
    assert page.count("Cannot see: ") >= len(FIDELITY)
    assert "7/8 = 88 % [53–98 %]" in page
