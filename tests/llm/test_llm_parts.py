"""The parts behind a call: configuration, gate, pool, tolerant JSON, scripted replies, budget and forecast."""

import asyncio
import json
import random
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from colloque.core import Message
from colloque.errors import InputError, ModelError
from colloque.llm import (
    Ask,
    BudgetConfig,
    ModelConfig,
    ModelsConfig,
    Reply,
    Request,
    Sampling,
    ScriptedModel,
    Talk,
    converse,
    open_model,
)
from colloque.llm.gate import Gate
from colloque.llm.loose import find_object
from colloque.llm.scripted import cassette_line
from colloque.llm.spend import Meter, Used, forecast
from colloque.llm.template import as_data
from colloque.llm.wire import classify, key_of, read_reply, usage_of
from colloque.store.journal import Spent


def request(text: str = "Bonjour", **sampling: Any) -> Request:
    return Request(id=text, messages=(Message(role="user", content=text),), sampling=Sampling(**sampling))


# Configuration


def test_a_path_alone_is_a_local_checkpoint_and_unknown_keys_are_refused() -> None:
    assert ModelConfig.model_validate({"path": "runs/sft"}).kind == "local"
    assert ModelsConfig.model_validate({"author": {"base_url": "http://127.0.0.1:1/v1", "model": "m"}}).judge is None
    with pytest.raises(ValidationError, match="max_token"):
        ModelConfig.model_validate({"path": "runs/sft", "max_token": 3})


@pytest.mark.parametrize("keys", [
    {"base_url": "http://127.0.0.1:1/v1"}, {"model": "m"}, {"kind": "local"},
    {"base_url": "127.0.0.1:8000", "model": "m"}, {"base_url": "file:///etc/passwd", "model": "m"},
    {"base_url": "http://user:pass@127.0.0.1/v1", "model": "m"}, {"base_url": "http://h/v1?key=1", "model": "m"},
    {"base_url": "http://127.0.0.1:1/v1", "model": "m", "budget": {"euros": 3}},
])  # fmt: skip
def test_half_a_configuration_is_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ModelConfig.model_validate(keys)


def test_a_key_in_the_place_of_its_name_is_refused_without_being_repeated() -> None:
    with pytest.raises(ValidationError) as caught:
        ModelConfig(base_url="http://127.0.0.1:1/v1", model="m", api_key_env="sk-abc-secret")
    assert "sk-abc-secret" not in str(caught.value)


# The wire


@pytest.mark.parametrize(("status", "body", "kind"), [
    (429, b"{}", "throttle"), (429, b'{"error": {"code": "insufficient_quota", "message": "x"}}', "fatal"),
    (500, b"", "retry"), (503, b"<html>", "retry"), (408, b"", "retry"),
    (400, b'{"error": {"code": "content_filter", "message": "x"}}', "refuse"),
    (403, b'{"error": {"message": "flagged by moderation"}}', "refuse"),
    (400, b'{"detail": "context length exceeded"}', "refuse"), (422, b"[]", "refuse"),
    (400, b'{"error": "unknown field response_format"}', "plainer"),
    (401, b"", "fatal"), (404, b"", "fatal"), (307, b"", "fatal"),
])  # fmt: skip
def test_each_answer_has_its_class(status: int, body: bytes, kind: str) -> None:
    assert classify(status, body).kind == kind


def test_retry_after_is_read_in_seconds_and_bounded() -> None:
    assert [classify(429, b"", value).wait_s for value in ("1.5", "-3", "99999", "Wed, 21 Oct", None)] == [
        1.5, 0.0, 300.0, None, None,
    ]  # fmt: skip


def test_the_key_follows_what_decides_the_reply_and_nothing_else() -> None:
    same = [key_of("m", request()), key_of("m", request().model_copy(update={"id": "other"}))]
    other = [
        key_of("n", request()), key_of("m", request("Bonsoir")), key_of("m", request(draw=1)),
        key_of("m", request(seed=1)), key_of("m", request(temperature=0.1)), key_of("m", request(max_tokens=9)),
        key_of("m", request().model_copy(update={"shape": "{}"})),
        key_of("m", Request(id="r", messages=(Message(role="system", content="Bonjour"),))),
    ]  # fmt: skip
    assert len({*same}) == 1
    assert len({*same, *other}) == 1 + len(other)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"choices": []}', b'{"choices": [{"message": null}]}', b"null"])
def test_a_body_that_is_no_completion_may_be_asked_again(body: bytes) -> None:
    with pytest.raises(ModelError) as caught:
        read_reply(body, "m")
    assert caught.value.retryable


def test_filters_and_cuts_are_told_apart() -> None:
    def body(finish: str, **message: Any) -> bytes:
        usage = {"prompt_tokens": 7, "completion_tokens": 2}
        return json.dumps({"choices": [{"message": message, "finish_reason": finish}], "usage": usage}).encode()

    assert read_reply(body("stop", content="oui"), "m").text == "oui"
    assert read_reply(body("length", content="ou"), "m").finish == "length"
    assert read_reply(body("content_filter", content=""), "m").finish == "filtered"
    assert read_reply(body("stop", content=None, refusal="Je ne peux pas."), "m").reason == "Je ne peux pas."
    assert usage_of(body("stop", content='"prompt_tokens": 99')) == (7, 2)


# Tolerant JSON


@given(st.dictionaries(st.text(max_size=5), st.lists(st.text(max_size=8) | st.integers(), max_size=4), max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_object_survives_a_fence_a_preamble_and_our_own_quoting(value: dict[str, Any]) -> None:
    text = json.dumps(value, ensure_ascii=False)
    assert find_object(text) == value
    assert find_object(f"Voici.\n\n```json\n{as_data(value)}\n```") == value


@pytest.mark.parametrize("text", ["", "non", "{", '{"a": ', "[1, 2]", '"texte"', "{'a': 1}", "{" * 5000])
def test_what_is_no_object_is_none(text: str) -> None:
    assert find_object(text) is None


@pytest.mark.parametrize("text", ['{"a": [1,],}', "{“a”: [1]}", '{"a": [1]}\n\nVoilà !', '<think>{"b": 2}</think>{"a": [1]}',
                                  '[{"a": [1]}]', '{"a":\n\t[1]}'])  # fmt: skip
def test_small_faults_of_form_are_forgiven(text: str) -> None:
    assert find_object(text) == {"a": [1]}


# The gate


def test_the_gate_never_lets_more_in_than_its_limit_and_loses_no_place() -> None:
    async def main() -> tuple[int, int]:
        gate, rng, inside, most = Gate(5), random.Random(1), 0, 0

        async def one() -> None:
            nonlocal inside, most
            number = await gate.enter()
            inside, most = inside + 1, max(most, inside + 1)
            await asyncio.sleep(rng.random() / 500)
            inside -= 1
            gate.leave(number)

        tasks = [asyncio.ensure_future(one()) for _ in range(200)]
        await asyncio.sleep(0.01)
        for task in tasks[::7]:
            task.cancel()  # before, inside and after the gate
        await asyncio.gather(*tasks, return_exceptions=True)
        return most, gate.inside

    most, left = asyncio.run(main())
    assert most == 5
    # A call cancelled inside gives its place back in its own `finally`; here nobody does, so some stay taken.
    assert left <= 5


def test_single_429_are_noise_and_a_burst_is_cut_once() -> None:
    async def main() -> tuple[float, int, float, int]:
        gate = Gate(64)
        numbers = [await gate.enter() for _ in range(64)]
        gate.leave(numbers[0], throttled=True)
        quiet = gate.limit
        for number in numbers[1:]:
            gate.leave(number, throttled=True)
        return quiet, gate.cuts, gate.limit, gate.inside

    quiet, cuts, limit, inside = asyncio.run(main())
    assert (quiet, cuts, inside) == (64.0, 1, 0)
    assert limit == pytest.approx(32, abs=3)


# The pool


class Slow:
    """An asynchronous model whose calls end in no particular order."""

    name = "slow"

    def __init__(self, concurrency: int = 8) -> None:
        from colloque.llm.pool import LoopThread

        self.concurrency, self.loop, self.drained = concurrency, LoopThread(), 0

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        raise NotImplementedError

    async def ask(self, request: Request) -> Reply:
        await asyncio.sleep(random.Random(request.id).random() / 50)
        return Reply(text=request.id)

    async def drain(self) -> None:
        self.drained += 1


def talks(count: int, fail_at: int | None = None) -> Iterator[Talk[int]]:
    def one(number: int) -> Talk[int]:
        async def talk(ask: Ask) -> int:
            for turn in range(3):
                assert (await ask(request(f"{number}/{turn}"))).text
                if number == fail_at:
                    raise ModelError("fatal")
            return number

        return talk

    return map(one, range(count))


@pytest.mark.parametrize("model", [Slow(), ScriptedModel(lambda r: r.id)])
def test_results_come_in_the_order_of_the_talks(model: Any) -> None:
    assert list(converse(model, talks(150), concurrency=16)) == list(range(150))


@pytest.mark.parametrize("model", [Slow(), ScriptedModel(lambda r: r.id)])
def test_the_first_error_ends_all_talks_and_is_raised(model: Any) -> None:
    with pytest.raises(ModelError, match="fatal"):
        list(converse(model, talks(200, fail_at=40), concurrency=16))
    assert getattr(model, "drained", 1) == 1


@pytest.mark.parametrize("model", [Slow(2), ScriptedModel(lambda r: r.id)])
def test_an_endless_iterator_is_read_only_a_little_ahead(model: Any) -> None:
    read = 0

    def endless() -> Iterator[Talk[int]]:
        nonlocal read
        for talk in talks(10**9):
            read += 1
            yield talk

    results = converse(model, endless(), concurrency=2)
    assert [next(results) for _ in range(10)] == list(range(10))
    results.close()  # type: ignore[attr-defined]
    assert read < 10 + 2 * 32 + 4


def test_a_batch_model_gets_whole_batches_and_always_the_same_ones() -> None:
    def batches() -> list[int]:
        sizes: list[int] = []

        class Batch(ScriptedModel):
            def complete(self, requests: Sequence[Request]) -> list[Reply]:
                sizes.append(len(requests))
                return super().complete(requests)

        assert len(list(converse(Batch(lambda r: "x"), talks(20), concurrency=8))) == 20
        return sizes

    sizes = batches()
    assert sizes == batches()
    assert sizes[0] == 8
    assert sum(sizes) == 60


def test_an_error_in_the_reading_of_talks_is_raised() -> None:
    def broken() -> Iterator[Talk[int]]:
        yield from talks(3)
        raise InputError("row 4 is no record")

    with pytest.raises(InputError, match="row 4"):
        list(converse(ScriptedModel(lambda r: "x"), broken()))


def test_leaving_early_leaves_no_thread_busy() -> None:
    results = converse(Slow(), talks(10_000), concurrency=4)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert threading.active_count() < 20


# Scripted replies


def test_a_cassette_is_found_again_by_what_was_asked(tmp_path: Path) -> None:
    path = tmp_path / "cassette.jsonl"
    path.write_text(cassette_line("strong", request("un"), "réponse") + "\n", encoding="utf-8")
    model = open_model(ModelConfig(kind="scripted", path=path, model="strong"))
    assert model.complete([request("un")])[0].text == "réponse"
    with pytest.raises(ModelError, match="no recorded reply"):
        model.complete([request("deux")])
    path.write_text("{}\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        open_model(ModelConfig(kind="scripted", path=path))


# Budget and forecast


def test_the_meter_stops_at_each_limit() -> None:
    for budget in (BudgetConfig(calls=2), BudgetConfig(tokens=30), BudgetConfig(euros=1.5e-5, prompt_price=1.0)):
        meter = Meter(budget)
        meter.check()
        meter.add(10, 5)
        meter.check()
        meter.add(10, 5)
        with pytest.raises(ModelError, match="budget spent") as caught:
            meter.check()
        assert "raise budget" in caught.value.hint
    with pytest.raises(ModelError):
        Meter(BudgetConfig(calls=2), Spent(2, 0, 0)).check()


def test_the_forecast_s_interval_holds_the_truth_nearly_always() -> None:
    rng = random.Random(5)
    budget = BudgetConfig(prompt_price=1.0, completion_price=3.0)

    def draw() -> Used:
        calls = 1 + (rng.random() < 0.3) + (rng.random() < 0.1)
        return Used(calls, 1500 * calls, int(rng.lognormvariate(7, 0.4)) * calls, rng.lognormvariate(2, 0.5) * calls)

    held = 0
    for _ in range(200):
        told = forecast([draw() for _ in range(50)], 1000, 64, budget)
        truth = [draw() for _ in range(1000)]
        held += told.tokens.low <= sum(t[1] + t[2] for t in truth) <= told.tokens.high
    assert 180 <= held <= 200, "95 in a hundred, drawn 200 times"
    assert "1,000 records" in told.line()
