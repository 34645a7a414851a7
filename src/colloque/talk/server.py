"""A tuned checkpoint behind the OpenAI chat protocol, on loopback only. One model, one request at a time.

For demonstrations and tests; `transformers serve` and vLLM serve the same checkpoint to many users.
"""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from colloque.core import Message
from colloque.llm import ChatModel, LocalModel, Reply, Request, Sampling
from colloque.progress import note

__all__ = ["application", "serve_model"]


def serve_model(model: Path, port: int) -> None:
    """Serve until interrupted. Port 0 takes a free one."""
    tuned = LocalModel(model)
    note(f"serving {tuned.name} at http://127.0.0.1:{port}/v1 (Ctrl-C stops)")
    web.run_app(application(tuned), host="127.0.0.1", port=port, print=None)


def application(model: ChatModel) -> web.Application:
    """The two routes of the protocol that a chat client needs: /v1/models and /v1/chat/completions (no streaming)."""
    turnstile = asyncio.Lock()

    async def models(_: web.Request) -> web.Response:
        return web.json_response(
            {"object": "list", "data": [{"id": model.name, "object": "model", "owned_by": "colloque"}]}
        )

    async def complete(request: web.Request) -> web.Response:
        try:
            wanted = _request(json.loads(await request.text()))
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            return web.json_response(
                {"error": {"message": f"not a chat request: {error}", "type": "invalid_request_error"}}, status=400
            )
        async with turnstile:
            reply = (await asyncio.to_thread(model.complete, [wanted]))[0]
        return web.json_response(_response(model.name, reply))

    app = web.Application()
    app.add_routes([web.get("/v1/models", models), web.post("/v1/chat/completions", complete)])
    return app


def _request(body: Any) -> Request:
    if not isinstance(body, dict):
        raise TypeError("a JSON object is expected")
    sampling = Sampling(
        temperature=float(body.get("temperature", 0.7)),
        top_p=float(body.get("top_p", 1.0)),
        max_tokens=int(body.get("max_tokens") or body.get("max_completion_tokens") or 256),
        seed=int(body.get("seed") or 0),
    )
    return Request(id="serve", messages=tuple(Message.model_validate(m) for m in body["messages"]), sampling=sampling)


def _response(name: str, reply: Reply) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{time.time_ns()}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": name,
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": reply.text}, "finish_reason": reply.finish}
        ],
        "usage": {
            "prompt_tokens": reply.prompt_tokens,
            "completion_tokens": reply.completion_tokens,
            "total_tokens": reply.prompt_tokens + reply.completion_tokens,
        },
    }
