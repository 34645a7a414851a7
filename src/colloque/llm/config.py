"""Which models a run uses, by name: where they are, how they are asked, what they may cost. Torch-free.

Holds the name of an environment variable, never a key. Knows nothing of stages: they are given the model they need.
"""

import re
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import ConfigDict, Field, field_validator, model_validator

from colloque.store import StageConfig

__all__ = ["BudgetConfig", "ModelConfig", "ModelsConfig"]


class BudgetConfig(StageConfig):
    """A hard stop. Counted over all runs that share the journal: a restart does not begin again at zero."""

    calls: int | None = Field(None, ge=0)
    """Calls that the server answered."""
    tokens: int | None = Field(None, ge=0)
    """Prompt and completion tokens together, as the server counts them."""
    euros: float | None = Field(None, ge=0)
    """Needs the two prices below."""
    prompt_price: float = Field(0.0, ge=0)
    """Euros for a million prompt tokens."""
    completion_price: float = Field(0.0, ge=0)
    """Euros for a million completion tokens."""

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if self.euros is not None and not (self.prompt_price or self.completion_price):
            raise ValueError("a budget in euros needs prompt_price and completion_price (euros for a million tokens)")
        return self


class ModelConfig(StageConfig):
    """One model: an OpenAI-compatible endpoint, a local checkpoint, or recorded replies."""

    # A key pasted where a name belongs must not be printed back by the error about it.
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)

    kind: Literal["openai", "local", "vllm", "scripted"] = "openai"
    """openai: a server that speaks /v1/chat/completions. local: a transformers checkpoint. vllm: the same in vLLM in this process,
    on a GPU. scripted: recorded replies."""
    base_url: str = ""
    """Address of the endpoint up to /v1, as http://127.0.0.1:8000/v1. Only this machine, unless allow_remote."""
    model: str = ""
    """The name that the server knows the model by."""
    path: Path | None = None
    """local, vllm: folder of the checkpoint. scripted: JSON lines of recorded replies."""
    api_key_env: str | None = None
    """Name of the environment variable that holds the key. The key itself is never written anywhere."""
    allow_remote: bool = False
    """Let records leave this machine for base_url. Only de-identified records should."""
    concurrency: int = Field(32, ge=1, le=4096)
    """Most calls in flight; fewer when the server says 429. 32: what one vLLM instance batches without queueing long."""
    temperature: float = Field(0.7, ge=0, le=2)
    """0.7: the middle of what makers of instruction models advise for prose."""
    top_p: float = Field(1.0, gt=0, le=1)
    """Share of the probability that draws are made from."""
    max_tokens: int = Field(4096, ge=1)
    """Longest reply. A dialogue of 15 answers takes some 1,500 tokens as JSON."""
    timeout_s: float = Field(600.0, gt=0)
    """One call. 600: a slow server under full load; a hung one is given up and asked again."""
    retries: int = Field(7, ge=0, le=50)
    """Second tries after a passing fault (429, 5xx, reset, time-out): seven wait about a minute in all."""
    structured: Literal["schema", "object", "none"] = "schema"
    """How JSON is asked for. A server that refuses `schema` is asked for `object`, then for nothing."""
    extra: dict[str, Any] = Field(default_factory=dict)
    """More keys for the request body, as the server documents them (`{chat_template_kwargs: {enable_thinking: false}}`). vllm:
    arguments of its engine (`{tensor_parallel_size: 4, max_model_len: 16384}`), and chat_template_kwargs."""
    budget: BudgetConfig = BudgetConfig()
    """Hard stop in calls, tokens or euros."""
    pilot: int = Field(20, ge=0)
    """Records after which tokens, money and hours of all are forecast on stderr, with their interval; 0: no forecast."""
    fallback: "ModelConfig | None" = None
    """Who is asked when this server refuses a row (content filter). Without one, the row waits in quarantine."""

    def identity(self) -> dict[str, Any]:
        """What decides which replies come: not how fast, how dear, or by whose leave. A raised budget makes nothing anew."""
        ways = {"api_key_env", "allow_remote", "concurrency", "timeout_s", "retries", "budget", "pilot", "fallback"}
        fallback = {"fallback": self.fallback.identity()} if self.fallback else {}
        return {**self.model_dump(mode="json", exclude=ways), **fallback}

    def anchored(self, folder: Path) -> "ModelConfig":
        """The same with its paths read from a folder: that of the configuration's file."""
        path = (folder / self.path).resolve() if self.path else None
        return self.model_copy(
            update={"path": path, "fallback": self.fallback.anchored(folder) if self.fallback else None}
        )

    @model_validator(mode="before")
    @classmethod
    def _infer(cls, data: Any) -> Any:
        if isinstance(data, dict) and "kind" not in data and data.get("path") and not data.get("base_url"):
            return {**data, "kind": "local"}
        return data

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("base_url must be an http(s) address, as http://127.0.0.1:8000/v1")
        if parts.username or parts.password or parts.query:
            raise ValueError("base_url must hold no user, password or query: name the key's variable in api_key_env")
        return value.rstrip("/")

    @field_validator("api_key_env")
    @classmethod
    def _variable(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"[A-Z_][A-Z0-9_]{0,63}", value):
            raise ValueError("api_key_env must be the NAME of an environment variable, in capitals, not the key itself")
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "openai" and not (self.base_url and self.model):
            raise ValueError("an endpoint needs base_url and model (a local checkpoint: path)")
        if self.kind in ("local", "vllm", "scripted") and self.path is None:
            raise ValueError(f"kind {self.kind} needs path")
        return self


class ModelsConfig(StageConfig):
    """The models of a run, by what they do. Absent: the embedded default does it."""

    author: ModelConfig | None = None
    """Writes dialogues from questionnaires."""
    reformulator: ModelConfig | None = None
    """Writes other versions of a dialogue."""
    judge: ModelConfig | None = None
    """Compares two replies."""
    patient: ModelConfig | None = None
    """Says the virtual patient's answers in its own words, in the evaluation's interviews; what they are, the record decides."""
