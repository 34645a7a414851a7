"""An interpolated Kneser–Ney 3-gram over token ids: the floor that a trained model must beat on the same positions.

Kneser and Ney 1995, interpolated as in Chen and Goodman 1999 (eq. 20–26), one absolute discount an order from the
counts of counts, D = n1 / (n1 + 2 n2). Knows only arrays of integers.
"""

from collections.abc import Sequence
from typing import Any

__all__ = ["Trigram"]


class Trigram:
    """Trained on whole sequences (every token), asked for the probability of given tokens after their two predecessors."""

    def __init__(self, sequences: Sequence[Sequence[int]], vocabulary: int) -> None:
        import numpy as np

        self.size = vocabulary + 1
        start = vocabulary  # pads the beginning of each sequence
        flat = np.concatenate([np.array([start, start, *s], dtype=np.int64) for s in sequences])
        ends = np.cumsum([len(s) + 2 for s in sequences])[:-1]
        keep = np.ones(len(flat) - 2, dtype=bool)
        for crossing in (ends - 2, ends - 1):
            keep[crossing] = False
        grams = ((flat[:-2] * self.size + flat[1:-1]) * self.size + flat[2:])[keep]
        self.three = _counted(grams, self.size)
        # Lower orders count in how many contexts a gram was seen, not how often.
        self.two = _counted(self.three.grams % (self.size**2), self.size)
        self.one = _counted(self.two.grams % self.size, self.size)

    def log_probabilities(self, before2: Any, before1: Any, token: Any) -> Any:
        """Natural logarithms, one for each (before2, before1, token)."""
        import numpy as np

        single = self.one.interpolate(np.zeros_like(token), token, np.full(len(token), 1.0 / self.size))
        pair = self.two.interpolate(before1, before1 * self.size + token, single)
        context = before2 * self.size + before1
        return np.log(self.three.interpolate(context, context * self.size + token, pair))

    def loss(self, sequences: Sequence[Sequence[int]], trained: Sequence[Sequence[bool]]) -> float:
        """Mean negative log-probability of the trained positions."""
        import numpy as np

        start = self.size - 1
        rows = [
            (ids[i - 2] if i > 1 else start, ids[i - 1] if i else start, ids[i])
            for ids, mask in zip(sequences, trained, strict=True)
            for i in range(len(ids))
            if mask[i]
        ]
        array = np.array(rows, dtype=np.int64)
        return float(-self.log_probabilities(array[:, 0], array[:, 1], array[:, 2]).mean())


class _Order:
    """Counts of one order as sorted arrays, with the totals and the numbers of types of each context."""

    def __init__(self, grams: Any, counts: Any, size: int) -> None:
        import numpy as np

        self.grams, self.counts = grams, counts
        ones, twos = int((counts == 1).sum()), int((counts == 2).sum())
        self.discount = ones / (ones + 2 * twos) if ones and twos else 0.5
        self.contexts, first = np.unique(grams // size, return_index=True)
        self.totals = np.add.reduceat(counts, first)
        self.types = np.diff(np.append(first, len(grams)))

    def interpolate(self, context: Any, gram: Any, lower: Any) -> Any:
        import numpy as np

        total = _look(self.contexts, self.totals, context)
        count = _look(self.grams, self.counts, gram)
        types = _look(self.contexts, self.types, context)
        safe = np.maximum(total, 1)
        seen = np.maximum(count - self.discount, 0) / safe + self.discount * types / safe * lower
        return np.where(total > 0, seen, lower)


def _counted(grams: Any, size: int) -> _Order:
    import numpy as np

    different, counts = np.unique(grams, return_counts=True)
    return _Order(different, counts, size)


def _look(keys: Any, values: Any, asked: Any) -> Any:
    import numpy as np

    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[place] == asked, values[place], 0)
