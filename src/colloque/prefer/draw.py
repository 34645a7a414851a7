"""Two or more different replies of one model to each opening: drawn, told apart, drawn again where they came out the same.

Knows no judge. What is refused is counted by its reason; a cut reply is never judged, a repeated one teaches nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from colloque.core import Candidate, Opening, messages_from, seed_for
from colloque.engine import map_shards
from colloque.llm.local import LocalModel
from colloque.llm.model import ChatModel, Reply, Request, Sampling
from colloque.prefer.config import PreferConfig
from colloque.prefer.records import Drawn

__all__ = ["alike", "draw_replies", "draw_shards", "word_list"]

_WORTH = 4
"""Shards for which a process is worth its start (loading torch: four to six seconds, a shard of 64 openings: two to three)."""
_WORD = re.compile(r"\w+")


def word_list(text: str) -> list[str]:
    """The words of a text, lower-case: what length and likeness are counted in."""
    return _WORD.findall(text.lower())


def alike(a: Sequence[str], b: Sequence[str]) -> float:
    """Dice's coefficient of two word lists with repetition, in [0, 1]; 1 for the same words in any order."""
    if not a and not b:
        return 1.0
    shared = sum((Counter(a) & Counter(b)).values())
    return 2 * shared / (len(a) + len(b))


def draw_replies(openings: Sequence[Opening], model: ChatModel, config: PreferConfig, seed: int) -> list[Drawn]:
    """`config.draws` different replies to each opening, as far as `config.extra` further draws find them.

    All openings of the call are sampled together, round by round: the same openings give the same batches and the same
    replies. Raises ModelError when the model fails for good.
    """
    drawn = [Drawn(opening=opening) for opening in openings]
    while True:
        asked = [(spot, draw) for spot, row in enumerate(drawn) for draw in _next_draws(row, config)]
        if not asked:
            return drawn
        requests = [_request(drawn[spot].opening, draw, config, seed) for spot, draw in asked]
        for (spot, draw), reply in zip(asked, model.complete(requests), strict=True):
            drawn[spot] = _add(drawn[spot], draw, reply, model.name, config)


class _Task(NamedTuple):
    """One shard for a process of its own."""

    openings: Sequence[Opening]
    folder: Path
    name: str
    batch: int
    config: PreferConfig
    seed: int


def draw_shards(
    shards: Sequence[Sequence[Opening]], model: ChatModel, config: PreferConfig, seed: int, workers: int = 1
) -> Iterator[list[Drawn]]:
    """`draw_replies` of each shard, in order. A small local model is loaded in up to `workers` processes, where each has
    `_WORTH` shards or more; the replies are the same."""
    workers = min(workers, len(shards) // _WORTH)
    if workers > 1 and isinstance(model, LocalModel) and model.small:
        own = [_Task(shard, model.folder, model.label, model.batch_size, config, seed) for shard in shards]
        yield from map_shards(_draw_task, own, workers)
    else:
        yield from (draw_replies(shard, model, config, seed) for shard in shards)


def _draw_task(task: _Task) -> list[Drawn]:
    return draw_replies(task.openings, _model(task.folder, task.name, task.batch), task.config, task.seed)


@lru_cache(maxsize=1)
def _model(folder: Path, name: str, batch: int) -> LocalModel:
    return LocalModel(folder, batch, threads=1, name=name)


def _next_draws(row: Drawn, config: PreferConfig) -> range:
    missing = config.draws - len(row.candidates)
    return range(row.asked, min(row.asked + missing, config.draws + config.extra))


def _request(opening: Opening, draw: int, config: PreferConfig, seed: int) -> Request:
    sampling = Sampling(
        temperature=config.temperature,
        top_p=config.top_p,
        max_tokens=config.max_tokens,
        seed=seed_for(opening.id, "reply", seed),
        draw=draw,
    )
    return Request(id=f"{opening.id}/{draw}", messages=messages_from(opening.turns), sampling=sampling)


def _add(row: Drawn, draw: int, reply: Reply, name: str, config: PreferConfig) -> Drawn:
    """The row with one more reply, or with one more refused for its reason."""
    changes: dict[str, object] = {"asked": row.asked + 1}
    text = reply.text.strip()
    words = word_list(text)
    if reply.finish != "stop":
        changes["cut"] = row.cut + 1
    elif not words:
        changes["blank"] = row.blank + 1
    elif any(alike(words, word_list(other.text)) >= config.near for other in row.candidates):
        changes["same"] = row.same + 1
    else:
        candidate = Candidate(text=text, draw=draw, model=reply.model or name, temperature=config.temperature)
        changes["candidates"] = (*row.candidates, candidate)
    return row.model_copy(update=changes)
