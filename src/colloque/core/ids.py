"""Identity and chance: ids made of content, and every draw from a named seed.

`seed_for(record id, purpose)` is the only source of randomness in the project: a new row changes no other row,
and a run that was killed draws the same again. No clock, no process state, no Python hash.
"""

import hashlib
import json
import random
from typing import Any

__all__ = ["content_id", "digest", "rng_for", "seed_for", "uniform"]


def digest(*parts: Any, size: int = 8) -> str:
    """Hexadecimal BLAKE2b of the parts as canonical JSON; `size` bytes, twice as many characters."""
    text = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


def content_id(prefix: str, *parts: Any) -> str:
    """An id made of content: `content_id("q", answers)` → `q-3f9a…` (12 hexadecimal digits)."""
    return f"{prefix}-{digest(*parts, size=6)}"


def seed_for(record: str, purpose: str, seed: int = 0) -> int:
    """A 63-bit seed for one record and one purpose; the run's `seed` shifts all of them."""
    return int(digest(record, purpose, seed), 16) >> 1


def rng_for(record: str, purpose: str, seed: int = 0) -> random.Random:
    """A private random generator for one record and one purpose."""
    return random.Random(seed_for(record, purpose, seed))


def uniform(record: str, purpose: str, seed: int = 0) -> float:
    """One number in [0, 1) for one record and one purpose: for shares, splits and quotas."""
    return seed_for(record, purpose, seed) / 2.0**63
