"""A model that says what it was told to say: for tests, for trials without a server, and to replay recorded replies.

Knows nothing of dialogues. A cassette is a JSON-lines file of recorded replies, found again by model, messages and draw.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from colloque.errors import InputError, ModelError
from colloque.llm.model import Reply, Request
from colloque.llm.wire import key_of

__all__ = ["ScriptedModel", "cassette_line"]

Script = Callable[[Request], str | Reply]


class ScriptedModel:
    """Replies from a function of the request, from a list used up in order, or from a cassette (`from_file`).

    `requests` keeps what was asked, for a test to look at. Raises ModelError when the script has nothing to say.
    """

    def __init__(self, script: Script | Sequence[str | Reply] | Mapping[str, str], *, name: str = "scripted") -> None:
        self.name = name
        self.requests: list[Request] = []
        self._script = script
        self._next = 0

    @classmethod
    def from_file(cls, path: Path, *, name: str = "scripted") -> "ScriptedModel":
        """Recorded replies: one JSON object a line, `key` (of `llm.wire.key_of`) and `text`."""
        replies: dict[str, str] = {}
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                    replies[row["key"]] = row["text"]
                except (ValueError, KeyError, TypeError) as error:
                    raise InputError(
                        f"not a recorded reply: {error}",
                        file=path,
                        place=f"line {number}",
                        hint="expected key and text",
                    ) from error
        return cls(replies, name=name)

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer every request, in order."""
        self.requests.extend(requests)
        return [self._one(request) for request in requests]

    def _one(self, request: Request) -> Reply:
        if callable(self._script):
            said: str | Reply | None = self._script(request)
        elif isinstance(self._script, Mapping):
            said = self._script.get(key_of(self.name, request))
        else:
            said = self._script[self._next] if self._next < len(self._script) else None
            self._next += 1
        if said is None:
            raise ModelError(f"{self.name}: no recorded reply for request {request.id}", hint="record it again")
        return said if isinstance(said, Reply) else Reply(text=said, model=self.name)


def cassette_line(model: str, request: Request, text: str) -> str:
    """One line of a cassette for `ScriptedModel.from_file`."""
    row = {"key": key_of(model, request), "request": request.id, "text": text}
    return json.dumps(row, ensure_ascii=False)
