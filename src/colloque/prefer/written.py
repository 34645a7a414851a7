"""Openings that a model writes: first words of patients by topic, manner and style, each refused unless it is one.

The topics and manners are those of the hand-written ones, which serve as examples. What comes back is read as a stranger's
text: a reply that speaks to the clinician's machine, answers itself, repeats another or misses the risk it was to tell is
refused, and counted by its reason.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any, NamedTuple

from colloque.core import Opening, Turn, content_id, messages_from, rng_for, seed_for
from colloque.french import risk_of
from colloque.llm.model import ChatModel, Request, Sampling, sampling_of
from colloque.llm.steering import steering_of
from colloque.llm.template import as_data, template
from colloque.prefer.draw import alike, word_list

__all__ = ["refusal", "written_openings"]

_DEFAULT = Sampling(temperature=1.0, max_tokens=160)
_BATCH = 64
_EXAMPLES = 4
_LONGEST = 90
"""Words; the longest of the hand-written ones has 61."""
_NEAR = 0.8
_TRIES = 3
"""Calls for each opening wanted, at most: refused ones are asked again in other words."""
_SPEAKER = re.compile(r"^\s*(?:patiente?|p|le patient|la patiente)\s*[:—-]\s*", re.IGNORECASE)
_OTHER = re.compile(r"\n|\b(?:clinicien(?:ne)?|médecin|docteur|thérapeute|assistant|système)\s*:", re.IGNORECASE)
_RISK = {
    "risk_idiom": ("ambiguous", "affirmed", "acute"),
    "risk_affirmed": ("affirmed", "acute"),
    "risk_plan": ("affirmed", "acute"),
}


class _Wish(NamedTuple):
    """What one opening is to be."""

    number: int
    topic: str
    kind: str
    style: str


@cache
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(files("colloque.prefer").joinpath(f"data/{name}.toml").read_text(encoding="utf-8"))


def written_openings(model: ChatModel, count: int, seed: int) -> tuple[list[Opening], Counter[str]]:
    """Up to `count` openings by the model, `origin` "model", and why others were refused. Raises ModelError when it fails for good."""
    kept: list[Opening] = []
    refused: Counter[str] = Counter()
    words: list[list[str]] = []
    wishes = _wishes(count * _TRIES, seed)
    while len(kept) < count and (some := list(islice(wishes, min(_BATCH, count)))):
        replies = model.complete([_request(model, wish, seed) for wish in some])
        for wish, reply in zip(some, replies, strict=True):
            text = _SPEAKER.sub("", reply.text.strip().strip('«»"“” \u00a0'))
            why = "cut" if reply.finish != "stop" else refusal(text, wish.kind, words)
            if why:
                refused[why] += 1
            elif len(kept) < count:
                words.append(word_list(text))
                turns = (Turn(role="patient", text=text),)
                kept.append(Opening(id=content_id("o", text), turns=turns, origin="model", kind=wish.kind))
    return kept, refused


def refusal(text: str, kind: str, others: Sequence[Sequence[str]]) -> str:
    """Why a text is no opening of this kind, or nothing. `others` are the words of those already taken."""
    words = word_list(text)
    if not words or len(words) > _LONGEST:
        return "length"
    if _OTHER.search(text):
        return "not the patient alone"
    if steering_of(text):
        return "steering"
    if any(alike(words, other) >= _NEAR for other in others):
        return "same"
    grade = risk_of(text).grade
    if kind in _RISK and grade not in _RISK[kind]:
        return "risk not told"
    if kind not in _RISK and grade in ("affirmed", "acute"):
        return "risk unasked"
    return ""


def _wishes(count: int, seed: int) -> Iterator[_Wish]:
    """Topics and kinds as the hand-written ones combine them, in an order of the seed's own, over and over; styles drawn."""
    pairs = sorted({(row["topic"], row.get("kind", "first")) for row in _data("openings")["opening"]})
    order = rng_for("openings", "written", seed).sample(pairs, len(pairs))
    styles = tuple(_data("manners")["style"])
    for number in range(count):
        topic, kind = order[number % len(order)]
        yield _Wish(number, topic, kind, rng_for(f"written-{number}", "style", seed).choice(styles))


def _request(model: ChatModel, wish: _Wish, seed: int) -> Request:
    rows = [row["text"] for row in _data("openings")["opening"] if row.get("kind", "first") == wish.kind]
    rng = rng_for(f"written-{wish.number}", "examples", seed)
    examples = rng.sample(rows, min(_EXAMPLES, len(rows)))
    prompt = template("colloque.prefer", "opening.md").fill(
        topic=wish.topic,
        manner=_data("manners")["manner"][wish.kind],
        style=_data("manners")["style"][wish.style],
        examples=as_data(examples),
    )
    sampling = sampling_of(model, _DEFAULT)
    seeded = sampling.model_copy(update={"seed": seed_for(f"written-{wish.number}", "opening", seed)})
    return Request(
        id=f"opening-{wish.number}", messages=messages_from([Turn(role="patient", text=prompt)]), sampling=seeded
    )
