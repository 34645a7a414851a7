"""A reward model as judge: any sequence-classification checkpoint with one output, on this machine, through transformers.

Each reply is scored alone after its conversation, so the order cannot decide. Knows nothing of rubrics; torch and
transformers are imported when the first comparison is judged.
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from colloque.core import Comparison, Verdict, messages_from, reply_message
from colloque.core.marks import neutralise
from colloque.errors import DependencyError, InputError
from colloque.store.weights import model_folder, weights_hash

__all__ = ["RewardJudge"]


class RewardJudge:
    """The reply with the higher reward wins; a difference up to `tie` is none (the default is what batching alone
    can move). Margin: that difference, in its own unit.

    Raises InputError when the folder holds no checkpoint with exactly one output, DependencyError without torch.
    """

    def __init__(self, path: str | Path, *, tie: float = 1e-4, batch_size: int = 16, system: str | None = None) -> None:
        self.folder = model_folder(Path(path))
        if not (self.folder / "config.json").exists():
            raise InputError("no reward model here (config.json is missing)", file=path, hint="name its folder")
        self.tie, self.batch_size, self.system = tie, batch_size, system

    @cached_property
    def name(self) -> str:
        """`reward-` and a hash of the weights."""
        return f"reward-{weights_hash(self.folder)}"

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """One verdict a comparison, in order."""
        rewards = self.score([self._messages(one, text) for one in comparisons for text in (one.a.text, one.b.text)])
        return [self._verdict(a, b) for a, b in zip(rewards[::2], rewards[1::2], strict=True)]

    def score(self, conversations: Sequence[list[dict[str, str]]]) -> list[float]:
        """The reward of each conversation's last message. Batches are cut in order, padded on the right."""
        import torch

        rewards: list[float] = []
        for start in range(0, len(conversations), self.batch_size):
            texts = [
                self._tokenizer.apply_chat_template([self._broken(message) for message in chat], tokenize=False)
                for chat in conversations[start : start + self.batch_size]
            ]
            batch = self._tokenizer(
                texts, return_tensors="pt", padding=True, truncation=True, add_special_tokens=False,
                max_length=getattr(self._model.config, "max_position_embeddings", 4096),
            )  # fmt: skip
            with torch.inference_mode():
                rewards += self._model(**batch.to(self._model.device)).logits[:, 0].float().tolist()
        return rewards

    def _messages(self, comparison: Comparison, text: str) -> list[dict[str, str]]:
        told = (*messages_from(comparison.opening.turns, system=self.system), *reply_message(text))
        return [{"role": message.role, "content": message.content} for message in told]

    def _broken(self, message: dict[str, str]) -> dict[str, str]:
        """The message with every control token in its words broken: only the template may write one."""
        marks = {*map(str, self._tokenizer.get_added_vocab()), *self._tokenizer.all_special_tokens}
        return {**message, "content": neutralise(message["content"], sorted(marks))}

    def _verdict(self, a: float, b: float) -> Verdict:
        reason = f"récompense {a:.3f} pour A, {b:.3f} pour B"
        if abs(a - b) <= self.tie:
            return Verdict(reason=reason, judge=self.name)
        return Verdict(reason=reason, choice="a" if a > b else "b", margin=abs(a - b), judge=self.name)

    @cached_property
    def _tokenizer(self) -> Any:
        transformers = _transformers()
        tokenizer = transformers.AutoTokenizer.from_pretrained(self.folder, local_files_only=True)
        tokenizer.padding_side, tokenizer.truncation_side = "right", "left"  # the reply is what must be seen
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        return tokenizer

    @cached_property
    def _model(self) -> Any:
        import torch

        model = _transformers().AutoModelForSequenceClassification.from_pretrained(
            self.folder, local_files_only=True, use_safetensors=True
        )
        if model.config.num_labels != 1:
            raise InputError(
                f"a reward model has one output, this one {model.config.num_labels}", file=self.folder,
                hint="train one with a sequence-classification head of one label",
            )  # fmt: skip
        model.config.pad_token_id = self._tokenizer.pad_token_id
        return model.to("cuda" if torch.cuda.is_available() else "cpu").eval()


def _transformers() -> Any:
    try:
        import transformers
    except ImportError as error:
        raise DependencyError("a reward model needs transformers", hint='pip install "colloque[train]"') from error
    return transformers
