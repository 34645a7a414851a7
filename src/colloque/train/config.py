"""What a person may set about training: small, torch-free, a sentence under each field. Knows no library.

Defaults of the embedded base come from the sweep in `docs/notebook.md`; those of LoRA and of a full tuning of a real
checkpoint from published recipes, named beside them.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from colloque.core import Role
from colloque.store import StageConfig

__all__ = ["SHIPPED_TEMPLATES", "DpoConfig", "DpoLoss", "LoraConfig", "SftConfig", "Size"]

SHIPPED_TEMPLATES = ("chatml",)
"""Chat templates that come with colloque, by name."""

Size = Literal["0.3m", "1m", "3m", "10m", "30m", "100m"]
DpoLoss = Literal["sigmoid", "sigmoid_norm+sft", "ipo", "robust", "apo_zero"]


class LoraConfig(StageConfig):
    """The adapter, where a real checkpoint is tuned with one."""

    rank: int = Field(default=64, ge=1)
    """Rank; 64 is a middle course between 8 (common examples) and 256 ("LoRA without regret", all linear layers)."""
    alpha: int = Field(default=32, ge=1)
    """Scale; half the rank, TRL's recipe."""
    dropout: float = Field(default=0.0, ge=0.0, lt=1.0)
    """Zero: resumption and the step-0 invariant of DPO are then exact."""


class SftConfig(StageConfig):
    """Supervised fine-tuning on the dialogues, loss on the played role's turns alone."""

    base: str = "embedded"
    """`embedded` (a small Llama-type model and its tokenizer, from scratch), a folder with a checkpoint, or a hub id."""
    size: Size = "1m"
    """Size of the embedded base. 1m talks after minutes on two cores; larger ones want more data or a GPU."""
    vocabulary: int = Field(default=2048, ge=300, le=65536)
    """Tokens of the embedded base's byte-level BPE."""
    play: Role = "clinician"
    """Whom the model learns to be: the `clinician`, or the `patient` (a patient simulator). The other one is the user."""
    system: str | None = None
    """A text file whose words are the system message of every dialogue; None: the dataset's own, if it has one."""
    template: str | None = None
    """A Jinja chat template that replaces the base's and travels with the tuned model: `chatml` (ships with colloque) or a file
    with generation marks. For a base whose own template rewrites history (stock Qwen 3), which is refused."""
    method: Literal["auto", "full", "lora"] = "auto"
    """`auto`: everything is trained for the embedded base, an adapter for a real checkpoint."""
    lora: LoraConfig = LoraConfig()
    """The adapter, where there is one."""
    packing: bool = False
    """Fill each sequence to `max_length` with whole dialogues (TRL's best fit), each seeing itself alone; `batch` then counts
    sequences. Before training, packed and single dialogues are compared: an attention that leaks is refused."""
    epochs: float = Field(default=1.0, gt=0)
    """Passes over the dialogues. More different dialogues beat more passes (docs/notebook.md)."""
    batch: int = Field(default=4, ge=1)
    """Dialogues a step, all devices and accumulation together. In minutes on a processor 4 beats 8 (held-out loss 1.07 and 1.17
    on the same tokens, docs/notebook.md); a real checkpoint wants 16 to 128."""
    learning_rate: float | None = Field(default=None, gt=0)
    """None: Muon 0.02 with AdamW 5e-3 (embedded; a value here replaces Muon's, AdamW keeps the ratio), 1e-4 (LoRA, TRL), 1e-5 (full)."""
    max_length: int | None = Field(default=None, ge=32)
    """Tokens of one example at most; longer dialogues are cut in windows between turns. None: what the base holds, 2,048 at most."""
    lost_share: float = Field(default=0.02, ge=0.0, le=1.0)
    """Share of the clinician's tokens that cutting may lose before the run is refused."""
    threads: int = Field(default=2, ge=1)
    """Processor threads. Fixed, because sums in another order give other last bits: part of what makes runs repeatable."""
    checkpoint_seconds: float = Field(default=45.0, ge=0)
    """A killed run loses at most about this much work."""

    @model_validator(mode="after")
    def _own_template(self) -> Self:
        if self.template and self.base == "embedded":
            raise ValueError("the embedded base has its own chat template; remove template, or name another base")
        return self


class DpoConfig(StageConfig):
    """Direct preference optimisation from the SFT model, on pairs of its own replies."""

    rounds: int = Field(default=1, ge=1, le=10)
    """Times that `colloque run` draws openings, samples, judges and trains, each time from the newest model. A model that does no
    better than the one before it, by detectors that labelled nothing and in interviews of the validation split, ends the rounds;
    the one before is kept."""
    control: bool = False
    """`colloque run` also trains on the same pairs with chosen and rejected drawn at random, and the evaluation shows that model
    beside the others: what it gains owes nothing to the judge."""

    loss: DpoLoss = "sigmoid_norm+sft"
    """`sigmoid` (the paper), `sigmoid_norm+sft` (length-normalised with an anchor on the chosen reply, Tülu 3), `ipo`, `robust`, `apo_zero`."""
    beta: float = Field(default=5.0, gt=0)
    """Strength of the pull to the SFT model; of a token for `sigmoid_norm+sft` (5: Tülu 3) and `ipo`, of a whole reply for the
    others (0.1 there)."""
    sft_weight: float = Field(default=0.5, ge=0)
    """Weight of the anchor of `sigmoid_norm+sft`: at 0.5 the chosen replies lost half as much likelihood as at 0.1 with β 2
    (docs/notebook.md)."""
    label_smoothing: float = Field(default=0.0, ge=0.0, lt=0.5)
    """Share of pairs whose order is believed wrong. Read by `robust` alone; TRL ignores it elsewhere without a word, so it is refused there."""
    learning_rate: float | None = Field(default=None, gt=0)
    """None: 2e-4 (AdamW) for an embedded base, 5e-6 with LoRA, 5e-7 full (Tülu 3, Zephyr)."""
    epochs: float = Field(default=1.0, gt=0)
    """Passes over the pairs."""
    batch: int = Field(default=16, ge=1)
    """Pairs a step, all devices and accumulation together."""
    method: Literal["auto", "full", "lora"] = "auto"
    """`auto`: everything for a model below 100 M parameters, an adapter above."""
    lora: LoraConfig = LoraConfig()
    """The adapter, where there is one."""
    held_out: float = Field(default=0.125, gt=0.0, lt=0.9)
    """Share of respondents whose pairs are kept to measure on."""
    threads: int = Field(default=2, ge=1)
    """Processor threads, fixed for repeatable runs."""
    checkpoint_seconds: float = Field(default=45.0, ge=0)
    """A killed run loses at most about this much work."""

    @model_validator(mode="after")
    def _no_silent_option(self) -> Self:
        if self.label_smoothing and self.loss != "robust":
            raise ValueError(
                f"label_smoothing has no effect with loss: {self.loss} (TRL ignores it); use loss: robust or remove it"
            )
        return self
