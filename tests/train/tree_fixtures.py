"""Tiny random models of the families that the tree is proven on, and rows padded on the right."""

from collections.abc import Sequence
from typing import Any

FAMILIES = ("llama", "mistral", "qwen2", "qwen3")


def tiny(family: str, vocabulary: int = 100, **more: object) -> Any:
    """A random model with grouped keys, two layers, no sliding window unless asked for."""
    import torch
    import transformers

    name = {"llama": "Llama", "mistral": "Mistral", "qwen2": "Qwen2", "qwen3": "Qwen3"}[family]
    window = {"sliding_window": None} if family == "mistral" else {}
    torch.manual_seed(0)
    config = getattr(transformers, f"{name}Config")(
        **{
            "vocab_size": vocabulary, "hidden_size": 48, "intermediate_size": 96, "num_hidden_layers": 2,
            "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 12, "max_position_embeddings": 1024,
            "pad_token_id": 0, "bos_token_id": None, "eos_token_id": 1, **window, **more,
        }
    )  # fmt: skip
    return getattr(transformers, f"{name}ForCausalLM")(config)


def padded(rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    """Ids and mask (rows, longest)."""
    import torch

    longest = max(map(len, rows))
    ids = torch.zeros(len(rows), longest, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        mask[number, : len(row)] = 1
    return ids, mask
