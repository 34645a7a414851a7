"""Whole dialogues side by side in one sequence (TRL's best fit), and the proof that none sees another.

Knows encoded examples and a model; no files of the project, no trainer.
"""

from pathlib import Path
from typing import Any

from colloque.errors import RunError

__all__ = ["isolation_gap", "pack", "refuse_leak"]

_EXACT, _ROUNDED = 1e-3, 0.15
"""Largest accepted difference of a token's log-probability (nats) between packed and alone. In float32 it stays below 1e-5; in
bfloat16 other kernels differ by some hundredths; a leak moves it by tenths to whole nats."""


def pack(examples: Any, length: int, cache: Path) -> Any:
    """Sequences of at most `length` tokens with the column `seq_lengths`. Nothing is cut: examples are shorter beforehand."""
    from trl import pack_dataset

    return pack_dataset(examples, length, "bfd", {"cache_file_name": str(cache), "desc": None})


def isolation_gap(model: Any, rows: list[list[int]]) -> float:
    """Largest difference between a token's log-probabilities packed and alone, over all tokens of these examples."""
    import torch
    from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

    whole = {"input_ids": [i for row in rows for i in row], "seq_lengths": [len(row) for row in rows]}
    batch = DataCollatorForLanguageModeling(pad_token_id=0, padding_free=True)([whole])
    batch = {name: value.to(model.device) if hasattr(value, "to") else value for name, value in batch.items()}
    batch.pop("labels")
    was_training = model.training
    model.eval()
    gap, at = 0.0, 0
    with torch.no_grad():
        together = model(**batch, use_cache=False).logits[0].float().log_softmax(-1)
        for row in rows:
            alone = model(input_ids=torch.tensor([row], device=model.device), use_cache=False).logits[0].float()
            gap = max(gap, float((together[at : at + len(row)] - alone.log_softmax(-1)).abs().max()))
            at += len(row)
    model.train(was_training)
    return gap


def refuse_leak(model: Any, examples: Any, exact: bool = True) -> float:
    """The gap on the first examples. Raises RunError when packed dialogues see each other. `exact`: computed in float32."""
    rows = [list(ids)[:256] for ids in examples[:3]["input_ids"]]
    gap = isolation_gap(model, rows)
    limit = _EXACT if exact else _ROUNDED
    if not gap <= limit:
        raise RunError(
            f"packed dialogues see each other: log-probabilities move by {gap:.2g} nats ({limit:g} accepted)",
            hint="set sft.packing: false, or another sft.attention",
        )
    return gap
