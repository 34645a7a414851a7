"""What a person may set about training: small, torch-free, a sentence under each field. Knows no library.

Defaults of the embedded base come from the sweep in `docs/notebook.md`; those of LoRA and of a full tuning of a real
checkpoint from published recipes, named beside them.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from colloque.core import Role
from colloque.store import StageConfig

__all__ = [
    "SHIPPED_TEMPLATES",
    "DpoConfig",
    "DpoLoss",
    "LaunchConfig",
    "LoraConfig",
    "RewardConfig",
    "SftConfig",
    "Size",
]

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


class LaunchConfig(StageConfig):
    """How many processes train together. The effective batch stays what it is, and so do the results, up to rounding."""

    by: Literal["process", "accelerate", "ray"] = "process"
    """`process`: here, in this one. `accelerate`: one process a GPU, on this machine or by Slurm. `ray`: Ray Train."""
    processes: int = Field(default=1, ge=1)
    """Processes (GPUs) in all; `batch` must be a multiple."""
    machines: int = Field(default=1, ge=1)
    """Machines of a Slurm allocation (accelerate alone): colloque is started once, on its first machine, and calls srun."""
    setup: str = "ddp"
    """`ddp` (each GPU holds the model), `fsdp2`, `zero3` (DeepSpeed), `zero2`: TRL's configurations of accelerate; or a file of yours."""
    address: str | None = None
    """Of a running Ray cluster; None: this machine alone."""
    allow_remote: bool = False
    """Let the dataset be read by the machines of that cluster. Only de-identified records should."""

    @model_validator(mode="after")
    def _several(self) -> Self:
        if self.by == "process" and self.processes > 1:
            raise ValueError("one process cannot be several; set launch.by: accelerate (or ray)")
        if self.machines > 1 and (self.by != "accelerate" or self.processes % self.machines):
            raise ValueError(
                "several machines need launch.by: accelerate and processes that are a multiple of machines"
            )
        return self


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
    method: Literal["auto", "full", "lora", "qlora"] = "auto"
    """`auto`: everything is trained for the embedded base, an adapter (`lora`) for a real checkpoint, an adapter on 4-bit weights
    (`qlora`, with bitsandbytes) where the checkpoint would fill more than two thirds of the GPU."""
    lora: LoraConfig = LoraConfig()
    """The adapter, where there is one."""
    dtype: Literal["auto", "float32", "bfloat16"] = "auto"
    """Of the weights. `auto`: float32 where they are trained themselves (a GPU then computes in bfloat16 beside it: updates of
    1e-5 would be lost in bfloat16 weights), bfloat16 under an adapter on a GPU that has it."""
    attention: str = "auto"
    """`auto`: FlashAttention 2 where it is installed, else `sdpa`; or a name that transformers knows."""
    gradient_checkpointing: bool | None = None
    """Compute activations again instead of keeping them. None: on a GPU for checkpoints above 200 M parameters."""
    liger: bool = False
    """Liger's kernels (norms, rotary positions, SwiGLU) on a GPU, where liger-kernel is installed; the head is TRL's own, fused."""
    packing: bool = False
    """Fill each sequence to `max_length` with whole dialogues (TRL's best fit), each seeing itself alone; `batch` then counts
    sequences. Before training, packed and single dialogues are compared: an attention that leaks is refused."""
    epochs: float = Field(default=1.0, gt=0)
    """Passes over the dialogues. More different dialogues beat more passes (docs/notebook.md)."""
    batch: int = Field(default=4, ge=1)
    """Dialogues a step, all devices and accumulation together. In minutes on a processor 4 beats 8 (held-out loss 1.07 and 1.17
    on the same tokens, docs/notebook.md); a real checkpoint wants 16 to 128."""
    device_batch: int | None = Field(default=None, ge=1)
    """Dialogues that a device takes at once; the rest of its share of `batch` is accumulated. None: the whole share on a
    processor, what about 16,384 tokens hold on a GPU (4,096 above 200 M parameters)."""
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
    evaluations: int = Field(default=6, ge=1)
    """Evaluations on validation dialogues during training."""
    evaluated: int = Field(default=32, ge=1)
    """Validation examples of each evaluation."""
    keep: Literal["last", "best"] = "last"
    """The weights that are kept: the `last`, or those of the `best` evaluation (each new best is written to the disk)."""
    patience: int | None = Field(default=None, ge=1)
    """Stop after so many evaluations without a new best; needs `keep: best`."""
    canaries: int = Field(default=0, ge=0, le=1000)
    """Secrets of nobody to plant among the training dialogues (1 to 16 times each), for `colloque audit` to ask for. 0: none."""
    report_to: tuple[str, ...] = ()
    """Trackers as TRL names them (`tensorboard`, `wandb`, `mlflow`, …). They are sent figures and settings, never words."""
    report_remote: bool = False
    """Let trackers that live elsewhere (all but tensorboard) be sent them."""
    launch: LaunchConfig = LaunchConfig()
    """How many processes train together."""

    @model_validator(mode="after")
    def _shared(self) -> Self:
        if self.batch % self.launch.processes:
            raise ValueError(
                f"a batch of {self.batch} cannot be shared by {self.launch.processes} processes: name a multiple"
            )
        if self.device_batch and self.batch % (self.launch.processes * self.device_batch):
            raise ValueError(
                "batch must be a multiple of processes × device_batch, or the effective batch would change"
            )
        if self.patience and self.keep != "best":
            raise ValueError("patience looks at the best evaluation; set keep: best")
        return self

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
    beta: float | None = Field(default=None, gt=0)
    """Strength of the pull to the SFT model. None: the loss's own, 5 where it counts by token (`sigmoid_norm+sft`, Tülu 3; `ipo`),
    0.1 where it counts by reply (`sigmoid`, `robust`, `apo_zero`)."""
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
    device_batch: int | None = Field(default=None, ge=1)
    """Pairs that a device takes at once; the rest of its share of `batch` is accumulated. None: the whole share on a processor, one
    on a GPU (four with `tree: always`)."""
    tree: Literal["auto", "always", "never"] = "auto"
    """Compute the tokens that pairs share once (several times faster, the same losses). `auto`: where that is proven, Llama, Mistral
    and Qwen types on a processor; elsewhere the reason why not is told. `always`: or stop. The first batch is compared either way."""
    references: str | None = None
    """A folder that keeps the reference log-probabilities, for further runs on the same pairs and policy. None: the stage's own,
    removed when it is done. Found again by content: weights and token ids."""
    method: Literal["auto", "full", "lora"] = "auto"
    """`auto`: everything for a model below 100 M parameters, an adapter above."""
    lora: LoraConfig = LoraConfig()
    """The adapter, where there is one."""
    held_out: float = Field(default=0.125, gt=0.0, lt=0.9)
    """Share of respondents whose pairs are kept to measure on; a third of these to choose by, where `keep: best`."""
    keep: Literal["best", "last"] = "best"
    """The model that is kept: of the least loss on held-out pairs, evaluated four times a run, or that of the last step."""
    patience: int | None = Field(default=None, ge=1)
    """Stop early after so many evaluations without a lower loss. None: never."""
    lineage: bool = True
    """Refuse pairs whose card names other weights than the policy's as the model that made them."""
    threads: int = Field(default=2, ge=1)
    """Processor threads, fixed for repeatable runs."""
    checkpoint_seconds: float = Field(default=45.0, ge=0)
    """A killed run loses at most about this much work."""
    launch: LaunchConfig = LaunchConfig()
    """How many processes train together."""

    @property
    def strength(self) -> float:
        """`beta`, or the loss's own."""
        return self.beta or {"sigmoid_norm+sft": 5.0, "ipo": 5.0}.get(self.loss, 0.1)

    @model_validator(mode="after")
    def _divided(self) -> Self:
        portion = self.launch.processes * (self.device_batch or 1)
        if self.batch % portion:
            raise ValueError(
                f"batch must be a multiple of processes × device_batch ({portion}), or the effective batch would change"
            )
        if self.patience and self.keep != "best":
            raise ValueError("patience looks at the best evaluation; set keep: best")
        return self

    @model_validator(mode="after")
    def _no_silent_option(self) -> Self:
        """TRL would take each of these and do nothing with it."""
        default = type(self).model_fields
        if self.label_smoothing and self.loss != "robust":
            raise ValueError(
                f"label_smoothing has no effect with loss: {self.loss} (TRL ignores it); use loss: robust or remove it"
            )
        if self.loss == "robust" and not self.label_smoothing:
            raise ValueError(
                "loss: robust without label_smoothing is loss: sigmoid; set the share of wrong pairs, or use that"
            )
        if self.sft_weight != default["sft_weight"].default and self.loss != "sigmoid_norm+sft":
            raise ValueError(f"sft_weight has no effect with loss: {self.loss}; use sigmoid_norm+sft or remove it")
        if self.lora != default["lora"].default and self.method == "full":
            raise ValueError("lora has no effect with method: full; remove it, or use method: lora")
        if self.lora.dropout:
            raise ValueError(
                "lora.dropout has no effect in DPO (TRL turns dropout off, or policy and reference would differ); remove it"
            )
        return self


class RewardConfig(StageConfig):
    """A reward model from preferences: one number for a reply after its conversation, usable as a judge."""

    method: Literal["auto", "full", "lora"] = "auto"
    """`auto`: everything for a model below 5 M parameters, an adapter (and the head) above."""
    lora: LoraConfig = LoraConfig()
    """The adapter, where there is one."""
    epochs: float = Field(default=1.0, gt=0)
    """Passes over the pairs; one, because reward models learn their pairs by heart (TRL's default too)."""
    batch: int = Field(default=16, ge=1)
    """Pairs a step, all devices and accumulation together."""
    device_batch: int = Field(default=4, ge=1)
    """Pairs that a GPU takes at once."""
    learning_rate: float | None = Field(default=None, gt=0)
    """None: 2e-4 for an embedded base, 1e-4 with LoRA (TRL), 1e-5 full."""
    centre: float = Field(default=0.01, ge=0)
    """Weight of the pull of rewards to a mean of zero (Eisenstein et al. 2023; TRL's example); 0: none."""
    held_out: float = Field(default=0.125, gt=0.0, lt=0.9)
    """Share of respondents whose pairs are kept to measure on."""
    threads: int = Field(default=2, ge=1)
    """Processor threads, fixed for repeatable runs."""
    checkpoint_seconds: float = Field(default=45.0, ge=0)
    """A killed run loses at most about this much work."""
    launch: LaunchConfig = LaunchConfig()
    """How many processes train together."""

    @model_validator(mode="after")
    def _shared(self) -> Self:
        if self.batch % self.launch.processes:
            raise ValueError(
                f"a batch of {self.batch} cannot be shared by {self.launch.processes} processes: name a multiple"
            )
        return self
