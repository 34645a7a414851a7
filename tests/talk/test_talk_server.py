"""The chat protocol over HTTP, with a model that counts what it is given."""

import asyncio
from collections.abc import Sequence

from aiohttp.test_utils import TestClient, TestServer

from colloque.llm import Reply, Request
from colloque.talk.server import application


class Echo:
    name = "echo"

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        last = requests[0].messages[-1].content
        return [Reply(text=f"{last} ({requests[0].sampling.max_tokens})", prompt_tokens=3, completion_tokens=2)]


def test_a_chat_client_is_answered() -> None:
    async def session() -> None:
        async with TestClient(TestServer(application(Echo()))) as client:
            models = await (await client.get("/v1/models")).json()
            assert models["data"][0]["id"] == "echo"
            body = {"model": "echo", "messages": [{"role": "user", "content": "Bonjour."}], "max_tokens": 7}
            answer = await (await client.post("/v1/chat/completions", json=body)).json()
            assert answer["choices"][0]["message"] == {"role": "assistant", "content": "Bonjour. (7)"}
            assert answer["choices"][0]["finish_reason"] == "stop" and answer["usage"]["total_tokens"] == 5
            for wrong in ("{", '{"messages": [{"role": "doctor", "content": "x"}]}', "{}", "[]"):
                assert (await client.post("/v1/chat/completions", data=wrong)).status == 400

    asyncio.run(session())
