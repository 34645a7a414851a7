"""Weights that several processes hold in shares (FSDP2, ZeRO-3): gathered to be written, merged from the disk, asked as a whole.

Where every process holds the model, nothing here does anything. Knows no data.
"""

from pathlib import Path
from typing import Any

__all__ = ["gathered", "is_sharded", "merge_from_disk"]


def is_sharded(trainer: Any) -> bool:
    """Whether no process holds all weights."""
    return bool(trainer.is_fsdp_enabled or trainer.is_deepspeed_enabled)


def gathered(trainer: Any) -> tuple[Any, Any]:
    """The model without its wrappers, and its whole weights where they are in shares (None elsewhere). All processes call it."""
    accelerator = trainer.accelerator
    if not is_sharded(trainer):
        return accelerator.unwrap_model(trainer.model), None
    wrapped = trainer.model_wrapped
    return accelerator.unwrap_model(wrapped), accelerator.get_state_dict(wrapped)


def merge_from_disk(adapter: Path, target: Path) -> None:
    """The adapter merged into its base at full precision, on the processor: for shares, and for bases trained in 4 bits."""
    from peft import AutoPeftModelForCausalLM

    from colloque.train import base as bases
    from colloque.train.running import publish

    tokenizer = bases.load_tokenizer(str(adapter))
    model = AutoPeftModelForCausalLM.from_pretrained(adapter, dtype="auto", use_safetensors=True)
    publish(model.merge_and_unload(), tokenizer, target)
