"""Where an answer must be told, by order alone: talks go through a record in its order, with few exceptions.

Only for answers that no word or topic places: between two neighbours that are placed firmly, where as many exchanges
are left over as answers. Weak evidence: it may say where to look for a changed number, never that anything is missing.
"""

from collections.abc import Sequence

__all__ = ["by_order"]

_FIRM = 0.5


def by_order(held: Sequence[Sequence[float]], asking: Sequence[bool]) -> dict[int, int]:
    """Row (fact) → column (exchange) for rows without firm evidence; `asking`: columns whose clinician asks something."""
    firm = [max(range(len(row)), key=lambda j: (row[j], -j)) if row and max(row) >= _FIRM else None for row in held]
    used = {j for j in firm if j is not None}
    out: dict[int, int] = {}
    i = 0
    while i < len(firm):
        if firm[i] is not None:
            i += 1
            continue
        end = i
        while end < len(firm) and firm[end] is None:
            end += 1
        before = firm[i - 1] if i else -1
        after = firm[end] if end < len(firm) else len(asking)
        if before is not None and after is not None and before < after:
            left = [j for j in range(before + 1, after) if j not in used and asking[j]]
            if len(left) == end - i:
                out.update(zip(range(i, end), left, strict=True))
        i = end
    return out
