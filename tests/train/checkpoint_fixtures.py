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
    "chatml": ("<|im_start|>", "<|im_end|>"),
    "mistral": ("<s>", "</s>", "[INST]", "[/INST]"),
}
"""The control marks of each family; the second one ends a reply."""

BEGINS = ("llama3", "gemma3", "mistral")
"""Families whose first mark begins each text."""

MISTRAL = (
    "{%- if messages[0]['role'] == 'system' -%}{%- set before = messages[0]['content'] + '\n\n' -%}{%- set talk = messages[1:] -%}"
    "{%- else -%}{%- set before = '' -%}{%- set talk = messages -%}{%- endif -%}"
    "{{- bos_token -}}{%- for m in talk -%}{%- if (m['role'] == 'user') != (loop.index0 % 2 == 0) -%}"
    "{{- raise_exception('roles must alternate user/assistant') -}}{%- endif -%}"
    "{%- if m['role'] == 'user' -%}{{- '[INST]' + (before if loop.first else '') + m['content'] + '[/INST]' -}}"
    "{%- else -%}{%- generation -%}{{- m['content'] + eos_token -}}{%- endgeneration -%}{%- endif -%}{%- endfor -%}"
)
"""As Mistral's instruct models: the user must speak first and the roles alternate, or the template raises."""


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
        bos_token=first if family in BEGINS else None,
        extra_special_tokens=list(MARKS[family][2:]) + ([] if family in BEGINS else [first]),
        model_max_length=1024,
    )
    fast.chat_template = _template(family)
    return fast


def _template(family: str) -> str:
    if family == "mistral":
        return MISTRAL
    if family == "chatml":
        return resources.files("colloque.train").joinpath("chatml.jinja").read_text(encoding="utf-8")
    return resources.files("trl").joinpath("chat_templates", f"{family}.jinja").read_text(encoding="utf-8")


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
