"""Statistics that hold on paired, clustered yes/no measures: intervals, an exact test, a correction, a sample size.

Pure functions over counts; standard library only. Clusters are respondents: two moments of one patient are no two
independent measures (Miller, "Adding Error Bars to Evals", 2024).
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from statistics import NormalDist

from colloque.core import Record, rng_for

__all__ = [
    "RESAMPLES",
    "Interval",
    "by_cluster",
    "cluster_bootstrap",
    "holm",
    "logistic",
    "mcnemar_exact",
    "needed_comparisons",
    "needed_pairs",
    "wilson",
]

RESAMPLES = 2000


class Interval(Record):
    """An estimate and its 95 % interval."""

    value: float
    low: float
    high: float


def wilson(successes: int, trials: int, confidence: float = 0.95) -> Interval:
    """Wilson's score interval of a share (Wilson 1927). No trial: the whole of [0, 1], estimate 0.5."""
    if not trials:
        return Interval(value=0.5, low=0.0, high=1.0)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share, weight = successes / trials, 1 + z * z / trials
    middle = (share + z * z / (2 * trials)) / weight
    half = z / weight * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    return Interval(value=share, low=max(0.0, middle - half), high=min(1.0, middle + half))


def mcnemar_exact(fixed: int, broken: int) -> float:
    """Two-sided exact McNemar: the chance that so uneven a split of the discordant pairs comes from a fair coin."""
    total = fixed + broken
    if not total:
        return 1.0
    # In logarithms: 0.5**1100 is zero in floating point, and the binomial coefficients overflow.
    tail = math.fsum(
        math.exp(math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1) - total * math.log(2))
        for k in range(min(fixed, broken) + 1)
    )
    return min(1.0, 2 * tail)


def holm(values: Mapping[str, float]) -> dict[str, float]:
    """Holm's step-down correction of p values over a family of tests, in the order given (Holm 1979)."""
    ranked = sorted(values, key=lambda name: (values[name], name))
    adjusted: dict[str, float] = {}
    highest = 0.0
    for rank, name in enumerate(ranked):
        highest = max(highest, min(1.0, (len(ranked) - rank) * values[name]))
        adjusted[name] = highest
    return {name: adjusted[name] for name in values}


def cluster_bootstrap(
    totals: Mapping[str, tuple[float, float]], seed: int = 0, resamples: int = RESAMPLES, purpose: str = "bootstrap"
) -> Interval:
    """Percentile interval of a ratio of sums, whole clusters drawn with replacement.

    `totals` gives for each cluster (sum of the measure, number of units): the estimate is Σ sums / Σ units. A paired
    difference is a measure like any other: the sum over a patient's units of after − before. No unit: zeros.
    """
    names = sorted(totals)
    units = math.fsum(totals[name][1] for name in names)
    if not units:
        return Interval(value=0.0, low=0.0, high=0.0)
    parts, sizes = ([totals[name][side] for name in names] for side in (0, 1))
    value = math.fsum(parts) / units
    rows = _resampled(len(names), seed, resamples, purpose)
    even = len(set(sizes)) == 1
    draws = sorted(sum(pick(parts)) / (units if even else sum(pick(sizes)) or units) for pick in rows)
    return Interval(value=value, low=_quantile(draws, 0.025), high=_quantile(draws, 0.975))


@lru_cache(maxsize=4)
def _resampled(
    count: int, seed: int, resamples: int, purpose: str
) -> tuple[Callable[[Sequence[float]], Iterable[float]], ...]:
    """For each resample the function that picks its clusters out of a list: drawn once, used for every measure."""
    rng = rng_for("evaluate", purpose, seed)
    # itemgetter of one place gives the item, not a tuple: one cluster alone is always drawn whole.
    chosen = ([int(rng.random() * count) for _ in range(count)] for _ in range(resamples))
    return tuple(itemgetter(*spots) if count > 1 else tuple for spots in chosen)


def _quantile(ordered: Sequence[float], share: float) -> float:
    spot = share * (len(ordered) - 1)
    below = math.floor(spot)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (spot - below)


def by_cluster(measures: Sequence[tuple[str, float]]) -> dict[str, tuple[float, float]]:
    """(cluster, measure) of each unit → cluster → (sum, number of units)."""
    sums: dict[str, float] = {}
    for cluster, measure in measures:
        sums[cluster] = sums.get(cluster, 0.0) + measure
    sizes = Counter(cluster for cluster, _ in measures)
    return {cluster: (sums[cluster], float(sizes[cluster])) for cluster in sums}


def logistic(points: Sequence[tuple[float, float]], steps: int = 25) -> tuple[float, float]:
    """(intercept, slope) of P(y) = 1 / (1 + exp(−a − b·x)), by Newton's method with a faint ridge; y may be one half (a tie).

    The ridge (1e-3) keeps perfectly separated data finite. No point: (0, 0).
    """
    a = b = 0.0
    for _ in range(steps if points else 0):
        g0, g1, h00, h01, h11 = -1e-3 * a, -1e-3 * b, 1e-3, 0.0, 1e-3
        for x, y in points:
            p = 1 / (1 + math.exp(-max(-30.0, min(30.0, a + b * x))))
            w = p * (1 - p)
            g0, g1 = g0 + y - p, g1 + (y - p) * x
            h00, h01, h11 = h00 + w, h01 + w * x, h11 + w * x * x
        det = h00 * h11 - h01 * h01
        move = ((h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det)
        a, b = a + max(-2.0, min(2.0, move[0])), b + max(-2.0, min(2.0, move[1]))
    return a, b


def needed_pairs(fixed: float, broken: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Paired units that McNemar's test needs to see `fixed` against `broken` (shares of all units) (Connor 1987)."""
    both, gap = fixed + broken, abs(fixed - broken)
    if not gap:
        raise ValueError("fixed and broken are equal: no number of pairs shows a difference")
    z_alpha, z_power = NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)
    return math.ceil(((z_alpha * math.sqrt(both) + z_power * math.sqrt(both - gap * gap)) / gap) ** 2)


def needed_comparisons(win_rate: float, power: float = 0.8, alpha: float = 0.05) -> int:
    """Decided comparisons needed to tell a win rate from one half (normal approximation of the binomial test)."""
    gap = abs(win_rate - 0.5)
    if not gap:
        raise ValueError("a win rate of one half cannot be told from one half")
    z_alpha, z_power = NormalDist().inv_cdf(1 - alpha / 2), NormalDist().inv_cdf(power)
    return math.ceil(((z_alpha * 0.5 + z_power * math.sqrt(win_rate * (1 - win_rate))) / gap) ** 2)
