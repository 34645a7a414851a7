"""Held-out loss of a trained model on its own trained positions, beside a 3-gram model of the same tokens."""

import math
from typing import Any

from colloque.train.baseline import Trigram
from colloque.train.sharded import is_sharded
from colloque.train.trainer import summed_loss

__all__ = ["held_out_figures", "held_out_loss"]

_MEASURED = 300
"""Validation examples at most: some 40,000 trained tokens, a standard error of the loss below 1 %."""
_COUNTED = 20_000
"""Training examples that the 3-gram counts at most; ten million tokens take about a second a million."""


def held_out_figures(trainer: Any, train: Any, validation: Any, vocabulary: int) -> dict[str, float | int | bool]:
    """Losses in nats for each trained token of the validation split, the model's and the 3-gram's."""
    rows = validation.select(range(min(_MEASURED, len(validation))))
    sharded = is_sharded(trainer)
    loss, tokens = held_out_loss(
        trainer.model_wrapped if sharded else trainer.model, rows, trainer.args.device, sharded
    )
    counted = train.select(range(min(_COUNTED, len(train))))
    trigram = Trigram(counted["input_ids"], vocabulary)
    masks = [[label != -100 for label in labels] for labels in rows["labels"]]
    floor = trigram.loss(rows["input_ids"], masks)
    return {
        "loss": round(loss, 4), "perplexity": round(math.exp(loss), 3), "trigram_loss": round(floor, 4),
        "trigram_perplexity": round(math.exp(floor), 3), "beats_trigram": loss < floor, "tokens": tokens,
        "examples": len(rows),
    }  # fmt: skip


def held_out_loss(model: Any, rows: Any, device: Any, whole: bool = False) -> tuple[float, int]:
    """Mean negative log-likelihood of the trained positions (nats) and how many there are; longest examples first.

    `whole` calls the model itself, which gathers the shares that processes hold of it; else head and body apart (faster).
    """
    import torch

    batch = 2 if whole else 16

    order = sorted(range(len(rows)), key=lambda i: -len(rows[i]["input_ids"]))
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(order), batch):
            some = [rows[i] for i in order[start : start + batch]]
            inputs = {name: tensor.to(device) for name, tensor in _padded(some).items()}
            summed, trained = (_whole_loss if whole else summed_loss)(model, inputs)
            total += float(summed)
            count += trained
    return total / max(1, count), count


def _whole_loss(model: Any, inputs: dict[str, Any]) -> tuple[Any, int]:
    import torch

    logits = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], use_cache=False).logits
    labels = inputs["labels"][:, 1:]
    where = labels != -100
    return torch.nn.functional.cross_entropy(logits[:, :-1][where].float(), labels[where], reduction="sum"), int(
        where.sum()
    )


def _padded(rows: list[dict[str, list[int]]]) -> dict[str, Any]:
    import torch

    longest = max(len(row["input_ids"]) for row in rows)

    def stack(values: list[list[int]], fill: int) -> Any:
        return torch.tensor([row + [fill] * (longest - len(row)) for row in values])

    return {
        "input_ids": stack([row["input_ids"] for row in rows], 0),
        "labels": stack([row["labels"] for row in rows], -100),
        "attention_mask": stack([[1] * len(row["input_ids"]) for row in rows], 0),
    }
