"""What every model is to the rest of the project: requests in, replies out, in the same order.

Knows nothing of dialogues: messages only. Implementations live beside it; heavy imports inside their functions.
"""

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

from colloque.core import Message, Record

__all__ = ["ChatModel", "Reply", "Request", "Sampling", "sampling_of"]


class Sampling(Record):
    """How to draw a reply. `seed` and `draw` make draws distinct and repeatable; temperature 0 is greedy."""

    temperature: float = 0.7
    top_p: float = 1.0
    max_tokens: int = 512
    seed: int = 0
    draw: int = 0
    json_object: bool = False
    """Ask the server for one JSON object, where it can hold a model to it."""


class Request(Record):
    """One call: an id for the caller's own use, the messages, the sampling."""

    id: str
    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    shape: str = ""
    """JSON schema of the reply, as JSON text, for servers that can hold a model to it; others see the prompt alone."""


class Reply(Record):
    """What came back. `filtered` is a refusal of the server (content filter): never retried, never a score."""

    text: str
    finish: Literal["stop", "length", "filtered"] = "stop"
    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    reason: str = ""
    """Why a reply is `filtered`, in the server's words."""


class ChatModel(Protocol):
    """Any model that continues a conversation."""

    @property
    def name(self) -> str:
        """What this model is called in records, manifests and reports; never a secret."""
        ...

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer every request, in order. Raises ModelError when a call fails for good."""
        ...


@runtime_checkable
class _Configured(Protocol):
    sampling: Sampling


def sampling_of(model: ChatModel, default: Sampling) -> Sampling:
    """How a model's configuration wants it drawn from; the caller's default where it says nothing."""
    return model.sampling if isinstance(model, _Configured) else default
