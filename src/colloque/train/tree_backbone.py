"""A causal model whose backbone computes the trees of a micro-batch instead of its rows; everything after it is unchanged.

Only the backbone's call is replaced: hidden states are gathered back into rows before anyone sees them. Where equality is
not proven for a model, the reason why not is given instead. Knows no loss, no data and no trainer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from colloque.train.tree import Piece, fold

__all__ = ["PROVEN", "TreeBackbone", "refusal"]

PROVEN = ("llama", "mistral", "qwen2", "qwen3")
"""Model types whose losses and gradients are tested equal (tests/train/test_train_tree.py)."""
_NAME = "colloque_tree"
"""Under which the attention is registered with transformers; without a forest at hand it is plain SDPA."""


def refusal(model: Any) -> str | None:
    """Why this model may not be folded, or None. Reads the configuration of the model itself, not its name."""
    config = _causal(model).config.get_text_config()
    kinds = set(getattr(config, "layer_types", None) or ["full_attention"])
    if config.model_type not in PROVEN:
        return f"equality is proven for {', '.join(PROVEN)}, not for models of type {config.model_type}"
    if kinds != {"full_attention"} or (
        getattr(config, "sliding_window", None) and getattr(config, "use_sliding_window", True)
    ):
        return "this model's attention looks through a sliding window"
    if config._attn_implementation not in ("sdpa", _NAME):
        return f"the tree's attention is SDPA, this model's is {config._attn_implementation}"
    if getattr(config, "attention_dropout", 0.0):
        return "this model drops attention at random"
    return None


class TreeBackbone:
    """Folds the batches that a model is given to score. `rows`, `tokens`: positions that came in, tokens that were computed."""

    def __init__(self, model: Any) -> None:
        """Replace the backbone's forward of `model` (an adapter may be around it). Call before it is wrapped for devices."""
        _register()
        causal = _causal(model)
        causal.set_attn_implementation(_NAME)
        self.on = True
        self.rows = self.tokens = 0
        self._linear = _linear_keys(causal)
        self._stock = causal.base_model.forward

        @wraps(type(causal.base_model).forward)
        def forward(*args: Any, **kwargs: Any) -> Any:
            return self._forward(*args, **kwargs)

        causal.base_model.forward = forward

    @contextmanager
    def off(self) -> Iterator[None]:
        """Within this block nothing is folded: the stock path, to compare with."""
        self.on = False
        try:
            yield
        finally:
            self.on = True

    def _forward(self, *args: Any, **kwargs: Any) -> Any:
        ids: Any = kwargs.get("input_ids")
        mask: Any = kwargs.get("attention_mask")
        if args or not self.on or not _scored(ids, mask, kwargs):
            return self._stock(*args, **kwargs)
        forest = fold(ids, mask, self._linear)
        pieces = tuple(
            (first, rest, sees if sees is None else sees.to(ids.device)) for first, rest, sees in forest.pieces
        )
        flat = {
            "input_ids": forest.ids.to(ids.device),
            "position_ids": forest.depths.to(ids.device),
            # A mask of four dimensions is handed on as it is. Ours is in the pieces; this one is never read.
            "attention_mask": mask.new_ones(1, 1, 1, 1).bool(),
        }
        out = self._stock(**{**kwargs, **flat}, forest=pieces)
        self.rows += ids.numel()
        self.tokens += forest.ids.numel()
        hidden = out.last_hidden_state[0].index_select(0, forest.gather.to(ids.device).flatten())
        out.last_hidden_state = hidden.view(*ids.shape, -1)
        return out


def _scored(ids: Any, mask: Any, kwargs: Any) -> bool:
    """Whether these are whole rows to score, padded on the right: nothing cached, no positions of the caller's own."""
    if ids is None or mask is None or mask.dim() != 2:
        return False
    if kwargs.get("use_cache") is not False or any(kwargs.get(name) is not None for name in ("cache", "position_ids")):
        return False
    return bool(mask[:, 0].all())


def _causal(model: Any) -> Any:
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def _linear_keys(causal: Any) -> float:
    """The number of keys to look at which costs a token as much as the layers' matrices do (multiplications)."""
    config = causal.config.get_text_config()
    matrices = sum(p.numel() for name, p in causal.base_model.named_parameters() if p.ndim == 2 and "embed" not in name)
    size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return float(matrices / config.num_hidden_layers / (2 * config.num_attention_heads * size))


def _register() -> None:
    from transformers import AttentionInterface
    from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

    AttentionInterface.register(_NAME, _attention)
    AttentionMaskInterface.register(_NAME, sdpa_mask)


def _attention(module: Any, query: Any, key: Any, value: Any, attention_mask: Any, **kwargs: Any) -> tuple[Any, None]:
    """Attention with transformers' signature; `query` (1, heads, tokens, size). Each tree by itself: its first row is causal,
    its other branches see what the forest says."""
    import torch
    from transformers.integrations.sdpa_attention import repeat_kv, sdpa_attention_forward

    pieces: tuple[Piece, ...] | None = kwargs.pop("forest", None)
    if pieces is None:
        out, _ = sdpa_attention_forward(module, query, key, value, attention_mask, **kwargs)
        return out, None
    attend, scale = torch.nn.functional.scaled_dot_product_attention, kwargs.get("scaling")
    groups = getattr(module, "num_key_value_groups", 1)
    # One split of each: its gradient is one concatenation, that of as many slices is as many whole tensors of zeros.
    sizes = [size for first, rest, _ in pieces for size in (first, rest)]
    queries, keys, values = (t.split(sizes, dim=2) for t in (query, repeat_kv(key, groups), repeat_kv(value, groups)))
    done = []
    for i, (_, rest, sees) in zip(range(0, len(sizes), 2), pieces, strict=True):
        done.append(attend(queries[i], keys[i], values[i], is_causal=True, scale=scale))
        if rest:
            k, v = torch.cat(keys[i : i + 2], dim=2), torch.cat(values[i : i + 2], dim=2)
            done.append(attend(queries[i + 1], k, v, attn_mask=sees, scale=scale))
    return torch.cat([part.transpose(1, 2) for part in done], dim=1), None
