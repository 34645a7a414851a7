"""Shards written by a team's model: in this process, since a model is no thing to send to a worker.

With an endpoint all shards are one stream of talks: the next is under way while the last one ends. Writes no file.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from colloque.core import Dialogue, Drop, Questionnaire
from colloque.llm.model import ChatModel
from colloque.llm.pool import AsyncModel
from colloque.write.author import Authored, author_work
from colloque.write.shard import Shard, Written, packed, questionnaires_of, seed_of

__all__ = ["written_by"]


class _Begun(NamedTuple):
    """A shard under way: its questionnaires that can be written, in order, and the drops of the others."""

    shard: Shard
    todo: list[Questionnaire]
    drops: list[Drop]

    @property
    def size(self) -> int:
        return len(self.todo) * self.shard.per


def written_by(author: ChatModel, shards: Iterable[Shard], attempts: int) -> Iterator[Written]:
    """Each shard as the model wrote it, in order; `shards` is read a little ahead. Raises ModelError when it is gone.

    A model that answers batches gets one shard after the other: its batches, and so its words, are then the same after a kill.
    """
    if isinstance(author, AsyncModel):
        yield from _stream(author, shards, attempts)
        return
    for shard in shards:
        yield from _stream(author, (shard,), attempts)


def _stream(author: ChatModel, shards: Iterable[Shard], attempts: int) -> Iterator[Written]:
    begun: list[_Begun] = []

    def wanted() -> Iterator[tuple[Questionnaire, int]]:
        for shard in shards:
            begun.append(_Begun(shard, *questionnaires_of(shard)))
            for copy in range(shard.per):
                for questionnaire in begun[-1].todo:
                    yield questionnaire, seed_of(questionnaire, copy, 0, shard.seed)

    done: list[Authored] = []
    for one in author_work(wanted(), author, attempts):
        while not begun[0].size:
            yield _written(begun.pop(0), ())
        done.append(one)
        if len(done) == begun[0].size:
            yield _written(begun.pop(0), done)
            done = []
    yield from (_written(empty, ()) for empty in begun)


def _written(begun: _Begun, done: Sequence[Authored]) -> Written:
    """The dialogues of each questionnaire together; one that has none leaves with the reason of its first writing."""
    dialogues: dict[str, list[Dialogue]] = {q.id: [] for q in begun.todo}
    lost: dict[str, Drop] = {}
    warnings: Counter[str] = Counter()
    for made, warned in done:
        if isinstance(made, Dialogue):
            dialogues[made.questionnaire].append(made)
            warnings.update(warned)
        else:
            lost.setdefault(made.id, made)
    drops = [*begun.drops, *(lost[q.id] for q in begun.todo if not dialogues[q.id])]
    kept = [dialogue for family in dialogues.values() for dialogue in family]
    return packed(begun.shard, kept, drops, (Counter(), warnings))
