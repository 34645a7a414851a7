"""Exact and near duplicates among dialogues: MinHash over word 5-grams; the earlier one stays.

Knows nothing of where dialogues come from. A mark is made where the dialogue is made; only the index is one for all.
"""

from typing import Any, NamedTuple

from colloque.core import Dialogue, digest

__all__ = ["Mark", "Seen", "mark_of"]

_PERMUTATIONS = 128
# 32 bands of 4: a pair of similarity 0.8 shares a band in all but one case of 10 million, one of 0.3 in 23 of 100.
_BANDS = 32
_SIZE = 5
# An estimate from 128 permutations has a standard error of 0.035 at 0.8: two of them are given away.
_MARGIN = 0.07


class Mark(NamedTuple):
    """What is kept of a dialogue to find it again: a hash of its words, and their MinHash sketch (0.7 kB)."""

    exact: str
    sketch: Any


class Seen:
    """Dialogues seen so far; says of each new one whether it is the same as an earlier one."""

    def __init__(self, near: float) -> None:
        from rensa import RMinHashLSH

        self.near = near - _MARGIN
        self.exact: set[str] = set()
        self.index: Any = RMinHashLSH(threshold=near, num_perm=_PERMUTATIONS, num_bands=_BANDS)
        self.sketches: list[Any] = []

    def verdict(self, mark: Mark) -> str | None:
        """`exact_duplicate`, `near_duplicate`, or None for a new dialogue, which is remembered."""
        if mark.exact in self.exact:
            return "exact_duplicate"
        for key in self.index.query(mark.sketch):
            if self.sketches[key].jaccard(mark.sketch) >= self.near:
                return "near_duplicate"
        self.exact.add(mark.exact)
        self.index.insert(len(self.sketches), mark.sketch)
        self.sketches.append(mark.sketch)
        return None


def mark_of(dialogue: Dialogue) -> Mark:
    """The mark of a dialogue's words, lower-case, without who says them."""
    from rensa import RMinHash

    text = "\n".join(turn.text.lower() for turn in dialogue.turns)
    words = text.split()
    sketch = RMinHash(num_perm=_PERMUTATIONS, seed=42)
    sketch.update([" ".join(words[i : i + _SIZE]) for i in range(max(1, len(words) - _SIZE + 1))])
    return Mark(digest(text), sketch)
