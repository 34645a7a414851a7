"""The protocol of OpenAI-compatible servers: request bodies, raw replies, what each failure means, where records may go.

Pure functions; opens no connection. The one place that reads a key from the environment.
"""

import json
import os
import re
from ipaddress import ip_address
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

from colloque.core import digest
from colloque.errors import ConfigError, ModelError, RemoteRefused
from colloque.llm.config import ModelConfig
from colloque.llm.model import Reply, Request, Sampling

__all__ = [
    "Endpoint",
    "Failure",
    "Structured",
    "body_from",
    "body_of",
    "classify",
    "endpoint_of",
    "is_loopback",
    "key_of",
    "read_reply",
    "remedy_of",
    "seed_of",
    "usage_of",
]

Structured = Literal["schema", "object", "none"]


class Endpoint(NamedTuple):
    """Where calls go, with which headers, and the secret that no message may repeat."""

    url: str
    headers: dict[str, str]
    remote: bool
    secret: str = ""

    def clean(self, text: str) -> str:
        """Text of the server without the key: some servers repeat it in their errors."""
        return text.replace(self.secret, "•••") if self.secret else text


class Failure(NamedTuple):
    """What a bad answer means. retry: a passing fault. throttle: too many calls. refuse: this row, for good.

    plainer: ask again with less structure. fatal: every call would fail alike, so the run stops and says why.
    """

    kind: Literal["retry", "throttle", "refuse", "plainer", "fatal"]
    reason: str
    wait_s: float | None = None


def is_loopback(host: str | None) -> bool:
    """Only the loopback interface is this machine. A private network (10.…, 192.168.…) is not."""
    if host == "localhost":
        return True
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def endpoint_of(config: ModelConfig) -> Endpoint:
    """Where a configuration leads. Raises RemoteRefused for another machine without leave, ConfigError without the key."""
    remote = not is_loopback(urlsplit(config.base_url).hostname)
    if remote and not config.allow_remote:
        raise RemoteRefused(
            f"{config.base_url} is not this machine: records would leave it",
            hint="set allow_remote: true for this model if de-identified records may go there",
        )
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    secret = ""
    if config.api_key_env:
        secret = os.environ.get(config.api_key_env, "").strip()
        if not secret:
            raise ConfigError(
                f"the environment variable {config.api_key_env} is empty",
                hint=f"export {config.api_key_env}=… in the shell that runs colloque",
            )
        headers["Authorization"] = f"Bearer {secret}"
    return Endpoint(f"{config.base_url}/chat/completions", headers, remote, secret)


def key_of(model: str, request: Request) -> str:
    """The journal's key: model, messages, sampling (the draw's number among it) and asked-for shape. Not the caller's id."""
    messages = [(m.role, m.content) for m in request.messages]
    s = request.sampling
    sampling = (s.temperature, s.top_p, s.max_tokens, s.seed, s.draw, s.json_object)
    return digest(model, messages, sampling, request.shape, size=16)


def body_of(request: Request, config: ModelConfig, structured: Structured) -> bytes:
    """The request as the server reads it. The draw's number goes into its seed, so that draws differ and repeat."""
    sampling = request.sampling
    body: dict[str, Any] = {
        "model": config.model,
        "messages": [{"role": m.role, "content": m.content} for m in request.messages],
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "max_tokens": sampling.max_tokens,
        "seed": seed_of(sampling),
        "stream": False,
    }
    if request.shape and structured == "schema":
        schema = {"name": "reply", "strict": True, "schema": json.loads(request.shape)}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    elif (request.shape or sampling.json_object) and structured != "none":
        body["response_format"] = {"type": "json_object"}
    body.update(config.extra)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def seed_of(sampling: Sampling) -> int:
    """One seed for a server out of the seed and the draw's number, in [0, 2³¹)."""
    return (sampling.seed * 1_000_003 + sampling.draw) & 0x7FFFFFFF


def read_reply(body: bytes, model: str) -> Reply:
    """A raw answer as a Reply. Raises ModelError (retryable) when it is no chat completion."""
    try:
        data = json.loads(body)
        choice = data["choices"][0]
        message = choice["message"]
        usage = data.get("usage") or {}
        text, finish = message.get("content") or "", choice.get("finish_reason") or "stop"
        refusal = message.get("refusal") or ""
        prompt, completion = int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise ModelError("the answer is no chat completion", retryable=True) from error
    if finish == "content_filter" or (refusal and not text):
        reason = refusal or "content_filter"
        return Reply(text="", finish="filtered", model=model, reason=reason)
    return Reply(
        text=str(text), finish="length" if finish == "length" else "stop", model=model,
        prompt_tokens=prompt, completion_tokens=completion,
    )  # fmt: skip


def body_from(reply: Reply) -> bytes:
    """A reply as the raw answer that `read_reply` reads back: for the journal, where another model answered."""
    choice = {"message": {"role": "assistant", "content": reply.text}, "finish_reason": reply.finish}
    usage = {"prompt_tokens": reply.prompt_tokens, "completion_tokens": reply.completion_tokens}
    body = {"object": "chat.completion", "model": reply.model, "choices": [choice], "usage": usage}
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


_USAGE = re.compile(rb'"(prompt|completion)_tokens"\s*:\s*(\d+)')


def usage_of(body: bytes) -> tuple[int, int]:
    """Prompt and completion tokens as the server counted them, without parsing the answer: for the journal's columns."""
    found = {kind: int(count) for kind, count in reversed(_USAGE.findall(body[-2000:]))}
    return found.get(b"prompt", 0), found.get(b"completion", 0)


_STRUCTURE = re.compile(r"response_format|json_schema|json_object|guided|structured output|grammar", re.IGNORECASE)
_QUOTA = re.compile(r"insufficient_quota|billing|credit", re.IGNORECASE)
_FILTER = re.compile(r"content.?(filter|policy|management)|moderation|safety|flagged", re.IGNORECASE)


def classify(status: int, body: bytes, retry_after: str | None = None) -> Failure:
    """What an answer other than 200 means for the row and for the run."""
    reason = f"{status} {_message(body)}".strip()
    if status == 429:
        if _QUOTA.search(reason):
            return Failure("fatal", reason)
        return Failure("throttle", reason, _seconds(retry_after))
    if status in (408, 409, 425) or status >= 500:
        return Failure("retry", reason, _seconds(retry_after))
    if _FILTER.search(reason):
        return Failure("refuse", reason)
    if status in (400, 415, 422) and _STRUCTURE.search(reason):
        return Failure("plainer", reason)
    if status < 400 or status in (401, 402, 403, 404, 405, 407, 410):
        return Failure("fatal", reason)
    return Failure("refuse", reason)


def _message(body: bytes) -> str:
    text = body[:2000].decode("utf-8", "replace")
    try:
        data = json.loads(body)
        error = data.get("error", data) if isinstance(data, dict) else data
        text = str(error.get("message") or error.get("detail") or error) if isinstance(error, dict) else str(error)
        code = error.get("code") if isinstance(error, dict) else None
        text = f"{code}: {text}" if isinstance(code, str) and code not in text else text
    except ValueError:
        pass
    return " ".join(text.split())[:300]


def _seconds(retry_after: str | None) -> float | None:
    """Retry-After in seconds; its form as a date is left to the ordinary wait, for it needs an agreed clock."""
    try:
        return min(max(float(retry_after or ""), 0.0), 300.0)
    except ValueError:
        return None


def remedy_of(reason: str) -> str:
    """What to do about a failure that every call would meet."""
    if reason.startswith(("401", "403")):
        return "check the key in the variable that api_key_env names"
    if reason.startswith("404"):
        return "check base_url (it ends in /v1 on most servers) and model"
    if reason.startswith("3"):
        return "the server sends calls elsewhere; name that address in base_url yourself"
    return "the server refuses every call for this reason"
