"""A server that speaks the protocol of OpenAI-compatible endpoints without a model: for trials, tests and benchmarks.

Answers after a set latency, fails on demand, refuses poison rows, counts what it was asked. What it answers is given
by the caller (`answer`); by itself it knows one short text. Raw asyncio, 0.2 ms of processor a call, so that it is
never what limits a client. Listens on loopback only.
"""

import asyncio
import hashlib
import json
import math
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import Field

from colloque.core import Message
from colloque.errors import ColloqueError, InputError, boundary
from colloque.store import StageConfig

__all__ = ["Answerer", "StubOptions", "echo", "is_poison", "serve_stub", "stub_latencies", "stub_latency"]

Answerer = Callable[[Sequence[Message]], str]
"""Messages to the text of the reply."""

_TEXT = "Je vous écoute. Qu'est-ce qui vous amène aujourd'hui ? "
_HEAD = "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n{more}\r\n"


class StubOptions(StageConfig):
    """How the stub behaves. Shares are of calls, in [0, 1], drawn from the seed and the call's number."""

    latency_s: float = Field(0.5, ge=0)
    """Mean of the log-normal latency."""
    sigma: float = Field(0.4, ge=0)
    """Its spread."""
    tail: float = Field(0.0, ge=0, le=1)
    """Share of calls that take `tail_times` as long."""
    tail_times: float = Field(10.0, ge=1)
    """How much longer those take."""
    throttled: float = Field(0.0, ge=0, le=1)
    """Share answered 429 with Retry-After."""
    retry_after_s: float = Field(1.0, ge=0)
    """What Retry-After says."""
    failed: float = Field(0.0, ge=0, le=1)
    """Share answered 500."""
    reset: float = Field(0.0, ge=0, le=1)
    """Share whose connection is cut."""
    truncated: float = Field(0.0, ge=0, le=1)
    """Share cut in the middle with finish_reason length."""
    hung: float = Field(0.0, ge=0, le=1)
    """Share never answered."""
    poison: float = Field(0.0, ge=0, le=1)
    """Share of texts (by content, so always the same ones) refused with 400 content_filter."""
    cap: int = Field(0, ge=0)
    """More calls in flight than this are answered 429; 0: no limit."""
    structured: bool = True
    """False: a response_format is answered 400, as servers without structured output do."""
    key: str = Field("", repr=False)
    """Bearer key that calls must carry; others are answered 401, with the wrong key repeated as real servers do."""
    size: int = Field(2000, ge=1)
    """Characters of the stub's own text."""
    by_content: bool = False
    """Latency and fault follow the messages instead of the call's number: the same call always takes the same time."""
    seed: int = 0
    """Same seed, same latencies and faults, by the call's number."""


def _draws(options: StubOptions, number: int) -> tuple[float, float]:
    """The latency of a call, and a number in [0, 1) that decides its fault."""
    rng = random.Random(options.seed * 1_000_003 + number)
    mu = math.log(options.latency_s) - options.sigma**2 / 2 if options.latency_s else 0.0
    latency = rng.lognormvariate(mu, options.sigma) if options.latency_s else 0.0
    return latency * (options.tail_times if rng.random() < options.tail else 1.0), rng.random()


def stub_latencies(options: StubOptions, calls: int) -> list[float]:
    """The latencies that the first calls will meet, in seconds: what an ideal client's schedule is computed from."""
    return [_draws(options, number)[0] for number in range(calls)]


def stub_latency(options: StubOptions, messages: Sequence[Message]) -> float:
    """The latency that these messages meet when `by_content` is set, in seconds."""
    return _draws(options, _number(messages))[0]


def _number(messages: Sequence[Message]) -> int:
    text = "\n".join(f"{m.role}: {m.content}" for m in messages)
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=7).digest(), "big")


def is_poison(options: StubOptions, messages: Sequence[Message]) -> bool:
    """Whether the stub refuses these messages, whoever sends them and however often."""
    text = "\n".join(m.content for m in messages)
    share = int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).digest(), "big") / 2.0**48
    return share < options.poison


def echo() -> Answerer:
    """An answerer that says the last message again."""
    return lambda messages: messages[-1].content


class _Counts:
    """What the stub has seen since its start or since the last POST /reset."""

    def __init__(self) -> None:
        self.calls = self.in_flight = self.peak = self.connections = 0
        self.outcomes: Counter[str] = Counter()
        self.paid: Counter[str] = Counter()  # answered calls by a digest of their body: twice the same is paid twice
        self.poisoned = 0
        self.first = self.last = 0.0

    def report(self) -> dict[str, Any]:
        twice = sum(count - 1 for count in self.paid.values())
        return {
            "calls": self.calls, "in_flight": self.in_flight, "peak": self.peak, "connections": self.connections,
            "outcomes": dict(self.outcomes), "distinct": len(self.paid), "paid_twice": twice,
            "poison_calls": self.poisoned, "seconds": round(self.last - self.first, 4),
        }  # fmt: skip


class _Server:
    def __init__(self, options: StubOptions, answer: Answerer | None) -> None:
        self.options = options
        self.answer = answer
        self.counts = _Counts()
        self.own = (_TEXT * (options.size // len(_TEXT) + 1))[: options.size]

    def outcome(self, messages: Sequence[Message], number: int, draw: float, structured: bool) -> str:
        options = self.options
        if options.cap and self.counts.in_flight > options.cap:
            return "throttled"
        for name in ("throttled", "failed", "reset", "hung"):
            share = getattr(options, name)
            if draw < share:
                return str(name)
            draw -= share
        if structured and not options.structured:
            return "plainer"
        if options.poison and is_poison(options, messages):
            self.counts.poisoned += 1
            return "poison"
        return "truncated" if draw < options.truncated else "answered"

    def reply(self, outcome: str, messages: Sequence[Message]) -> tuple[int, dict[str, Any], str]:
        """Status, body and extra headers of one outcome."""
        if outcome == "throttled":
            return 429, _error("rate limit reached"), f"Retry-After: {self.options.retry_after_s:g}\r\n"
        if outcome == "failed":
            return 500, _error("internal error"), ""
        if outcome == "plainer":
            return 400, _error("response_format is not supported"), ""
        if outcome == "poison":
            return 400, _error("content_filter: the prompt was flagged", "content_filter"), ""
        text = self.answer(messages) if self.answer else self.own
        finish = "stop"
        if outcome == "truncated":
            text, finish = text[: len(text) // 2], "length"
        usage = {"prompt_tokens": sum(len(m.content) for m in messages) // 4, "completion_tokens": len(text) // 4}
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": finish}
        return 200, {"id": "stub", "object": "chat.completion", "choices": [choice], "usage": usage}, ""


def _words(content: Any) -> Any:
    """The words of a message: plain, or in the parts that the protocol also knows."""
    return "".join(str(part["text"]) for part in content) if isinstance(content, list) else content


def _error(message: str, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "code": code}}


class _Connection(asyncio.Protocol):
    """One connection: keep-alive, a request at a time."""

    def __init__(self, server: _Server) -> None:
        self.server = server
        self.data = bytearray()
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.server.counts.connections += 1

    def connection_lost(self, _: Exception | None) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
            self.server.counts.in_flight -= 1
            self.server.counts.outcomes["abandoned"] += 1

    def data_received(self, data: bytes) -> None:
        self.data += data
        head = self.data.find(b"\r\n\r\n")
        if head < 0:
            return
        lines = bytes(self.data[:head]).split(b"\r\n")
        size = next((int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length:")), 0)
        if len(self.data) < head + 4 + size:
            return
        body = bytes(self.data[head + 4 : head + 4 + size])
        del self.data[: head + 4 + size]
        method, path = lines[0].decode("latin-1").split(" ")[:2]
        if path.startswith("/redirect"):
            self._send(307, {}, "Location: /v1/chat/completions\r\n")
        elif method == "POST" and path.endswith("/chat/completions"):
            self._call(body, lines)
        elif path == "/stats":
            self._send(200, self.server.counts.report())
        elif path == "/reset" and method == "POST":
            connections = self.server.counts.connections
            self.server.counts = _Counts()
            self.server.counts.connections = connections
            self._send(200, {})
        elif path.endswith("/models"):
            self._send(200, {"object": "list", "data": [{"id": "stub", "object": "model"}]})
        else:
            self._send(404, _error("not found"))

    def _call(self, body: bytes, headers: Sequence[bytes]) -> None:
        counts, now = self.server.counts, time.monotonic()
        key = self.server.options.key
        given = next((h[14:].strip().decode("latin-1") for h in headers if h.lower().startswith(b"authorization:")), "")
        if key and given.removeprefix("Bearer ") != key:
            self._send(401, _error(f"Incorrect API key provided: {given}"))
            return
        try:
            data = json.loads(body)
            messages = [Message(role=m["role"], content=_words(m["content"])) for m in data["messages"]]
        except (ValueError, KeyError, TypeError) as error:
            self._send(400, _error(f"bad request: {error}"))
            return
        number, counts.calls = counts.calls, counts.calls + 1
        counts.first = counts.first or now
        counts.in_flight += 1
        counts.peak = max(counts.peak, counts.in_flight)
        options = self.server.options
        latency, draw = _draws(options, _number(messages) if options.by_content else number)
        outcome = self.server.outcome(messages, number, draw, "response_format" in data)
        counts.outcomes[outcome] += 1
        if outcome in ("answered", "truncated"):
            counts.paid[hashlib.blake2b(body, digest_size=12).hexdigest()] += 1
        wait = {"throttled": 0.0, "plainer": 0.0, "hung": 1e6}.get(outcome, latency)
        self.timer = asyncio.get_running_loop().call_later(wait, self._answer, outcome, messages)

    def _answer(self, outcome: str, messages: Sequence[Message]) -> None:
        self.timer = None
        self.server.counts.in_flight -= 1
        self.server.counts.last = time.monotonic()
        if outcome == "reset":
            self.transport.abort()
            return
        try:
            with boundary("stub"):
                answer = self.server.reply(outcome, messages)
        except ColloqueError as error:  # a prompt that the answerer cannot read is the client's to see
            answer = (400 if isinstance(error, InputError) else 500, _error(error.line()), "")
        self._send(*answer)

    def _send(self, status: int, body: dict[str, Any], more: str = "") -> None:
        raw = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        self.transport.write(_HEAD.format(status=status, size=len(raw), more=more).encode() + raw)


def serve_stub(
    port: int = 0,
    options: StubOptions | None = None,
    answer: Answerer | None = None,
    *,
    ready: Callable[[int], None] | None = None,
) -> None:
    """Serve on 127.0.0.1 until interrupted. Port 0 takes a free one; `ready` is told which.

    `answer` makes the text of a reply from the messages (`write.standin.author_answer` and its siblings).
    `GET /stats` tells what was asked, `POST /reset` forgets it. Raises InputError when the port is taken.
    """
    asyncio.run(_serve(port, _Server(options or StubOptions(), answer), ready))


async def _serve(port: int, stub: _Server, ready: Callable[[int], None] | None) -> None:
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(lambda: _Connection(stub), "127.0.0.1", port, backlog=2048)
    except OSError as error:
        raise InputError(f"port {port}: {error.strerror}", hint="name another --port, or 0 for any free one") from error
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if ready:
        ready(server.sockets[0].getsockname()[1])
    await stop.wait()
    server.close()
