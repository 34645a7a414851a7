"""The dataset stage: dialogues → `train.parquet` and `validation.parquet` in chat form, and a card that says what they are.

Roles become chat messages here, by `core.messages_from`. Readable with `datasets.load_dataset("parquet", …)`.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from colloque.augment.card import Composition, card
from colloque.augment.config import DatasetConfig
from colloque.core import Dialogue, Message, Record, Split, messages_from
from colloque.store import (
    Context,
    Rows,
    Tally,
    atomic,
    count_records,
    read_records,
    write_json,
    write_records,
    write_text,
)

__all__ = ["Example", "run_dataset"]


class Example(Record):
    """One row of the dataset: a dialogue as chat messages, with where it comes from."""

    id: str
    dialogue: str
    questionnaire: str
    respondent: str
    split: Split
    messages: tuple[Message, ...]


def run_dataset(context: Context, config: DatasetConfig) -> Tally:
    """Write the training files and the card from the input `dialogues`.

    Splits that are in neither list stay out, counted by split: they are for preferences and for the test.
    """
    source = context.inputs["dialogues"]
    composition = Composition(count_records(source))
    for name, splits in (("train", config.train), ("validation", config.validation)):
        composition.files[name] = write_records(
            context.folder / f"{name}.parquet", _examples(source, splits, config, composition, name), Example
        )
        if config.exports:
            _lines(context.folder, name, source, splits, config)
    _descriptions(context.folder, config)
    out = {*config.train, *config.validation}
    aside: dict[str, int] = {}
    read = 0
    for (split,) in Rows(source).columns("split"):
        read += 1
        split = split or "train"
        if split not in out:
            aside[f"split_{split}"] = aside.get(f"split_{split}", 0) + 1
    figures = composition.figures()
    write_text(context.folder / "README.md", card(composition, figures, config))
    kept = sum(aside.values())
    return Tally(read=read, kept=read - kept, dropped=dict(sorted(aside.items())), figures=figures).balanced("dataset")


def _chosen(source: Path, splits: tuple[Split, ...]) -> Iterator[Dialogue]:
    return (
        d for d in read_records(source, Dialogue) if d.split in splits and any(t.role == "clinician" for t in d.turns)
    )


def _examples(
    source: Path, splits: tuple[Split, ...], config: DatasetConfig, composition: Composition, name: str
) -> Iterator[Example]:
    for dialogue in _chosen(source, splits):
        composition.add(dialogue, name)
        yield Example(
            id=dialogue.id, dialogue=dialogue.id, questionnaire=dialogue.questionnaire, respondent=dialogue.respondent,
            split=dialogue.split, messages=messages_from(dialogue.turns, system=config.system),
        )  # fmt: skip


def _lines(folder: Path, name: str, source: Path, splits: tuple[Split, ...], config: DatasetConfig) -> None:
    """The same rows as JSON lines with `messages`, which LLaMA-Factory and Axolotl both read."""
    with atomic(folder / f"{name}.jsonl") as file:
        for dialogue in _chosen(source, splits):
            messages = [m.model_dump() for m in messages_from(dialogue.turns, system=config.system)]
            file.write(json.dumps({"id": dialogue.id, "messages": messages}, ensure_ascii=False).encode() + b"\n")


def _descriptions(folder: Path, config: DatasetConfig) -> None:
    if "llama-factory" in config.exports:
        tags = {
            "role_tag": "role",
            "content_tag": "content",
            "user_tag": "user",
            "assistant_tag": "assistant",
            "system_tag": "system",
        }
        entry: dict[str, Any] = {"formatting": "sharegpt", "columns": {"messages": "messages"}, "tags": tags}
        write_json(
            folder / "dataset_info.json",
            {f"colloque_{name}": {"file_name": f"{name}.jsonl", **entry} for name in ("train", "validation")},
        )
    if "axolotl" in config.exports:
        write_text(
            folder / "axolotl.yaml",
            "datasets:\n  - path: train.jsonl\n    ds_type: json\n    type: chat_template\n    field_messages: messages\n"
            "    message_property_mappings:\n      role: role\n      content: content\n    roles_to_train: [assistant]\n"
            "test_datasets:\n  - path: validation.jsonl\n    ds_type: json\n    type: chat_template\n    field_messages: messages\n    split: train\n",
        )
