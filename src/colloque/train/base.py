"""The model that training starts from: the embedded base from scratch, or a checkpoint of a folder or hub.

Safetensors only, no remote code. Knows neither data nor trainers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colloque.errors import DependencyError, InputError
from colloque.train.config import LoraConfig, Size
from colloque.train.tokenizer import build_tokenizer

__all__ = [
    "CONTEXT",
    "EMBEDDED",
    "Shape",
    "adapter",
    "embedded_model",
    "embedded_tokenizer",
    "found",
    "give_liger",
    "load_model",
    "load_tokenizer",
]

CONTEXT = 2048
"""Positions of the embedded base."""


@dataclass(frozen=True)
class Shape:
    """A Llama-type body: width, depth, inner width, heads (key/value heads as many)."""

    hidden: int
    layers: int
    inner: int
    heads: int


EMBEDDED: dict[Size, Shape] = {
    "0.3m": Shape(64, 4, 176, 4),
    "1m": Shape(128, 4, 352, 4),
    "3m": Shape(224, 4, 608, 7),
    "10m": Shape(320, 7, 864, 5),
    "30m": Shape(512, 9, 1376, 8),
    "100m": Shape(768, 13, 2048, 12),
}


def embedded_tokenizer(texts: Iterable[str], vocabulary: int) -> Any:
    """The tokenizer of an embedded base, built from the training split."""
    return build_tokenizer(texts, vocabulary, CONTEXT)


def embedded_model(size: Size, tokenizer: Any, seed: int) -> Any:
    """A Llama-type model with fresh weights; the same seed gives the same weights."""
    import torch
    from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

    shape = EMBEDDED[size]
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden,
        intermediate_size=shape.inner,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        head_dim=shape.hidden // shape.heads,
        max_position_embeddings=CONTEXT,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model = LlamaForCausalLM(config)
    model.generation_config = GenerationConfig(
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, do_sample=True, temperature=0.7
    )
    return model


def load_tokenizer(base: str, template: str | None = None) -> Any:
    """The tokenizer of a checkpoint, with its own chat template. Raises InputError when it has none and none is given."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(found(base), trust_remote_code=False)
    if not (tokenizer.chat_template or template):
        raise InputError(
            "this model has no chat template",
            file=base,
            hint="use the instruct version of the model, or name a template (sft.template)",
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_model(base: str | Path, bf16: bool, attention: str = "sdpa", quantized: bool = False) -> Any:
    """A causal model from a folder or hub id: safetensors, no remote code; `quantized` keeps its weights in 4 bits (QLoRA)."""
    import torch
    from transformers import AutoModelForCausalLM

    dtype = torch.bfloat16 if bf16 else torch.float32
    return AutoModelForCausalLM.from_pretrained(
        found(str(base)),
        dtype=dtype,
        use_safetensors=True,
        trust_remote_code=False,
        attn_implementation=attention,
        **({"quantization_config": _four_bits(dtype)} if quantized else {}),
    )


def give_liger(model: Any) -> None:
    """Liger's kernels in the body of this model; the head stays TRL's, which is fused already. Raises DependencyError."""
    try:
        from liger_kernel.transformers import _apply_liger_kernel_to_instance
    except ImportError as error:
        raise DependencyError("liger needs a package that is missing", hint="pip install liger-kernel") from error
    _apply_liger_kernel_to_instance(model=model, cross_entropy=False, fused_linear_cross_entropy=False)


def _four_bits(dtype: Any) -> Any:
    """NF4 with double quantisation (Dettmers et al. 2023, QLoRA)."""
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True, bnb_4bit_compute_dtype=dtype
    )


def adapter(config: LoraConfig, task: str = "CAUSAL_LM") -> Any:
    """The adapter's configuration for PEFT: all linear layers of the body; TRL refuses one on the head."""
    from peft import LoraConfig as PeftLora

    return PeftLora(
        r=config.rank,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        target_modules="all-linear",
        task_type=task,
    )


def found(base: str) -> str:
    """The base as given; a path that does not exist is an error here, not a request to a hub."""
    path = Path(base)
    looks_local = path.is_absolute() or base.startswith((".", "~")) or base.count("/") > 1
    if looks_local and not path.is_dir():
        raise InputError("no checkpoint here", file=base, hint="name a model folder or a hub id")
    return base
