"""The clients that `endpoint.py` compares, one a process: `endpoint_clients.py NAME URL CALLS PLACES TURNS FOLDER`.

Every client sends the same messages, keeps at most PLACES calls in flight and prints what its process used.
"""

import asyncio
import json
import resource
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

SAID: dict[str, Any] = {}
"""What a client has to say beside the common figures."""
PROMPT = "Tu es clinicien. " * 40


def messages(index: int, turn: int) -> list[dict[str, str]]:
    """What call number `turn` of dialogue `index` sends."""
    history = [{"role": "user", "content": f"Question {index} ?"}]
    for past in range(turn):
        history += [{"role": "assistant", "content": "Oui."}, {"role": "user", "content": f"Suite {past} ?"}]
    return [{"role": "system", "content": PROMPT}, *history]


def colloque(url: str, calls: int, places: int, turns: int, folder: Path) -> int:
    """Our client with its journal, as a stage uses it."""
    from colloque.core import Message
    from colloque.llm import Ask, ModelConfig, Request, Sampling, Talk, converse, open_model

    model = open_model(ModelConfig(base_url=url, model="stub", concurrency=places), folder / "journal.sqlite")

    def talk(index: int) -> Talk[int]:
        async def one(ask: Ask) -> int:
            got = 0
            for turn in range(turns):
                said = tuple(Message.model_validate(m) for m in messages(index, turn))
                reply = await ask(Request(id=f"{index}/{turn}", messages=said, sampling=Sampling(seed=index)))
                got += reply.finish == "stop"
            return got

        return one

    return sum(converse(model, map(talk, range(calls))))


def colloque_whole(url: str, calls: int, places: int, turns: int, folder: Path) -> int:
    """The same, asking again for what came back cut, as the author does."""
    from colloque.core import Message
    from colloque.llm import Ask, ModelConfig, Request, Sampling, Talk, converse, open_model
    from colloque.llm.endpoint import EndpointModel

    model = open_model(ModelConfig(base_url=url, model="stub", concurrency=places), folder / "journal.sqlite")

    def talk(index: int) -> Talk[str]:
        async def one(ask: Ask) -> str:
            for draw in range(5):
                said = (Message(role="user", content=f"Question {index} ?"),)
                reply = await ask(Request(id=str(index), messages=said, sampling=Sampling(seed=index, draw=draw)))
                if reply.finish != "length":
                    return reply.finish
            return "cut"

        return one

    ends = list(converse(model, map(talk, range(calls))))
    assert len(ends) == calls
    assert isinstance(model, EndpointModel)
    SAID["ends"] = {end: ends.count(end) for end in sorted(set(ends))}
    SAID["counts"] = dict(model.counts)
    SAID["gate"] = {"limit": round(model.gate.limit, 1), "cuts": model.gate.cuts}
    return len(ends)


async def pool(calls: int, places: int, turns: int, ask: Callable[[int, int], Awaitable[None]]) -> int:
    """The plainest pool: workers on one iterator."""
    indices = iter(range(calls))

    async def worker() -> None:
        for index in indices:
            for turn in range(turns):
                await ask(index, turn)

    await asyncio.gather(*(worker() for _ in range(places)))
    return calls * turns


def bare_aiohttp(url: str, calls: int, places: int, turns: int, folder: Path) -> int:
    """A bare loop: no retry, no journal."""
    import aiohttp

    async def main() -> int:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def ask(index: int, turn: int) -> None:
                body = {"model": "stub", "messages": messages(index, turn), "seed": index}
                async with session.post(f"{url}/chat/completions", json=body) as response:
                    json.loads(await response.read())["choices"][0]["message"]["content"]

            return await pool(calls, places, turns, ask)

    return asyncio.run(main())


def openai_client(url: str, calls: int, places: int, turns: int, folder: Path) -> int:
    """The vendor's client in the same loop."""
    from openai import AsyncOpenAI  # type: ignore[import-not-found,unused-ignore]

    async def main() -> int:
        client = AsyncOpenAI(base_url=url, api_key="none", max_retries=5)

        async def ask(index: int, turn: int) -> None:
            said: Any = messages(index, turn)
            reply = await client.chat.completions.create(model="stub", messages=said, seed=index)
            assert reply.choices[0].message.content

        return await pool(calls, places, turns, ask)

    return asyncio.run(main())


def role(name: str, url: str, records: int, places: int, folder: Path) -> int:
    """A role's real path, from virtual respondents: `out.jsonl` at the end, replies in the journal on the way."""
    from colloque.ingest.cohort import cohort
    from colloque.llm import ModelConfig, open_model
    from colloque.write import write_dialogue

    folder.mkdir(parents=True, exist_ok=True)
    model = open_model(ModelConfig(base_url=url, model="stub", concurrency=places), folder / "journal.sqlite")
    questionnaires = list(cohort(records, seed=1))
    made: list[Any]
    if name == "author":
        from colloque.write.author import author_dialogues

        made = list(author_dialogues(questionnaires, model, seed=1))
    elif name == "reformulator":
        from colloque.augment.model import reformulate_with

        pairs = [(q, write_dialogue(q, seed=1)) for q in questionnaires[: records // 2]]
        made = list(reformulate_with(model, pairs, times=2, seed=1))
    else:
        from colloque.core import Candidate, Comparison, cuts
        from colloque.judge.model import ModelJudge
        from colloque.judge.protocol import both_orders

        comparisons = []
        for q in questionnaires[: records // 2]:
            opening = list(cuts(write_dialogue(q, seed=1)))[-1]
            texts = [write_dialogue(q, seed=s).turns[-1].text for s in (2, 3)]
            a, b = (Candidate(text=f"{text} {i}", draw=i) for i, text in enumerate(texts))
            comparisons.append(Comparison(id=opening.id, opening=opening, a=a, b=b))
        made = both_orders(ModelJudge(model), comparisons)
    (folder / "out.jsonl").write_text("".join(record.model_dump_json() + "\n" for record in made), encoding="utf-8")
    return len(made)


def main() -> None:
    """Run one client and say what its process used."""
    name, url, calls, places, turns, folder = sys.argv[1:]
    clients = {
        "colloque": colloque, "colloque-whole": colloque_whole, "aiohttp": bare_aiohttp, "openai": openai_client,
    }  # fmt: skip
    if name.startswith("role-"):
        done = role(name.removeprefix("role-"), url, int(calls), int(places), Path(folder))
    else:
        done = clients[name](url, int(calls), int(places), int(turns), Path(folder))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    cpu = usage.ru_utime + usage.ru_stime
    print(json.dumps({"done": done, "cpu_s": round(cpu, 3), "rss_mb": round(usage.ru_maxrss / 1024, 1), **SAID}))


if __name__ == "__main__":
    main()
