"""A model on this machine with a journal: GPU hours are paid for too, and a killed run computes no whole batch again.

For models that answer batches. A batch of which the journal lacks one reply is computed anew as a whole, so that it is made
of the same conversations as in a run that nobody killed, and gives the same words. Knows no model in particular.
"""

from collections.abc import Sequence

from colloque.errors import ModelError
from colloque.llm.model import ChatModel, Reply, Request, Sampling, sampling_of
from colloque.llm.wire import body_from, key_of, read_reply
from colloque.store.journal import Entry, Journal

__all__ = ["Kept"]


class Kept:
    """The same model, its replies in a journal; batches are cut from the requests in their order."""

    def __init__(self, model: ChatModel, journal: Journal, sampling: Sampling) -> None:
        self.model, self.journal = model, journal
        self.sampling = sampling_of(model, sampling)
        self.places = int(getattr(model, "places", 64))

    @property
    def name(self) -> str:
        """The model's own."""
        return self.model.name

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        """Answer every request, in order."""
        replies: list[Reply] = []
        for start in range(0, len(requests), self.places):
            batch = requests[start : start + self.places]
            keys = [key_of(self.name, request) for request in batch]
            known = [self._recall(key) for key in keys]
            found = [reply for reply in known if reply is not None]
            if len(found) < len(batch):
                found = self.model.complete(batch)
                for key, request, reply in zip(keys, batch, found, strict=True):
                    counts = reply.prompt_tokens, reply.completion_tokens
                    self.journal.write(Entry(key, self.name, request.id, "ok", "", *counts, body_from(reply)))
            replies += found
        return replies

    def _recall(self, key: str) -> Reply | None:
        entry = self.journal.get(key)
        if entry is None or entry.state != "ok":
            return None
        try:
            return read_reply(entry.body, entry.model)
        except ModelError:
            return None
