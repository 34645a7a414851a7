"""The gate before an endpoint: how many calls are in flight, and how that number finds the server's limit.

Additive increase, multiplicative decrease, one cut per burst of 429. Knows nothing of HTTP; every step is O(1).
"""

import asyncio
import time
from collections import deque

__all__ = ["Gate"]

_RECENT = 64  # outcomes looked at before a cut
_NOISE = 0.12  # share of 429 below which they are a provider's noise: each waits alone, the others go on
_LEAST = 4  # complaints before a cut: at 5 % noise, four among the first 26 calls happen once in twenty starts
_CLIMB = 0.1  # slots won back by each good call below the level that last failed: a tenth more each round
_PROBE = 0.5  # slots a whole round near that level


class Gate:
    """Let at most `limit` calls through; the limit moves between 1 and `ceiling`. One event loop only."""

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.limit = float(ceiling)
        self.inside = 0
        self.peak = 0
        self.cuts = 0
        self._failed_at = float(ceiling)
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._recent: deque[bool] = deque(maxlen=_RECENT)
        self._entered = 0
        self._cut_after = 0  # calls that entered before the last cut say nothing about the new limit
        self._closed_until = 0.0

    async def enter(self) -> int:
        """Wait for a place, first come first served; returns the number of this entry, for `leave`."""
        if self.inside < self._room() and not self._waiting:
            self.inside += 1
        else:
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(place)
            try:
                await place  # whoever grants it counts it inside
            except asyncio.CancelledError:
                if place.cancelled():
                    self._waiting.remove(place)
                else:
                    self._out()
                raise
        self._entered += 1
        number = self._entered
        self.peak = max(self.peak, self.inside)
        try:
            while (wait := self._closed_until - time.monotonic()) > 0:
                await asyncio.sleep(wait)
        except asyncio.CancelledError:
            self._out()
            raise
        return number

    def leave(self, number: int, *, throttled: bool = False, wait_s: float | None = None) -> None:
        """Give the place back. `throttled`: the server said 429, and perhaps how long it wants to be left alone."""
        if number > self._cut_after:
            self._recent.append(throttled)
            if throttled:
                self._complaint(wait_s)
        if not throttled:
            step = _PROBE / self.limit if self.limit >= 0.9 * self._failed_at else _CLIMB
            self.limit = min(float(self.ceiling), self.limit + step)
        self._out()

    def _complaint(self, wait_s: float | None) -> None:
        complaints = sum(self._recent)
        if complaints < max(_LEAST, _NOISE * len(self._recent)):
            return
        share = complaints / len(self._recent)
        self._failed_at = min(self.limit, float(self.inside))
        # All refused: half. A seventh refused: the server is nearly right, so the limit comes down as little.
        self.limit = max(1.0, self._failed_at * (1 - min(share, 0.5)))
        self._cut_after = self._entered
        self._recent.clear()
        self.cuts += 1
        if wait_s:
            self._closed_until = time.monotonic() + wait_s

    def _room(self) -> int:
        return max(1, int(self.limit))

    def _out(self) -> None:
        self.inside -= 1
        while self._waiting and self.inside < self._room():
            place = self._waiting.popleft()
            if not place.done():
                self.inside += 1
                place.set_result(None)
