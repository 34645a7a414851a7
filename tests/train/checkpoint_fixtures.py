"""Tokenizers and tiny checkpoints of other families, made on the spot: the template is the family's, the weights are random."""

from importlib import resources
from pathlib import Path
from typing import Any

from talk_fixtures import consultation

MARKS = {
    "qwen2_5": ("<|im_start|>", "<|im_end|>"),
    "qwen3": ("<|im_start|>", "<|im_end|>", "<think>", "</think>"),
    "qwen3_instruct_2507": ("<|im_start|>", "<|im_end|>"),
    "llama3": ("<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>"),
    "gemma3": ("<bos>", "<end_of_turn>", "<start_of_turn>"),
}
"""The control marks of each family; the second one ends a reply."""


def foreign_tokenizer(family: str) -> Any:
    """A byte-level tokenizer with a family's marks and chat template (from the TRL package)."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    marks = ["<|padding|>", *MARKS[family]]
    trainer = trainers.BpeTrainer(
        vocab_size=500, special_tokens=marks, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False
    )  # fmt: skip
    tokenizer.train_from_iterator([m.content for i in range(40) for m in consultation(i)], trainer)
    first = MARKS[family][0]
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<|padding|>",
        eos_token=MARKS[family][1],
        bos_token=first if "b" in first and "start" not in first else None,
        extra_special_tokens=list(MARKS[family][2:]) + ([first] if "start" in first else []),
        model_max_length=1024,
    )
    template = resources.files("trl").joinpath("chat_templates", f"{family}.jinja")
    fast.chat_template = template.read_text(encoding="utf-8")
    return fast


def write_checkpoint(folder: Path, family: str = "qwen2_5") -> Path:
    """A tiny Qwen2-type checkpoint with random weights."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    tokenizer = foreign_tokenizer(family)
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(tokenizer), hidden_size=48, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=1024, eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id, bos_token_id=None, tie_word_embeddings=False,
    )  # fmt: skip
    Qwen2ForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
