"""TRL's DPO trainer as this project runs it: which reference, which order, shared tokens once, and checks before the first step.

Two routes of adapters are sound and no other: a new adapter on a whole SFT model (reference: adapter off), or the SFT adapter
itself tuned on (reference: its copy). A model instance without an adapter is never given: TRL would take its reference
from elsewhere. Knows no preferences file and no figures.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colloque.errors import ConfigError, RunError
from colloque.progress import note
from colloque.train import base as bases
from colloque.train.config import DpoConfig
from colloque.train.hardware import Hardware
from colloque.train.keep import keep_arguments, watch
from colloque.train.layout import divided
from colloque.train.order import training_order, trunks
from colloque.train.processes import rank, world
from colloque.train.sharded import is_sharded
from colloque.train.trainer import common_arguments, score_trained_positions
from colloque.train.tree_backbone import TreeBackbone, refusal

__all__ = [
    "Planted",
    "Rows",
    "base_folder",
    "build_trainer",
    "expected_first_loss",
    "first_step",
    "flat_margin",
    "pair_lengths",
    "plant",
]

_WARMUP = 0.1
_POINTS = 4
_TOLERANCE = 1e-4
_EQUAL = {False: 1e-5, True: 2e-2}
"""Nats a token by which the tree may differ from the stock path on the first batch: float32, bfloat16."""
_LOSSES = {"sigmoid_norm+sft": ["sigmoid_norm", "sft"]}


@dataclass(frozen=True)
class Rows:
    """The pairs as TRL's columns: to train on, to choose by during training (may be none), to measure on after it."""

    train: list[dict[str, Any]]
    watched: list[dict[str, Any]]
    measured: list[dict[str, Any]]


@dataclass(frozen=True)
class Planted:
    """The tree at work, or why not; the order in which pairs are seen."""

    tree: TreeBackbone | None
    why_not: str | None
    order: list[int]


def base_folder(policy: Path) -> str:
    """Where the policy's whole weights are: its own folder, or what its adapter was trained on."""
    adapter = policy / "adapter_config.json"
    if not adapter.exists():
        return str(policy)
    return str(json.loads(adapter.read_text(encoding="utf-8"))["base_model_name_or_path"])


def build_trainer(policy: Path, config: DpoConfig, hardware: Hardware, rows: Rows, arguments: dict[str, Any]) -> Any:
    """The trainer, without references yet; `arguments` are output_dir, steps, seed, tokenizer. Raises ConfigError."""
    from datasets import Dataset
    from trl import DPOConfig

    alone = hardware.device == "cpu"
    goes_on = (policy / "adapter_config.json").exists()
    lora = config.method == "lora" or goes_on or (config.method == "auto" and not alone)
    _refuse_route(config, goes_on)
    # Weights that are trained themselves stay in float32: steps of 5e-7 would be lost in bfloat16.
    dtype = "bfloat16" if hardware.bf16 and lora else "float32"
    settings = DPOConfig(
        **_arguments(config, hardware, arguments["steps"], arguments["output_dir"]),
        learning_rate=config.learning_rate or (5e-6 if lora else 2e-4 if alone else 5e-7),
        seed=arguments["seed"],
        model_init_kwargs=None if goes_on else {"dtype": dtype, "use_safetensors": True, "attn_implementation": "sdpa"},
    )
    if alone:
        score_trained_positions()
    held_out = {"watched": rows.watched, "measured": rows.measured}
    trainer = _trainer_class()(
        model=_adapter_to_go_on(policy, hardware.bf16) if goes_on else str(policy),
        args=settings,
        train_dataset=Dataset.from_list(rows.train),
        eval_dataset={name: Dataset.from_list(some) for name, some in held_out.items() if some},
        processing_class=arguments["tokenizer"],
        peft_config=bases.adapter(config.lora) if lora and not goes_on else None,
    )
    watch(trainer, config.patience)
    return trainer


def _refuse_route(config: DpoConfig, goes_on: bool) -> None:
    if goes_on and config.method == "full":
        raise ConfigError("the policy is an adapter, method: full", hint="give the merged model, or method: lora")
    if goes_on and config.lora != type(config).model_fields["lora"].default:
        raise ConfigError("the policy is an adapter and is tuned on as it is; lora has no effect", hint="remove lora")


def _adapter_to_go_on(policy: Path, bf16: bool) -> Any:
    from peft import PeftModel

    return PeftModel.from_pretrained(bases.load_model(base_folder(policy), bf16), policy, is_trainable=True)


def _arguments(config: DpoConfig, hardware: Hardware, steps: int, output: Path) -> dict[str, Any]:
    share = config.batch // world()
    most = share if hardware.device == "cpu" else 4 if config.tree == "always" else 1
    portion = config.device_batch or divided(share, most)
    common = common_arguments(hardware, output, steps, config.batch)
    losses = _LOSSES.get(config.loss, [config.loss])
    return {
        **common,
        **keep_arguments(config.keep == "best"),
        "per_device_train_batch_size": portion,
        "gradient_accumulation_steps": share // portion,
        "eval_steps": max(1, round(steps / _POINTS / common["logging_steps"])) * common["logging_steps"],
        "loss_type": losses,
        "loss_weights": [1.0, config.sft_weight] if len(losses) == 2 else None,
        "beta": config.strength,
        "label_smoothing": config.label_smoothing,
        "lr_scheduler_type": "linear",
        "warmup_steps": max(1, round(_WARMUP * steps)),
        "max_length": None,
        "precompute_ref_log_probs": True,
        "disable_dropout": True,
    }


def _trainer_class() -> Any:
    from trl import DPOTrainer

    class PairTrainer(DPOTrainer):  # type: ignore[misc]
        """TRL's, but references come from shards, before training; where weights are held in shares, from TRL's own pass."""

        def _precompute_ref_logps(self, dataset: Any, name: str, batch_size: int) -> Any:
            return super()._precompute_ref_logps(dataset, name, batch_size) if is_sharded(self) else dataset

    return PairTrainer


def plant(trainer: Any, config: DpoConfig, hardware: Hardware, seed: int) -> Planted:
    """Let shared tokens be computed once, where that is proven, after a look at the first batch. Raises RunError (`always`)."""
    lengths, groups = pair_lengths(trainer.train_dataset), trunks(trainer.train_dataset["prompt_ids"])
    order = training_order(lengths, config.batch, config.epochs, seed, groups)
    why_not = "it is turned off" if config.tree == "never" else _unfit(trainer, config, hardware)
    tree = None
    if why_not is None:
        tree = TreeBackbone(trainer.model)
        why_not = _differs(trainer, tree, order[: trainer.args.per_device_train_batch_size], hardware.bf16)
    if why_not is None:
        return Planted(tree, None, order)
    if tree:
        tree.on = False
    if config.tree == "always":
        raise RunError(f"tree: always, but {why_not}", hint="tree: auto goes on without it")
    if config.tree == "auto" and not rank():
        note(f"dpo: shared tokens are computed again and again: {why_not}")
    return Planted(None, why_not, training_order(lengths, config.batch, config.epochs, seed))


def _unfit(trainer: Any, config: DpoConfig, hardware: Hardware) -> str | None:
    if is_sharded(trainer):
        return "weights are held in shares (FSDP, DeepSpeed), where it is not proven"
    if hardware.device != "cpu" and config.tree == "auto":
        return "it is not measured on a GPU yet (tree: always has it compared there and used)"
    return refusal(trainer.model)


def _differs(trainer: Any, tree: TreeBackbone, indices: Sequence[int], bf16: bool) -> str | None:
    """Both paths on one batch, by log-probability a token."""
    rows = [trainer.train_dataset[i] for i in indices]
    inputs = trainer._prepare_inputs(trainer.data_collator(rows))
    trainer.model.eval()
    folded = trainer.compute_ref_log_probs(trainer.model, inputs)
    with tree.off():
        stock = trainer.compute_ref_log_probs(trainer.model, inputs)
    worst = max(
        abs(float(one - other)) / len(row[name])
        for sums, others, name in zip(folded, stock, ("chosen_ids", "rejected_ids"), strict=True)
        for one, other, row in zip(sums, others, rows, strict=True)
    )
    return None if worst <= _EQUAL[bf16] else f"on the first batch it differs by {worst:.1e} nats a token"


def pair_lengths(dataset: Any) -> list[int]:
    """Tokens of the longer side of each pair, read from the columns' offsets."""
    import pyarrow.compute as pc

    prompt, chosen, rejected = (
        pc.list_value_length(dataset.data.column(name)).to_pylist()
        for name in ("prompt_ids", "chosen_ids", "rejected_ids")
    )
    return [p + max(c, r) for p, c, r in zip(prompt, chosen, rejected, strict=True)]


def expected_first_loss(config: DpoConfig) -> float:
    """The loss of a policy that equals its reference, without the anchor (which depends on the replies)."""
    return {"ipo": (1 / (2 * config.strength)) ** 2, "apo_zero": 1.0}.get(config.loss, math.log(2))


def flat_margin(config: DpoConfig) -> float:
    """The margin above which a pair's loss has all but no slope: 1 − σ(β·margin) is 5 %; for `ipo`, its target."""
    return (0.5 if config.loss == "ipo" else math.log(19)) / config.strength


def first_step(trainer: Any, config: DpoConfig, tree: TreeBackbone | None) -> dict[str, float]:
    """The invariant, on the first batch: the loss of equal models, rewards of zero, and the stock path's loss. Raises RunError."""
    size = min(trainer.args.per_device_train_batch_size, len(trainer.train_dataset))
    inputs = trainer._prepare_inputs(trainer.data_collator([trainer.train_dataset[i] for i in range(size)]))
    loss, rewards = _loss_and_rewards(trainer, inputs)
    expected = expected_first_loss(config)
    # The anchor adds a non-negative amount: the loss may then only be larger.
    off = max(0.0, expected - loss) if config.loss == "sigmoid_norm+sft" else abs(loss - expected)
    if off > _TOLERANCE or rewards > _TOLERANCE * max(1.0, config.strength):
        raise RunError(
            f"before the first step the loss is {loss:.6f} (expected {expected:.6f}) and rewards reach {rewards:.6f}: "
            "policy and reference differ",
            hint="the reference must be the SFT model that the policy starts from: give dpo the sft stage's model folder",
        )
    found = {"loss": round(loss, 6), "expected": round(expected, 6), "largest_reward": round(rewards, 8)}
    if tree:
        with tree.off():
            found["stock_loss"] = round(_loss_and_rewards(trainer, inputs)[0], 6)
    return found


def _loss_and_rewards(trainer: Any, inputs: dict[str, Any]) -> tuple[float, float]:
    import torch

    trainer.model.eval()
    with torch.no_grad():
        loss = float(trainer.compute_loss(trainer.model, dict(inputs)))
    seen = {name: values[-1] for name, values in trainer._metrics["eval"].items()}
    trainer._metrics["eval"].clear()
    return loss, max(abs(seen[f"rewards/{name}"]) for name in ("chosen", "rejected", "margins"))
