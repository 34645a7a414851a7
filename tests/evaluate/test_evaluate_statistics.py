"""Statistics against values computed elsewhere (published tables, R's binom.test, the reference's own figures)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colloque.evaluate.statistics import (
    by_cluster,
    cluster_bootstrap,
    holm,
    logistic,
    mcnemar_exact,
    needed_comparisons,
    needed_pairs,
    wilson,
)


def test_wilson_known() -> None:
    """60/100 → 50.2–69.1 %, 300/500 → 55.6–64.2 % (training reference, 6 iv)."""
    sixty, three = wilson(60, 100), wilson(300, 500)
    assert (round(sixty.low, 3), round(sixty.high, 3)) == (0.502, 0.691)
    assert (round(three.low, 3), round(three.high, 3)) == (0.556, 0.642)
    assert wilson(0, 10).low == pytest.approx(0.0, abs=1e-12)
    assert wilson(0, 10).high == pytest.approx(0.2775, abs=1e-4)
    assert wilson(0, 0).high == 1.0


def test_mcnemar_known() -> None:
    """R: binom.test(10, 12)$p.value = 0.03857422; binom.test(1, 6)$p.value = 0.21875."""
    assert mcnemar_exact(10, 2) == pytest.approx(0.03857422, abs=1e-8)
    assert mcnemar_exact(2, 10) == mcnemar_exact(10, 2)
    assert mcnemar_exact(5, 1) == pytest.approx(0.21875)
    assert mcnemar_exact(0, 0) == 1.0
    assert mcnemar_exact(7, 7) == 1.0
    assert 0 < mcnemar_exact(900, 500) < 1e-20


def test_holm_known() -> None:
    """The textbook's example: 0.01, 0.04, 0.03, 0.005 → 0.03, 0.06, 0.06, 0.02."""
    adjusted = holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert [round(adjusted[name], 6) for name in "abcd"] == [0.03, 0.06, 0.06, 0.02]
    assert list(adjusted) == ["a", "b", "c", "d"]
    assert holm({}) == {}


def test_needed_sizes_known() -> None:
    """The training reference's own table: 80 % power, two-sided 5 %."""
    assert [needed_comparisons(rate) for rate in (0.55, 0.575, 0.6)] == [783, 347, 194]
    assert [needed_pairs(*shares) for shares in ((0.12, 0.04), (0.06, 0.02), (0.03, 0.01))] == [194, 391, 783]
    with pytest.raises(ValueError):
        needed_pairs(0.1, 0.1)


def test_logistic_known() -> None:
    """Ten wins of forty at x = −1 and thirty of forty at x = 1: slope = ln 3, intercept 0; a length effect is no win."""
    points = [(-1.0, float(i < 10)) for i in range(40)] + [(1.0, float(i < 30)) for i in range(40)]
    intercept, slope = logistic(points)
    assert intercept == pytest.approx(0.0, abs=1e-9)
    assert slope == pytest.approx(1.0986, abs=1e-3)
    assert logistic([]) == (0.0, 0.0)
    assert logistic([(1.0, 1.0)] * 30)[0] < 10


def test_bootstrap_covers_the_normal_interval() -> None:
    """A share of independent units: the bootstrap agrees with the normal interval within its own noise."""
    units = [(f"r{i}", float(i % 4 == 0)) for i in range(400)]
    interval = cluster_bootstrap(by_cluster(units), seed=3)
    half = 1.96 * (0.25 * 0.75 / 400) ** 0.5
    assert interval.value == 0.25
    assert interval.low == pytest.approx(0.25 - half, abs=0.008)
    assert interval.high == pytest.approx(0.25 + half, abs=0.008)


def test_bootstrap_is_wider_when_units_of_a_cluster_agree() -> None:
    alone = cluster_bootstrap(by_cluster([(f"r{i}", float(i % 2)) for i in range(200)]))
    together = cluster_bootstrap(by_cluster([(f"r{i // 10}", float(i // 10 % 2)) for i in range(200)]))
    assert together.high - together.low > 2.5 * (alone.high - alone.low)


def test_bootstrap_depends_on_the_seed_alone() -> None:
    units = by_cluster([(f"r{i}", i**1.5 % 7) for i in range(50)])
    backwards = dict(reversed(units.items()))
    assert cluster_bootstrap(units, seed=1) == cluster_bootstrap(backwards, seed=1)
    assert cluster_bootstrap(units, seed=1) != cluster_bootstrap(units, seed=2)
    assert cluster_bootstrap({}).high == 0.0


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_is_a_probability(fixed: int, broken: int) -> None:
    assert 0.0 < mcnemar_exact(fixed, broken) <= 1.0


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.floats(0, 1), max_size=8))
def test_holm_never_lowers_a_p_value_and_keeps_their_order(values: dict[str, float]) -> None:
    adjusted = holm(values)
    assert all(adjusted[name] >= values[name] for name in values)
    ranked = sorted(values, key=lambda name: values[name])
    assert all(adjusted[a] <= adjusted[b] for a, b in pairwise(ranked))
