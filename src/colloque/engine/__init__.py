"""Run one function over many shards, on this process or on this machine's cores, results in order.

Knows nothing of what a shard holds. Workers are spawned, not forked: a parent that has loaded torch must not hand its
threads to a child. The function and its arguments must be importable and picklable.
"""

import gc
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from typing import TypeVar

__all__ = ["map_shards"]

S = TypeVar("S")
R = TypeVar("R")


def map_shards(work: Callable[[S], R], shards: Iterable[S], workers: int = 1) -> Iterator[R]:
    """Apply `work` to every shard and yield the results in the order of the shards.

    With one worker everything runs here. With more, at most two shards a worker are in flight, so that memory stays flat
    however many shards there are. An exception in a worker stops the iteration and is raised here.
    """
    if workers <= 1:
        yield from map(work, shards)
        return
    context = multiprocessing.get_context("spawn")
    queue = iter(shards)
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin) as pool:
        flight: list[Future[R]] = [pool.submit(work, shard) for shard in islice(queue, 2 * workers)]
        try:
            while flight:
                result = flight.pop(0).result()
                flight += [pool.submit(work, shard) for shard in islice(queue, 1)]
                yield result
        finally:
            for future in flight:
                future.cancel()


def _begin() -> None:
    """Records hold no cycles: a worker looks for garbage seldom, which makes writing and checking a fifth faster."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
