"""Rows that a server refused or could not answer: listed with their reasons, and asked again on request.

What was asked is kept in the journal beside the reason. An answer takes the refused row's place under the same key, so
that the stage that asked finds it there; no paid reply is touched. Knows no stage.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import ValidationError

from colloque.llm.endpoint import EndpointModel
from colloque.llm.model import ChatModel, Request
from colloque.llm.pool import Ask, Talk, converse
from colloque.llm.wire import body_from
from colloque.store.journal import Entry, Journal

__all__ = ["Asked", "Held", "ask_again", "held"]


class Held(NamedTuple):
    """One row in quarantine: who was asked, why there is no answer (`entry.note`), and what was asked."""

    entry: Entry
    request: Request


class Asked(NamedTuple):
    """What became of rows asked again. `reasons` are those of the rows that are still without an answer."""

    answered: int
    refused: int
    reasons: dict[str, int]


def held(journal: Journal, model: str | None = None) -> Iterator[Held]:
    """The quarantine of a journal, or of one model in it, in the order in which rows came.

    Rows of older journals, which kept no request, are left out: a run asks them again once they are released.
    """
    for entry in journal.entries("refused", "failed"):
        if model is None or entry.model == model:
            try:
                yield Held(entry, Request.model_validate_json(entry.body))
            except ValidationError:
                continue


def ask_again(journal: Journal, rows: Sequence[Held], model: ChatModel) -> Asked:
    """Put rows of the quarantine to a model: the same as before, or another. Raises ModelError when it is gone.

    Killed on the way, it goes on where it stopped: rows without an answer are still in quarantine.
    """
    if isinstance(model, EndpointModel):
        model.proven = True
        journal.reopen(model.name)

    def talk(row: Held) -> Talk[tuple[Held, Entry | None, str]]:
        async def one(ask: Ask) -> tuple[Held, Entry | None, str]:
            reply = await ask(row.request)
            if reply.finish == "filtered":
                return row, None, reply.reason
            note = f"{row.entry.model} refused: {row.entry.note}"
            answered = row.entry._replace(model=reply.model or model.name, state="ok", note=note, body=body_from(reply))
            return row, None if row.entry.model == model.name else answered, ""

        return one

    reasons: Counter[str] = Counter()
    for _, entry, reason in converse(model, map(talk, rows)):
        if entry is not None:
            journal.write(entry._replace(prompt_tokens=0, completion_tokens=0))  # paid for under its own key
        if reason:
            reasons[reason] += 1
    refused = sum(reasons.values())
    return Asked(len(rows) - refused, refused, dict(reasons.most_common()))
