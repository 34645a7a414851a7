"""Shards: same results in the same order, on one process and on several."""

import math

import pytest

from colloque.engine import map_shards


@pytest.mark.parametrize("workers", [1, 2])
def test_results_keep_the_order_of_the_shards(workers: int) -> None:
    assert list(map_shards(math.factorial, range(12), workers)) == [math.factorial(n) for n in range(12)]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_in_a_worker_is_raised_here(workers: int) -> None:
    with pytest.raises(ValueError, match="factorial"):
        list(map_shards(math.factorial, [1, -1, 2], workers))
