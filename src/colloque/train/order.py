"""The order in which examples are seen: shuffled by seed, lengths grouped, written down before the first step.

One list for the whole run, so that a resumed run only skips what it has seen. Examples of one trunk may be brought together,
a few at a time, so that what they share is computed once while batches stay mixed. Knows no library.
"""

import sys
from array import array
from collections.abc import Iterable, Sequence
from itertools import pairwise

from colloque.core import rng_for

__all__ = ["training_order", "trunks"]

_POOL = 50
"""Batches whose examples are sorted together: enough to waste 2–3 % on padding, few enough to keep batches mixed."""
_PORTIONS = 4
"""A batch holds at most one such part of pairs of one trunk together."""
_BYTES = 4


def training_order(
    lengths: Sequence[int], batch: int, epochs: float, seed: int, groups: Sequence[int] | None = None
) -> list[int]:
    """Indices into the examples, batch after batch, `epochs` times (fractions count); only the last batch may be short.

    `groups`: a number for each example; those of one number come together in clumps of at most a quarter of a batch.
    """
    total = max(1, round(len(lengths) * epochs))
    seen: list[list[int]] = []
    count = epoch = 0
    while count < total:
        indices = list(range(len(lengths)))
        rng_for(f"epoch-{epoch}", "training order", seed).shuffle(indices)
        for clump in _clumps(indices, groups, max(1, batch // _PORTIONS)):
            seen.append(clump[: total - count])
            count += len(seen[-1])
            if count == total:
                break
        epoch += 1
    ordered: list[int] = []
    for start, pool in _pools(seen, batch * _POOL):
        # Of equal lengths: by number, or as shuffled, lest two clumps of one trunk meet again.
        pool.sort(key=lambda clump: (max(lengths[i] for i in clump), clump if groups is None else []))
        flat = [index for clump in pool for index in clump]
        batches = [flat[i : i + batch] for i in range(0, len(flat), batch)]
        short = [batches.pop()] if len(batches[-1]) < batch else []
        rng_for(f"pool-{start}", "training order", seed).shuffle(batches)
        ordered += [index for one in [*batches, *short] for index in one]
    return ordered


def _clumps(indices: Sequence[int], groups: Sequence[int] | None, most: int) -> list[list[int]]:
    """The shuffled examples, those of one group drawn to the first of them, `most` at a time."""
    if groups is None:
        return [[index] for index in indices]
    open_clump: dict[int, list[int]] = {}
    clumps: list[list[int]] = []
    for index in indices:
        clump = open_clump.get(groups[index])
        if clump is None or len(clump) == most:
            clumps.append(clump := [])
            open_clump[groups[index]] = clump
        clump.append(index)
    return clumps


def _pools(clumps: Iterable[list[int]], size: int) -> Iterable[tuple[int, list[list[int]]]]:
    """Consecutive clumps of whole batches together, about `size` examples; each with the place where it starts."""
    start, pool, held = 0, list[list[int]](), 0
    for clump in clumps:
        while clump:
            part, clump = clump[: size - held], clump[size - held :]
            pool.append(part)
            held += len(part)
            if held == size:
                yield start, pool
                start, pool, held = start + size, [], 0
    if pool:
        yield start, pool


def trunks(prompts: Iterable[Sequence[int]]) -> list[int]:
    """A number for each prompt (token ids), the same for those that share half of the shorter one or more.

    What all prompts begin with, a system prompt or a mark, does not count.
    """
    keys = [_sortable(prompt) for prompt in prompts]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    groups = [0] * len(keys)
    if not keys:
        return groups
    common = _shared(keys[order[0]], keys[order[-1]])
    for before, index in pairwise(order):
        shorter = min(len(keys[before]), len(keys[index])) // _BYTES - common
        near = 2 * (_shared(keys[before], keys[index]) - common) >= shorter
        groups[index] = groups[before] + (not near)
    return groups


def _sortable(ids: Sequence[int]) -> bytes:
    """Four bytes a token, the highest first: bytes then sort as the ids do, and take a tenth of a list's memory."""
    packed = array("I", ids)  # four bytes wherever Python runs torch
    if sys.byteorder == "little":
        packed.byteswap()
    return packed.tobytes()


def _shared(one: bytes, other: bytes) -> int:
    """Tokens of the common beginning, found by halving."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low // _BYTES
