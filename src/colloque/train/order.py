"""The order in which examples are seen: shuffled by seed, lengths grouped, written down before the first step.

One list for the whole run, so that a resumed run only skips what it has seen. Knows no library.
"""

from collections.abc import Sequence

from colloque.core import rng_for

__all__ = ["training_order"]

_POOL = 50
"""Batches whose examples are sorted together: enough to waste 2–3 % on padding, few enough to keep batches mixed."""


def training_order(lengths: Sequence[int], batch: int, epochs: float, seed: int) -> list[int]:
    """Indices into the examples, batch after batch, `epochs` times (fractions count); only the last batch may be short."""
    total = max(1, round(len(lengths) * epochs))
    seen: list[int] = []
    epoch = 0
    while len(seen) < total:
        indices = list(range(len(lengths)))
        rng_for(f"epoch-{epoch}", "training order", seed).shuffle(indices)
        seen += indices
        epoch += 1
    seen = seen[:total]
    ordered: list[int] = []
    size = batch * _POOL
    for start in range(0, total, size):
        pool = sorted(seen[start : start + size], key=lambda i: (lengths[i], i))
        batches = [pool[i : i + batch] for i in range(0, len(pool), batch)]
        short = [batches.pop()] if len(batches[-1]) < batch else []
        rng_for(f"pool-{start}", "training order", seed).shuffle(batches)
        ordered += [index for one in [*batches, *short] for index in one]
    return ordered
