"""How many reformulations each dialogue is asked for: a fixed number, or what a target still lacks, shared out evenly.

Pure arithmetic; knows no file.
"""

from collections import Counter
from collections.abc import Sequence

__all__ = ["even_shares", "level_shares"]


def even_shares(missing: int, eligible: int, most: int) -> list[int]:
    """`missing` copies over `eligible` dialogues, as evenly as whole numbers allow, at most `most` each."""
    if eligible == 0:
        return []
    each, more = divmod(max(0, missing), eligible)
    return [min(most, each + (place < more)) for place in range(eligible)]


def level_shares(missing: int, groups: Sequence[str], most: int) -> list[int]:
    """`missing` copies over dialogues so that the groups (domains) come out as level as can be.

    The smallest groups are filled up first; no dialogue gets more than `most`, so a tiny group stays tiny.
    """
    sizes = Counter(groups)
    room = {name: size * most for name, size in sizes.items()}
    level = _level(sizes, room, missing)
    given = {name: min(room[name], max(0, level - size)) for name, size in sizes.items()}
    left = max(0, missing) - sum(given.values())
    for name in sorted(sizes):
        if left > 0 and given[name] < room[name] and sizes[name] + given[name] <= level:
            given[name] += 1
            left -= 1
    shares = {name: iter(even_shares(given[name], sizes[name], most)) for name in sizes}
    return [next(shares[name]) for name in groups]


def _level(sizes: Counter[str], room: dict[str, int], missing: int) -> int:
    """The highest level to which all groups can be filled with `missing` copies."""
    low, high = 0, max(sizes.values(), default=0) + max(0, missing)
    while low < high:
        middle = (low + high + 1) // 2
        cost = sum(min(room[name], max(0, middle - size)) for name, size in sizes.items())
        low, high = (middle, high) if cost <= missing else (low, middle - 1)
    return low
