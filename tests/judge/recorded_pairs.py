"""The pairs that a strong model judged, recorded once in both orders: forty labelled ones of the development corpus, ten canaries.

Twenty clear and twenty slight ones that no veto decides; then known pairs of the passport, identical replies, and a
writer's turn against the same turn with one error planted in it.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from colloque.checks import plant
from colloque.core import (
    Answer,
    Candidate,
    Code,
    Comparison,
    Dialogue,
    Opening,
    Questionnaire,
    Turn,
    content_id,
    uniform,
)
from colloque.judge.veto import veto
from colloque.prefer.passport import canaries

CORPUS = Path(__file__).parents[2] / "../shared/corpus"
PLANTED: tuple[Code, ...] = ("question_repeated", "last_answer_ignored", "false_reassurance", "judgement_blame")


class Pair(NamedTuple):
    """A comparison, the seat of the better reply (tie: the same reply twice), what kind it is, and what it turns on."""

    comparison: Comparison
    better: str
    kind: str
    criterion: str


def _lot(pair: Pair) -> float:
    return uniform(pair.comparison.id, "recorded")


def _turns(rows: list[dict[str, Any]]) -> tuple[Turn, ...]:
    return tuple(Turn(role=row["role"], text=row["content"]) for row in rows)


def _comparison(name: str, turns: tuple[Turn, ...], a: str, b: str) -> Comparison:
    return Comparison(id=name, opening=Opening(id=name, turns=turns), a=Candidate(text=a), b=Candidate(text=b))


def labelled() -> list[Pair]:
    """All eighty of the corpus, in its order."""
    rows = map(json.loads, (CORPUS / "judgements.jsonl").read_text("utf-8").splitlines())
    return [
        Pair(_comparison(row["id"], _turns(row["context"]), row["a"], row["b"]), row["better"], row["margin"], row["criterion"])
        for row in rows
    ]  # fmt: skip


def forty() -> list[Pair]:
    """Twenty clear and twenty slight ones for a model to judge, by lot."""
    open_ones = sorted((pair for pair in labelled() if veto(pair.comparison, "x") is None), key=_lot)
    return [pair for kind in ("clear", "slight") for pair in [p for p in open_ones if p.kind == kind][:20]]


def ten() -> list[Pair]:
    """Four canaries of the passport, two replies set against themselves, four planted errors."""
    known = sorted((Pair(c, seat, "known", why) for c, seat, why in canaries() if veto(c, "x") is None), key=_lot)
    same = [Pair(c.model_copy(update={"id": f"{c.id}-same", "b": c.a}), "tie", "same", "") for c, *_ in known[4:6]]
    return [*known[:4], *same, *_planted()]


def _planted() -> Iterator[Pair]:
    for code in PLANTED:
        yield min((pair for pair in _plantings(code)), key=_lot)


def _plantings(code: Code) -> Iterator[Pair]:
    for row in map(json.loads, (CORPUS / "dialogues.jsonl").read_text("utf-8").splitlines()):
        talk = Dialogue(id=row["id"], questionnaire=row["record"]["id"], turns=_turns(row["dialogue"]))
        form = Questionnaire(id=talk.questionnaire, answers=tuple(map(Answer.model_validate, row["record"]["answers"])))
        planted = plant(form, talk, code) if row["faithful"] else None
        if planted is None or not planted.turn or talk.turns[planted.turn].role != "clinician":
            continue
        spot, after = planted.turn, planted.dialogue.turns
        if len(after) != len(talk.turns) or talk.turns[:spot] != after[:spot] or talk.turns[spot - 1].role != "patient":
            continue
        name = content_id("k", talk.id, code)
        good_first = uniform(name, "seat") < 0.5
        texts = (talk.turns[spot].text, after[spot].text)
        a, b = texts if good_first else texts[::-1]
        comparison = _comparison(name, talk.turns[:spot], a, b)
        if veto(comparison, "x") is None:
            yield Pair(comparison, "a" if good_first else "b", "planted", code)
