"""Direct preference optimisation with TRL, from the SFT model, on pairs of its own replies; measured on other respondents.

The reference is the SFT model on the disk. Before the first step the loss must be the one that equal models have and
all rewards must be zero, or the run stops: this catches every wrong reference. Knows nothing of sampling or judging.
"""

import math
import shutil
import time
from pathlib import Path
from typing import Any

from colloque.errors import RunError
from colloque.store import Context, Tally, write_json
from colloque.store.weights import model_folder, weights_hash
from colloque.train import base as bases
from colloque.train.config import DpoConfig
from colloque.train.drift import held_out_margins, reply_tokens, summary
from colloque.train.hardware import Hardware, look
from colloque.train.order import training_order
from colloque.train.pairs import Pairs, read_pairs, rows
from colloque.train.running import curves, publish, train
from colloque.train.trainer import common_arguments, score_trained_positions

__all__ = ["expected_first_loss", "run_dpo"]

_SMALL = 20_000_000
"""Bytes of weights below which a model stays on the processor: 5 M parameters in float32."""
_WARMUP = 0.1
_EVALUATED = 64
_POINTS = 4
_TOLERANCE = 1e-4
_LOSSES = {"sigmoid_norm+sft": ["sigmoid_norm", "sft"]}
_CURVES = {
    "loss": "loss", "rewards/margins": "margin", "rewards/accuracies": "accuracy", "logps/chosen": "chosen_logp",
    "logps/rejected": "rejected_logp", "eval_loss": "eval_loss", "eval_rewards/accuracies": "eval_accuracy",
    "eval_rewards/margins": "eval_margin",
}  # fmt: skip


def run_dpo(context: Context, config: DpoConfig) -> Tally:
    """Tune `inputs["policy"]` on `inputs["preferences"]` into folder/model and folder/figures.json; resumable like SFT.

    Raises InputError (too few pairs, no model), RunError when the step-0 invariant does not hold.
    """
    policy = model_folder(context.inputs["policy"])
    small = sum(file.stat().st_size for file in policy.glob("*.safetensors")) < _SMALL
    hardware = look(config.threads, small)
    tokenizer = bases.load_tokenizer(str(policy))
    limit = min(bases.CONTEXT, tokenizer.model_max_length)
    pairs = read_pairs(context.inputs["preferences"], tokenizer, limit, config.held_out, context.seed)
    work = context.folder / ".work"
    trainer = _trainer(context, config, hardware, policy, tokenizer, pairs, work)
    first = _first_step(trainer, config)
    prompts = [row["prompt"] for row in rows(pairs.held_out, tokenizer)]
    before = reply_tokens(trainer.model, tokenizer, prompts)
    began = time.monotonic()
    listener = train(trainer, "dpo", config.checkpoint_seconds)
    seconds = time.monotonic() - began
    margins = held_out_margins(trainer, pairs.held_out, normalised="norm" in config.loss or config.loss == "ipo")
    after = reply_tokens(trainer.model, tokenizer, prompts)
    model = trainer.model.merge_and_unload() if hasattr(trainer.model, "merge_and_unload") else trainer.model
    publish(model, tokenizer, context.folder / "model")
    figures = {
        "policy": weights_hash(policy),
        "model": weights_hash(context.folder / "model"),
        "loss": config.loss,
        "beta": config.beta,
        "pairs": {
            "read": pairs.read, "trained": len(pairs.train), "held_out": len(pairs.held_out), "prompts_cut": pairs.cut,
            "dropped": pairs.dropped,
        },
        "steps": trainer.state.max_steps,
        "batch": config.batch,
        "epochs": config.epochs,
        "first_step": first,
        "curves": curves(trainer, _CURVES),
        **summary(margins, before, after),
        "speed": {
            "device": hardware.device, "threads": config.threads, "seconds": round(seconds, 1),
            "pairs_per_second": round(listener.steps * config.batch / seconds, 2) if seconds else 0.0,
            "steps_in_this_run": listener.steps,
        },
    }  # fmt: skip
    write_json(context.folder / "figures.json", figures)
    shutil.rmtree(work, ignore_errors=True)
    return _tally(pairs, figures)


def _trainer(
    context: Context, config: DpoConfig, hardware: Hardware, policy: Path, tokenizer: Any, pairs: Pairs, work: Path
) -> Any:
    """TRL's trainer on the model's path (never an instance: TRL would take its reference from elsewhere)."""
    from datasets import Dataset
    from trl import DPOConfig, DPOTrainer

    small = hardware.device == "cpu"
    lora = config.method == "lora" or (config.method == "auto" and not small)
    rate = config.learning_rate or (5e-6 if lora else 2e-4 if small else 5e-7)
    steps = math.ceil(max(1, round(len(pairs.train) * config.epochs)) / config.batch)
    common = common_arguments(hardware, work / "checkpoints", steps, config.batch)
    losses = _LOSSES.get(config.loss, [config.loss])
    arguments = DPOConfig(
        **common,
        eval_steps=max(1, round(steps / _POINTS / common["logging_steps"])) * common["logging_steps"],
        loss_type=losses,
        loss_weights=[1.0, config.sft_weight] if len(losses) == 2 else None,
        beta=config.beta,
        label_smoothing=config.label_smoothing,
        learning_rate=rate,
        lr_scheduler_type="linear",
        warmup_steps=max(1, round(_WARMUP * steps)),
        max_length=None,
        precompute_ref_log_probs=True,
        disable_dropout=True,
        seed=context.seed,
        model_init_kwargs={
            "dtype": "bfloat16" if hardware.bf16 else "float32",
            "use_safetensors": True,
            "attn_implementation": "sdpa",
        },
    )
    if small:
        score_trained_positions()
    trainer = DPOTrainer(
        model=str(policy),
        args=arguments,
        train_dataset=Dataset.from_list(rows(pairs.train, tokenizer)),
        eval_dataset=Dataset.from_list(rows(pairs.held_out, tokenizer)),
        processing_class=tokenizer,
        peft_config=bases.adapter(config.lora) if lora else None,
    )
    ready = trainer.train_dataset
    lengths = [
        len(p) + max(len(c), len(r))
        for p, c, r in zip(ready["prompt_ids"], ready["chosen_ids"], ready["rejected_ids"], strict=True)
    ]
    trainer.train_dataset = ready.select(training_order(lengths, config.batch, config.epochs, context.seed))
    trainer.held_out = trainer.eval_dataset
    trainer.eval_dataset = trainer.eval_dataset.select(range(min(_EVALUATED, len(trainer.eval_dataset))))
    return trainer


def expected_first_loss(config: DpoConfig) -> float:
    """The loss of a policy that equals its reference, without the anchor (which depends on the replies)."""
    return {"ipo": (1 / (2 * config.beta)) ** 2, "apo_zero": 1.0}.get(config.loss, math.log(2))


def _first_step(trainer: Any, config: DpoConfig) -> dict[str, float]:
    """The invariant, on the first batch: the loss of equal models, and rewards of zero. Raises RunError."""
    import torch

    batch = trainer.data_collator(
        [trainer.train_dataset[i] for i in range(min(config.batch, len(trainer.train_dataset)))]
    )
    inputs = trainer._prepare_inputs(batch)
    trainer.model.eval()
    with torch.no_grad():
        loss = float(trainer.compute_loss(trainer.model, dict(inputs)))
    seen = {name: values[-1] for name, values in trainer._metrics["eval"].items()}
    trainer._metrics["eval"].clear()
    rewards = max(abs(seen["rewards/chosen"]), abs(seen["rewards/rejected"]), abs(seen["rewards/margins"]))
    expected = expected_first_loss(config)
    anchored = config.loss == "sigmoid_norm+sft"
    # The anchor adds a non-negative amount: the loss may then only be larger.
    off = max(0.0, expected - loss) if anchored else abs(loss - expected)
    if off > _TOLERANCE or rewards > _TOLERANCE * max(1.0, config.beta):
        raise RunError(
            f"before the first step the loss is {loss:.6f} (expected {expected:.6f}) and rewards reach {rewards:.6f}: "
            "policy and reference differ",
            hint="the reference must be the SFT model that the policy starts from: give dpo the sft stage's model folder",
        )
    return {"loss": round(loss, 6), "expected": round(expected, 6), "largest_reward": round(rewards, 8)}


def _tally(pairs: Pairs, figures: dict[str, Any]) -> Tally:
    margin = figures["held_out"]
    return Tally(
        read=pairs.read,
        kept=len(pairs.train) + len(pairs.held_out),
        dropped=pairs.dropped,
        figures={
            "pairs": len(pairs.train), "steps": figures["steps"], "model": figures["model"],
            "margin_accuracy": margin["margin_accuracy"], "held_out_pairs": margin["pairs"],
        },
    ).balanced("dpo")  # fmt: skip
