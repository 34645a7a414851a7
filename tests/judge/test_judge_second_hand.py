"""The rubric judge on pairs written by another hand: forty judgements that nobody saw while the rubric was made.

`data/second_hand_judgements.jsonl` was written by another hand, in another style than the development corpus. Unseen, the
rubric agreed with 23 of 25 clear pairs and 13 of 15 slight ones; since then they have been read.
"""

import json
import statistics
from pathlib import Path
from typing import Any

from colloque.core import Turn, Verdict
from colloque.judge import judge_replies

ITEMS: list[dict[str, Any]] = [
    json.loads(line)
    for line in Path(__file__)
    .with_name("data")
    .joinpath("second_hand_judgements.jsonl")
    .read_text("utf-8")
    .splitlines()
]


def verdict_of(item: dict[str, Any], *, swapped: bool = False) -> Verdict:
    context = [Turn.model_validate(turn) for turn in item["context"]]
    seats = (item["b"], item["a"]) if swapped else (item["a"], item["b"])
    return judge_replies(context, *seats)


def test_it_agrees_with_another_hand() -> None:
    marks: dict[str, list[bool]] = {"clear": [], "slight": []}
    for item in ITEMS:
        marks[item["margin"]].append(verdict_of(item).choice == item["better"])
    assert sum(marks["clear"]) >= 0.9 * len(marks["clear"])
    assert sum(marks["slight"]) >= 0.7 * len(marks["slight"])


def test_neither_order_nor_length_decides() -> None:
    assert all(verdict_of(item).choice == verdict_of(item, swapped=True).swap().choice for item in ITEMS)
    chosen = [(item, verdict_of(item).choice) for item in ITEMS]
    lengths = [len(item["a"].split()) - len(item["b"].split()) for item, choice in chosen if choice != "tie"]
    choices = [1 if choice == "a" else -1 for _, choice in chosen if choice != "tie"]
    assert abs(statistics.correlation(lengths, choices)) < 0.25
