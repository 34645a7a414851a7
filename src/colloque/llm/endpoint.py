"""A model behind an OpenAI-compatible server: few connections, failures by class, nothing paid twice.

Each call passes the gate, is retried when its fault passes, is written to the journal before it is read, and is never
made again once the journal holds it. Knows nothing of dialogues; sends nothing but what it is given, to one address.
"""

import asyncio
import atexit
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import partial

from colloque.core import uniform
from colloque.errors import ModelError
from colloque.llm.config import ModelConfig
from colloque.llm.connection import Answer, Connection
from colloque.llm.gate import Gate
from colloque.llm.model import ChatModel, Reply, Request, Sampling
from colloque.llm.pilot import Watch
from colloque.llm.pool import LoopThread, asker, run_all
from colloque.llm.refusal import declined
from colloque.llm.spend import Meter
from colloque.llm.wire import Failure, Structured, body_of, endpoint_of, key_of, read_reply, remedy_of, usage_of
from colloque.progress import note
from colloque.store.journal import Entry, Journal, State

__all__ = ["EndpointModel"]

_HOPELESS = 20  # refusals in a row without one answer: the fault is the configuration's, not the rows'
_LONGEST_WAIT_S = 30.0
_TELL_EVERY_S = 30.0
_PATIENCE = 100  # 429 that one row bears: a server that says nothing else for so long is no server
_PLAINER: dict[Structured, Structured] = {"schema": "object", "object": "none"}


class EndpointModel:
    """A chat model over HTTP. `complete` for plain code; `ask` for a coroutine inside `pool.converse`.

    Raises RemoteRefused for another machine without leave, ConfigError without the key, and at a call ModelError when
    the server is gone, refuses every row, or the budget is spent. One refused row is a Reply that says `filtered`.
    """

    def __init__(
        self, config: ModelConfig, *, journal: Journal | None = None, fallback: ChatModel | None = None
    ) -> None:
        self.config = config
        self.endpoint = endpoint_of(config)
        self.name = config.model
        self.concurrency = config.concurrency
        self.sampling = Sampling(temperature=config.temperature, top_p=config.top_p, max_tokens=config.max_tokens)
        self.loop = LoopThread()
        self.journal = journal
        self.gate = Gate(config.concurrency)
        self.meter = Meter(config.budget, journal.spent(self.name) if journal else None)
        self.counts: Counter[str] = Counter()
        self._structured: Structured = config.structured
        self._fallback = fallback
        self.on_close = ExitStack()
        if isinstance(fallback, EndpointModel):
            self.on_close.callback(fallback.close)
        self.watch: Watch | None = None
        self.took = 0.0
        self.pilot, self.budget = config.pilot, config.budget
        self.proven = False
        """Whether this configuration is known to work, so that refusals are the rows' own, however many come first."""
        self._flying: dict[str, asyncio.Future[Reply]] = {}
        self._held: list[tuple[str, Request, str]] = []
        self._running: set[asyncio.Future[Answer]] = set()
        self._connection = Connection(self.endpoint, config.timeout_s)
        self._told = time.monotonic()
        atexit.register(self.close)

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer every request, in order."""
        return run_all(self, requests)

    async def ask(self, request: Request) -> Reply:
        """One call. Twice the same call at once is made once; a call of the journal is not made.

        `took` is set last, with nothing awaited after it: who awaits this call reads their own.
        """
        key = key_of(self.name, request)
        reply, took = self._recall(key), 0.0
        if reply is None and key in self._flying:
            reply = await asyncio.shield(self._flying[key])
        if reply is None:
            future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
            self._flying[key] = future
            try:
                reply, took = await self._call(key, request)
                future.set_result(reply)
            finally:
                del self._flying[key]
                if not future.done():
                    future.cancel()
        if reply.finish == "filtered" and self._fallback is not None:
            self.counts["rerouted"] += 1
            reply = await asker(self._fallback)(request)
        self.took = took
        return reply

    def figures(self) -> dict[str, float | int]:
        """What the calls of this process were, and what all calls of the journal cost: for a stage's tally."""
        counts, meter = self.counts, self.meter
        return {
            "calls": counts["sent"], "answered": counts["answered"], "recalled": counts["recalled"],
            "retried": counts["retry"] + counts["throttle"], "refused": counts["refuse"], "given_up": counts["given_up"],
            "rerouted": counts["rerouted"], "most_in_flight": self.gate.peak, "paid_calls": meter.calls,
            "prompt_tokens": meter.prompt_tokens, "completion_tokens": meter.completion_tokens,
            "euros": round(meter.euros, 4),
        }  # fmt: skip

    def close(self) -> None:
        """Close the connections and the thread, then whatever was opened for this model."""
        atexit.unregister(self.close)
        self._connection.close()
        self.on_close.close()
        self.loop.close()

    def _recall(self, key: str) -> Reply | None:
        entry = self.journal.get(key) if self.journal else None
        if entry is None or entry.state not in ("ok", "refused"):
            return None
        self.counts["recalled"] += 1
        if entry.state == "refused":
            return Reply(text="", finish="filtered", model=self.name, reason=entry.note)
        try:
            return read_reply(entry.body, entry.model)  # another model's, where the row was asked again elsewhere
        except ModelError:
            return None  # written, then found unreadable, then killed before it was marked: asked again

    async def _call(self, key: str, request: Request) -> tuple[Reply, float]:
        """The reply, and the seconds that the server worked for it, vain tries included."""
        failures = throttled = 0
        answered, took = self.counts["answered"], 0.0
        while True:
            answer = await self._through_gate(key, request)
            failure, took = answer.failure, took + answer.seconds
            if failure is None:
                try:
                    reply = read_reply(answer.body, self.name)
                except ModelError as error:
                    failure = Failure("retry", str(error))
                    await self._keep(key, request, "broken", note=str(error))
                else:
                    return await self._answered(key, request, reply), took
            self.counts[failure.kind] += 1
            if failure.kind == "refuse":
                return await self._refused(key, request, failure), took
            if failure.kind == "fatal":
                raise ModelError(f"{self.name}: {failure.reason}", hint=remedy_of(failure.reason))
            if failure.kind == "plainer":
                self._simplify(failure, answer.structured)
                continue
            failures += failure.kind == "retry"
            throttled += failure.kind == "throttle"
            if failures > self.config.retries or throttled > _PATIENCE:
                alone = self.counts["answered"] > answered
                return await self._given_up(key, request, failure, alone=alone), took
            await asyncio.sleep(_pause(key, failures, throttled, failure))

    async def _answered(self, key: str, request: Request, reply: Reply) -> Reply:
        """The server works, so the rows that it refused before are the rows' own affair."""
        self.counts["answered"] += 1
        while self._held:
            held, other, reason = self._held.pop()
            await self._keep(held, other, "refused", note=reason)
        if request.shape and (why := declined(reply.text)):
            reply = Reply(text="", finish="filtered", model=self.name, reason=f"declined: {why}")
        if reply.finish == "filtered":  # paid for and refused: in quarantine like one that was not served
            self.counts["refuse"] += 1
            await self._keep(key, request, "refused", note=reply.reason)
        return reply

    async def _through_gate(self, key: str, request: Request) -> Answer:
        """One exchange inside the gate, finished even when nobody waits for it any more: it is paid, so it is kept."""
        number = await self.gate.enter()
        try:
            self.meter.check()
        except ModelError:
            self.gate.leave(number)
            raise
        exchange = asyncio.ensure_future(self._paid(number, key, request))
        self._running.add(exchange)
        exchange.add_done_callback(self._running.discard)
        return await asyncio.shield(exchange)

    async def _paid(self, number: int, key: str, request: Request) -> Answer:
        """The place in the gate is held until the reply is on the disk: what a crash can cost is one gateful."""
        failure: Failure | None = None
        structured = self._structured
        try:
            self.counts["sent"] += 1
            began = time.monotonic()
            answer = await self._connection.post(body_of(request, self.config, structured))
            seconds = time.monotonic() - began
            failure = answer.failure
            if failure is None:
                self.meter.add(*usage_of(answer.body))
                self._tell()
                await self._keep(key, request, "ok", body=answer.body)
            return answer._replace(structured=structured, seconds=seconds)
        finally:
            throttled = failure is not None and failure.kind == "throttle"
            self.gate.leave(number, throttled=throttled, wait_s=failure.wait_s if failure else None)

    def _tell(self) -> None:
        """Every half minute, one line for the person who pays."""
        if self.watch is None and time.monotonic() - self._told >= _TELL_EVERY_S:
            self._told = time.monotonic()
            meter, counts = self.meter, self.counts
            tokens = meter.prompt_tokens + meter.completion_tokens
            cost = f", {meter.euros:,.2f} €" if meter.euros else ""
            note(
                f"{self.name}: {counts['answered']:,} calls answered, {self.gate.inside} in flight, "
                f"{counts['retry'] + counts['throttle']:,} retried, {counts['refuse']:,} refused; {tokens:,} tokens{cost} so far"
            )

    async def drain(self, seconds: float = 20.0) -> None:
        """Wait for the calls in flight, so that what is paid is in the journal; those that take longer are given up."""
        running = set(self._running)
        if running:
            _, late = await asyncio.wait(running, timeout=seconds)
            for exchange in late:
                exchange.cancel()

    async def _keep(self, key: str, request: Request, state: State, *, note: str = "", body: bytes = b"") -> None:
        """Wait until one row is on the disk. A row in quarantine holds what was asked: it can be asked again from there."""
        if self.journal is None:
            return
        usage = usage_of(body)
        if state in ("refused", "failed"):
            body = request.model_dump_json().encode("utf-8", "replace")
        loop = asyncio.get_running_loop()
        written: asyncio.Future[None] = loop.create_future()

        def settle(error: BaseException | None) -> None:
            if not written.done():
                written.set_exception(error) if error else written.set_result(None)

        entry = Entry(key, self.name, request.id, state, note, *usage, body)
        self.journal.put(entry, partial(_tell, loop, settle))
        await written

    async def _refused(self, key: str, request: Request, failure: Failure) -> Reply:
        """This row, for good: kept apart with its reason. When nothing but refusals comes, the run stops instead."""
        if self.proven or self.counts["answered"] or self.counts["recalled"]:
            await self._keep(key, request, "refused", note=failure.reason)
        elif self.counts["refuse"] >= _HOPELESS:
            raise ModelError(
                f"{self.name}: the first {_HOPELESS} calls were all refused: {failure.reason}",
                hint="check model, max_tokens and extra in the configuration against the server's own limits",
            )
        else:  # the rows may not be to blame: they are written down as refused once the server answers anything
            self._held.append((key, request, failure.reason))
        return Reply(text="", finish="filtered", model=self.name, reason=failure.reason)

    async def _given_up(self, key: str, request: Request, failure: Failure, *, alone: bool) -> Reply:
        """Out of retries. `alone`: others were answered meanwhile, so it is this row; else the server is gone."""
        if not alone:
            raise ModelError(
                f"{self.name}: {failure.reason} ({self.config.retries + 1} tries)",
                hint="is the server up? Run the same command again: no reply is paid twice",
                retryable=True,
            )
        note = f"failed {self.config.retries + 1} times: {failure.reason}"
        self.counts["given_up"] += 1
        await self._keep(key, request, "failed", note=note)
        return Reply(text="", finish="filtered", model=self.name, reason=note)

    def _simplify(self, failure: Failure, refused: Structured) -> None:
        if refused != self._structured:
            return  # others in flight found it out first
        plainer = _PLAINER.get(refused)
        if plainer is None:
            raise ModelError(f"{self.name}: {failure.reason}", hint="see `extra` in this model's configuration")
        self._structured = plainer


def _tell(
    loop: asyncio.AbstractEventLoop, settle: Callable[[BaseException | None], None], error: BaseException | None
) -> None:
    """From the journal's thread to the loop's; a loop that was stopped meanwhile has nobody left to tell."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(settle, error)


def _pause(key: str, failures: int, throttled: int, failure: Failure) -> float:
    """Seconds before the next try: what the server asked for, else doubling from 0.5 s, each row at its own moment."""
    jitter = uniform(key, "wait", failures + throttled)
    if failure.wait_s is not None:
        return failure.wait_s * (1 + 0.1 * jitter)
    return min(_LONGEST_WAIT_S, 0.5 * 2.0 ** max(failures - 1, 0)) * (0.5 + jitter)
