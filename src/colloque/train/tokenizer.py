"""The embedded base's tokenizer: byte-level BPE built from the training split, with our chat template inside.

Control marks exist only where the template writes them. Knows nothing of models or of training.
"""

from collections.abc import Iterable
from importlib import resources
from typing import Any

__all__ = ["END", "MARKS", "PAD", "build_tokenizer", "chat_template"]

END, PAD = "<|end|>", "<|pad|>"
MARKS = (PAD, END, "<|system|>", "<|user|>", "<|assistant|>")

# A word with the space before it and the apostrophe after it (« l' », « j' », « qu' » are one piece), numbers by at
# most three digits, other signs with the space before them (« ␣? » is one token: French writes it so).
_PIECES = r" ?\p{L}+['’]?| ?\p{N}{1,3}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"


def chat_template() -> str:
    """The template that travels in every embedded checkpoint; `{% generation %}` covers each reply and its end mark."""
    return resources.files("colloque.train").joinpath("chat_template.jinja").read_text(encoding="utf-8").strip()


def build_tokenizer(texts: Iterable[str], size: int, context: int) -> Any:
    """Train the tokenizer on the texts; `size` tokens in all, `context` positions. Returns a fast transformers tokenizer.

    The same texts in the same order give the same tokenizer.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=list(MARKS),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=END,
        pad_token=PAD,
        extra_special_tokens=[mark for mark in MARKS if mark not in (END, PAD)],
        model_max_length=context,
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = chat_template()
    return fast
