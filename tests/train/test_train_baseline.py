"""The 3-gram: a proper distribution, right on a hand-counted case, and no better than it should be."""

import math
from collections.abc import Iterable

import numpy as np
import pytest

from colloque.train.baseline import Trigram

SEQUENCES = [[0, 1, 2, 3], [0, 1, 2, 4], [0, 1, 3], [2, 2, 2, 1]]
V = 5


@pytest.mark.parametrize("context", [(V, V), (V, 0), (0, 1), (1, 2), (4, 4), (3, 0)])
def test_probabilities_sum_to_one_over_the_vocabulary_and_the_start(context: tuple[int, int]) -> None:
    model = Trigram(SEQUENCES, V)
    tokens = np.arange(V + 1)
    logs = model.log_probabilities(np.full(V + 1, context[0]), np.full(V + 1, context[1]), tokens)
    assert math.isclose(float(np.exp(logs).sum()), 1.0, abs_tol=1e-9)


def test_interpolated_kneser_ney_by_hand() -> None:
    """Contexts (0, 1): seen 2 twice, 3 once. Recomputed here from the definition, with plain dictionaries."""
    padded = [[V, V, *s] for s in SEQUENCES]
    grams = [tuple(s[i : i + 3]) for s in padded for i in range(len(s) - 2)]
    three = {g: grams.count(g) for g in set(grams)}
    two = {p: len({g for g in three if g[1:] == p}) for p in {g[1:] for g in three}}
    one = {w: len({p for p in two if p[1] == w}) for w in {p[1] for p in two}}

    def discount(counts: Iterable[int]) -> float:
        ones, twos = list(counts).count(1), list(counts).count(2)
        return ones / (ones + 2 * twos) if ones and twos else 0.5

    def unigram(w: int) -> float:
        d, total = discount(one.values()), sum(one.values())
        return max(one.get(w, 0) - d, 0) / total + d * len(one) / total / (V + 1)

    def bigram(b: int, w: int) -> float:
        d, seen = discount(two.values()), {p: c for p, c in two.items() if p[0] == b}
        total = sum(seen.values())
        return max(seen.get((b, w), 0) - d, 0) / total + d * len(seen) / total * unigram(w)

    def trigram(a: int, b: int, w: int) -> float:
        d, seen = discount(three.values()), {g: c for g, c in three.items() if g[:2] == (a, b)}
        total = sum(seen.values())
        return max(seen.get((a, b, w), 0) - d, 0) / total + d * len(seen) / total * bigram(b, w)

    got = Trigram(SEQUENCES, V).log_probabilities(np.array([0, 0]), np.array([1, 1]), np.array([2, 4]))
    assert math.isclose(math.exp(got[0]), trigram(0, 1, 2), rel_tol=1e-9)
    assert math.isclose(math.exp(got[1]), trigram(0, 1, 4), rel_tol=1e-9)


def test_loss_counts_the_trained_positions_alone() -> None:
    model = Trigram(SEQUENCES, V)
    all_but_last = model.loss([[0, 1, 2, 3]], [[True, True, True, False]])
    last = model.loss([[0, 1, 2, 3]], [[False, False, False, True]])
    whole = model.loss([[0, 1, 2, 3]], [[True] * 4])
    assert math.isclose(whole, (3 * all_but_last + last) / 4, rel_tol=1e-9)
