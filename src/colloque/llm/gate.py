"""The gate before an endpoint: how many calls are in flight, and how that number finds the server's limit.

Additive increase, multiplicative decrease, one cut per burst of 429. Knows nothing of HTTP; every step is O(1).
"""

import asyncio
import time
from collections import deque

__all__ = ["Gate"]

_RECENT = (
    16  # entries looked at, or as many as there are places; entries, not answers: a 429 comes at once, an answer later
)
_BURST = 0.25  # share of 429 among them that makes a burst: at 5 % of noise that is one window of 16 in a hundred
_CUT = 2 / 3
_CLIMB = 0.1  # slots won by each good call away from the level that last failed: a tenth more each round
_PROBE = 0.25  # slots a whole round near that level
_NEAR = (0.9, 1.2)  # what "near" is, as shares of it


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
        self._complaints: deque[int] = deque()
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
        if throttled and number > self._cut_after:
            self._complaint(number, wait_s)
        if not throttled:
            near = self._failed_at * _NEAR[0] <= self.limit < self._failed_at * _NEAR[1]
            self.limit = min(float(self.ceiling), self.limit + (_PROBE / self.limit if near else _CLIMB))
        self._out()

    def _complaint(self, number: int, wait_s: float | None) -> None:
        """A single 429 is that row's own affair. A burst is about the level: a new one is cut, a known one only trimmed."""
        window = max(_RECENT, self._room())
        oldest = max(self._cut_after, self._entered - window)
        self._complaints.append(number)
        while self._complaints and self._complaints[0] <= oldest:
            self._complaints.popleft()
        if len(self._complaints) < _BURST * window:
            return
        level, known = float(self.inside), self._failed_at * _NEAR[0] <= self.inside < self._failed_at * _NEAR[1]
        if known and self.cuts:
            self.limit = max(1.0, level - max(1.0, 0.05 * level))
        else:
            self.limit = max(1.0, level * _CUT)
            self._closed_until = time.monotonic() + (wait_s or 0.0)
            self.cuts += 1
        self._failed_at = level
        self._cut_after = self._entered
        self._complaints.clear()

    def _room(self) -> int:
        return max(1, int(self.limit))

    def _out(self) -> None:
        self.inside -= 1
        while self._waiting and self.inside < self._room():
            place = self._waiting.popleft()
            if not place.done():
                self.inside += 1
                place.set_result(None)
