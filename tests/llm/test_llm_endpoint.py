"""The endpoint client against a real server process over HTTP: answers, faults, refusals, the journal, the remote rule."""

import json
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from colloque.core import Message
from colloque.errors import ConfigError, ModelError, RemoteRefused
from colloque.llm import BudgetConfig, ModelConfig, Request, Sampling
from colloque.llm.endpoint import EndpointModel
from colloque.llm.stub import StubOptions, is_poison
from colloque.llm.stub_process import StubProcess
from colloque.store.journal import Journal


def requests(count: int, *, shape: str = "") -> list[Request]:
    return [
        Request(
            id=f"r{i}",
            messages=(Message(role="system", content="Tu réponds."), Message(role="user", content=f"Question {i} ?")),
            sampling=Sampling(seed=i),
            shape=shape,
        )
        for i in range(count)
    ]


def model(stub: StubProcess, journal: Journal | None = None, **keys: Any) -> EndpointModel:
    return EndpointModel(
        ModelConfig(base_url=stub.base_url, model="stub", **({"concurrency": 16} | keys)), journal=journal
    )


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal.sqlite")
    yield opened
    opened.close()


def test_answers_come_in_order_over_few_connections() -> None:
    with StubProcess(StubOptions(latency_s=0.02), "colloque.llm.stub:echo") as stub:
        client = model(stub)
        replies = client.complete(requests(200))
        client.close()
        stats = stub.stats()
    assert [reply.text for reply in replies] == [f"Question {i} ?" for i in range(200)]
    assert stats["calls"] == 200
    assert stats["peak"] <= 16
    assert stats["connections"] <= 16 + 1, "the second one is that of GET /stats"


def test_every_fault_that_passes_is_retried_and_nothing_is_lost_or_doubled(journal: Journal) -> None:
    faults = StubOptions(
        latency_s=0.01, throttled=0.05, retry_after_s=0.05, failed=0.03, reset=0.02, truncated=0.03, poison=0.01
    )
    wanted = requests(600)
    poisoned = {r.id for r in wanted if is_poison(faults, r.messages)}
    assert poisoned, "the test needs poison rows"
    with StubProcess(faults) as stub:
        client = model(stub, journal, concurrency=32)
        replies = client.complete(wanted)
        client.close()
        stats = stub.stats()
    assert len(replies) == len(wanted)
    assert {r.id for r, reply in zip(wanted, replies, strict=True) if reply.finish == "filtered"} == poisoned
    assert stats["paid_twice"] == 0
    assert stats["distinct"] == len(wanted) - len(poisoned)
    assert stats["poison_calls"] == len(poisoned), "a refused row is asked once"
    outcomes = stats["outcomes"]
    assert min(outcomes[name] for name in ("throttled", "failed", "reset", "truncated")) > 0
    assert sum(reply.finish == "length" for reply in replies) == outcomes["truncated"], "cut replies are the caller's"
    figures = client.figures()
    assert figures["calls"] == stats["calls"]
    assert figures["answered"] == figures["paid_calls"] == len(wanted) - len(poisoned)
    assert figures["refused"] == len(poisoned)
    states = Counter(entry.state for entry in journal.entries())
    assert states == {"ok": len(wanted) - len(poisoned), "refused": len(poisoned)}


def test_the_journal_is_asked_first_and_a_server_that_is_gone_is_not_missed(journal: Journal) -> None:
    with StubProcess(StubOptions(latency_s=0.0, poison=0.05)) as stub:
        client = model(stub, journal)
        first = client.complete(requests(60))
        client.close()
    again = EndpointModel(client.config, journal=journal)
    assert again.complete(requests(60)) == first
    assert again.counts["sent"] == 0
    again.close()


def test_another_draw_another_call_and_the_same_at_once_only_one(journal: Journal) -> None:
    one = requests(1)[0]
    other = one.model_copy(update={"sampling": one.sampling.model_copy(update={"draw": 1})})
    renamed = one.model_copy(update={"id": "another name"})
    with StubProcess(StubOptions(latency_s=0.05)) as stub:
        client = model(stub, journal)
        client.complete([one, one, other, renamed])
        client.close()
        assert stub.stats()["calls"] == 2


def test_a_hung_call_is_given_up_and_asked_again() -> None:
    with StubProcess(StubOptions(latency_s=0.0, hung=0.1)) as stub:
        client = model(stub, timeout_s=0.3)
        started = time.monotonic()
        replies = client.complete(requests(40))
        client.close()
        hung = stub.stats()["outcomes"]["hung"]
    assert hung > 0
    assert all(reply.finish == "stop" for reply in replies)
    assert time.monotonic() - started < 15


def test_concurrency_finds_the_server_s_limit() -> None:
    with StubProcess(StubOptions(latency_s=0.05, cap=8, retry_after_s=0.1)) as stub:
        client = model(stub, concurrency=64)
        replies = client.complete(requests(300))
        client.close()
        throttled = stub.stats()["outcomes"]["throttled"]
    assert all(reply.finish == "stop" for reply in replies)
    assert client.gate.limit < 20
    assert throttled < 300, "a client without a gate is refused without end"


def test_a_server_without_structured_output_is_asked_more_plainly() -> None:
    with StubProcess(StubOptions(latency_s=0.0, structured=False)) as stub:
        client = model(stub, concurrency=4)
        replies = client.complete(requests(30, shape='{"type": "object"}'))
        client.close()
        assert all(reply.finish == "stop" for reply in replies)
        assert stub.stats()["outcomes"]["plainer"] <= 16, "at most two gatefuls for each of the two steps"


def test_a_dead_server_stops_the_run_with_a_remedy() -> None:
    with StubProcess(StubOptions(latency_s=0.0)) as stub:
        config = ModelConfig(base_url=stub.base_url, model="stub", retries=1)
    client = EndpointModel(config)
    with pytest.raises(ModelError, match="2 tries") as caught:
        client.complete(requests(3))
    assert "run the same command" in caught.value.hint.lower()
    client.close()


def test_a_wrong_address_stops_at_once() -> None:
    with StubProcess(StubOptions(latency_s=0.0)) as stub:
        client = EndpointModel(ModelConfig(base_url=f"http://127.0.0.1:{stub.port}/v1", model="stub"))
        client._connection.endpoint = client.endpoint._replace(url=f"{stub.base_url}/elsewhere")
        with pytest.raises(ModelError, match="404") as caught:
            client.complete(requests(3))
        client.close()
    assert "base_url" in caught.value.hint


def test_when_every_row_is_refused_the_configuration_is_at_fault(journal: Journal) -> None:
    with StubProcess(StubOptions(latency_s=0.0, poison=1.0)) as stub:
        client = model(stub, journal)
        with pytest.raises(ModelError, match="all refused"):
            client.complete(requests(200))
        client.close()
        assert stub.stats()["calls"] < 60
    assert not list(journal.entries("refused")), "the rows are not to blame, so they are asked again next time"


def test_a_refused_row_goes_to_the_other_model_that_was_named(journal: Journal) -> None:
    poison = StubOptions(latency_s=0.0, poison=0.1)
    with StubProcess(poison) as strict, StubProcess(StubOptions(latency_s=0.0), "colloque.llm.stub:echo") as lenient:
        fallback = model(lenient)
        client = EndpointModel(ModelConfig(base_url=strict.base_url, model="stub"), journal=journal, fallback=fallback)
        replies = client.complete(requests(60))
        refused = sum(is_poison(poison, request.messages) for request in requests(60))
        assert all(reply.finish == "stop" for reply in replies)
        assert 0 < lenient.stats()["calls"] == refused
        client.close()


def test_the_budget_is_a_hard_stop_that_counts_earlier_runs(journal: Journal) -> None:
    budget = BudgetConfig(calls=30)
    with StubProcess(StubOptions(latency_s=0.005)) as stub:
        first = model(stub, journal, concurrency=4, budget=budget)
        with pytest.raises(ModelError, match="budget spent"):
            first.complete(requests(100))
        first.close()
        bought = stub.stats()["calls"]
        assert 30 <= bought < 30 + 4, "at most one gateful more"
        assert journal.spent().calls == bought, "calls in flight at the stop are waited for and kept"
        second = model(stub, journal, concurrency=4, budget=budget)
        with pytest.raises(ModelError, match="budget spent"):
            second.complete(requests(100))
        second.close()
        assert stub.stats()["calls"] == bought
        third = model(stub, journal, budget=BudgetConfig(calls=200))
        assert len(third.complete(requests(100))) == 100
        third.close()


@pytest.mark.parametrize(
    "address",
    ["https://api.mistral.ai/v1", "http://192.168.1.4:8000/v1", "http://10.0.0.1/v1", "http://0.0.0.0:8000/v1",
     "http://localhost.evil.example/v1", "http://127.0.0.1.nip.io/v1", "http://[2001:db8::1]/v1"],
)  # fmt: skip
def test_only_loopback_is_this_machine(address: str) -> None:
    with pytest.raises(RemoteRefused, match="not this machine"):
        EndpointModel(ModelConfig(base_url=address, model="m"))
    assert EndpointModel(ModelConfig(base_url=address, model="m", allow_remote=True)).endpoint.remote


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/v1", "http://localhost:1/v1", "http://[::1]:1/v1"])
def test_loopback_needs_no_leave(address: str) -> None:
    assert not EndpointModel(ModelConfig(base_url=address, model="m")).endpoint.remote


def test_proxies_of_the_environment_do_not_see_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with StubProcess(StubOptions(latency_s=0.0)) as stub:
        client = model(stub)
        assert client.complete(requests(2))[0].finish == "stop"
        client.close()


def test_a_redirect_is_not_followed() -> None:
    with StubProcess(StubOptions(latency_s=0.0)) as stub:
        client = model(stub)
        elsewhere = f"http://127.0.0.1:{stub.port}/redirect/chat/completions"
        client._connection.endpoint = client.endpoint._replace(url=elsewhere)
        with pytest.raises(ModelError, match="30"):
            client.complete(requests(1))
        client.close()


def test_the_key_comes_from_the_environment_and_shows_nowhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, journal: Journal
) -> None:
    secret = "sk-tres-secret-123456"
    monkeypatch.delenv("COLLOQUE_TEST_KEY", raising=False)
    with StubProcess(StubOptions(latency_s=0.0, key=secret)) as stub:
        config = ModelConfig(base_url=stub.base_url, model="stub", api_key_env="COLLOQUE_TEST_KEY")
        with pytest.raises(ConfigError, match="COLLOQUE_TEST_KEY"):
            EndpointModel(config)
        monkeypatch.setenv("COLLOQUE_TEST_KEY", "wrong-" + secret)
        client = EndpointModel(config, journal=journal)
        with pytest.raises(ModelError, match="401") as caught:
            client.complete(requests(1))
        assert secret not in caught.value.line()
        client.close()
        monkeypatch.setenv("COLLOQUE_TEST_KEY", secret)
        client = EndpointModel(config, journal=journal)
        assert client.complete(requests(1))[0].finish == "stop"
        client.close()
    journal.close()
    assert all(secret.encode() not in file.read_bytes() for file in tmp_path.iterdir())
    assert secret not in repr(config) + str(config.model_dump())


def test_the_stub_reads_messages_in_parts_as_other_clients_send_them() -> None:
    parts = [{"type": "text", "text": "Bon"}, {"type": "text", "text": "jour"}]
    body = json.dumps({"model": "stub", "messages": [{"role": "user", "content": parts}]}).encode()
    with StubProcess(StubOptions(), "colloque.llm.stub:echo") as stub:
        call = urllib.request.Request(f"{stub.base_url}/chat/completions", data=body)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(call, timeout=10) as answer:
            assert json.loads(answer.read())["choices"][0]["message"]["content"] == "Bonjour"
