"""Many talks with one model at once: one coroutine a talk, workers on a lazy iterator, no barrier between turns or talks.

A talk is `async def talk(ask) -> T`: it asks, checks, asks again. It never knows whether the model is a server with
256 places or a checkpoint that answers batches. Knows nothing of what is talked about.
"""

import asyncio
import queue
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from colloque.llm.model import ChatModel, Reply, Request
from colloque.llm.pilot import Count, Watched
from colloque.llm.spend import Used

__all__ = ["Ask", "AsyncModel", "LoopThread", "Talk", "asker", "converse", "run_all"]

T = TypeVar("T")
Ask = Callable[[Request], Awaitable[Reply]]
Talk = Callable[[Ask], Coroutine[Any, Any, T]]

_OPEN = 4
"""Talks under way for each place. Who checks or waits to retry leaves its place to another, and talks of several calls end
together: 200 talks of 7 calls on 64 places take 21.2 s at best with two a place, 19.5 s with four (and with all at once)."""
_DRAIN_S = 30.0  # longest wait for calls in flight when a run ends early
_NOTHING = Used()
_AHEAD = 32  # results held back, in workers' rounds, while an older talk is still going on: bounds the memory


@runtime_checkable
class AsyncModel(Protocol):
    """A model that answers many calls at once."""

    concurrency: int
    loop: "LoopThread"

    async def ask(self, request: Request) -> Reply:
        """One call, awaited."""
        ...

    async def drain(self) -> None:
        """Wait, not for long, until the calls in flight are kept."""
        ...


class LoopThread:
    """One event loop on a thread of its own, begun at first use, so that the caller may be plain code."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def submit(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Start a coroutine there; its future may be waited for or cancelled here."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="model-calls", daemon=True)
                self._thread.start()
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        """Stop the loop and its thread."""
        with self._lock:
            if self._loop is not None and self._thread is not None:
                self._loop.call_soon_threadsafe(self._loop.stop)
                self._thread.join()
                self._loop.close()
            self._loop = self._thread = None


class _Batcher:
    """Makes a batch model awaitable: calls gather until every worker waits for one, then go as one batch."""

    def __init__(self, model: ChatModel) -> None:
        self.model = model
        self.active = 0
        self._waiting: list[tuple[Request, asyncio.Future[Reply]]] = []

    async def ask(self, request: Request) -> Reply:
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        self.settle()
        return await future

    def settle(self) -> None:
        """Send the batch when nobody is left who could add to it."""
        if not self._waiting or len(self._waiting) < self.active:
            return
        batch, self._waiting = self._waiting, []
        replies = self.model.complete([request for request, _ in batch])
        for (_, future), reply in zip(batch, replies, strict=True):
            if not future.done():
                future.set_result(reply)

    def rest(self) -> None:
        """One worker less is under way."""
        self.active -= 1
        self.settle()


def asker(model: ChatModel) -> Ask:
    """How one coroutine asks any model. A batch model is called with one request at a time."""
    if isinstance(model, AsyncModel):
        return model.ask

    async def ask(request: Request) -> Reply:
        return (await asyncio.to_thread(model.complete, [request]))[0]

    return ask


def converse(model: ChatModel, talks: Iterable[Talk[T]], *, concurrency: int | None = None) -> Iterator[T]:
    """Hold many talks with a model; their results in the order of the talks, as soon as that order allows.

    `talks` is read lazily, never more than a few rounds ahead of what was yielded. The first error of any talk stops
    all of them and is raised here; replies that had arrived are in the model's journal. Batches of a model without
    `ask` depend only on the order of the talks.
    """
    if isinstance(model, AsyncModel):
        workers = concurrency or _OPEN * model.concurrency
        yield from _ordered(model.loop, _Run(iter(talks), workers, model))
        return
    batcher = _Batcher(model)
    loop = LoopThread()
    try:
        yield from _ordered(loop, _Run(iter(talks), concurrency or int(getattr(model, "places", 64)), batcher))
    finally:
        loop.close()


def run_all(model: ChatModel, requests: Sequence[Request]) -> list[Reply]:
    """Every request answered, in order."""

    def talk(request: Request) -> Talk[Reply]:
        async def one(ask: Ask) -> Reply:
            return await ask(request)

        return one

    return list(converse(model, (talk(request) for request in requests)))


class _Run(Generic[T]):
    """One run of many talks: what the loop's thread and the reader's share."""

    def __init__(self, talks: Iterator[Talk[T]], workers: int, model: "AsyncModel | _Batcher") -> None:
        self.talks, self.workers, self.ask = talks, workers, model.ask
        self.batcher = model if isinstance(model, _Batcher) else None
        self.model = None if isinstance(model, _Batcher) else model
        self.watch = model.watch if isinstance(model, Watched) else None
        self.results: queue.SimpleQueue[tuple[int, T, Used] | BaseException | None] = queue.SimpleQueue()
        self.ended = threading.Event()
        self.started = 0
        self.taken = 0

    async def work(self) -> None:
        """Let the workers go until the talks are used up or one of them fails."""
        if self.batcher:
            self.batcher.active = self.workers
        tasks = [asyncio.ensure_future(self._worker()) for _ in range(self.workers)]
        failure: BaseException | None = None
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            failure = next((error for task in done if not task.cancelled() and (error := task.exception())), None)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self.model is not None:
                await self.model.drain()
            self.results.put(failure)
            self.ended.set()

    async def _worker(self) -> None:
        while True:
            await self._pace()
            talk = next(self.talks, None)
            if talk is None:
                break
            index, self.started = self.started, self.started + 1
            if self.watch is None:
                self.results.put((index, await talk(self.ask), _NOTHING))
            else:
                count = Count()
                self.results.put((index, await talk(self._counted(count)), count.used))
        if self.batcher:
            self.batcher.rest()

    def _counted(self, count: Count) -> Ask:
        async def ask(request: Request) -> Reply:
            reply = await self.ask(request)
            count.add(reply, self.model.took)  # type: ignore[union-attr]
            return reply

        return ask

    async def _pace(self) -> None:
        if self.started - self.taken < self.workers * _AHEAD:
            return
        if self.batcher:
            self.batcher.rest()
        while self.started - self.taken >= self.workers * _AHEAD:
            await asyncio.sleep(0.02)
        if self.batcher:
            self.batcher.active += 1


def _ordered(loop: LoopThread, run: _Run[T]) -> Iterator[T]:
    work = loop.submit(run.work())
    early: dict[int, tuple[T, Used]] = {}
    try:
        while (item := run.results.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            early[item[0]] = item[1:]
            while run.taken in early:
                result, used = early.pop(run.taken)
                run.taken += 1
                if run.watch is not None:
                    run.watch.add(used)
                yield result
    finally:
        if not work.done():
            work.cancel()
            run.ended.wait(_DRAIN_S)
