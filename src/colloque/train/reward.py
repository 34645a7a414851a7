"""A reward model from preferences, with TRL's RewardTrainer: a causal model whose head gives one number, the judge's favour.

What it leaves is what `judge.RewardJudge` reads. Its accuracy is measured on respondents it never saw. Knows no sampling.
"""

import json
import math
import shutil
import time
from pathlib import Path
from typing import Any

from colloque.progress import note
from colloque.store import Context, Tally, write_json
from colloque.store.weights import model_folder, weights_hash
from colloque.train import base as bases
from colloque.train.card import write_card
from colloque.train.config import RewardConfig
from colloque.train.drift import wilson
from colloque.train.examples import clean, control_marks
from colloque.train.hardware import Hardware, look
from colloque.train.launch import launch
from colloque.train.order import training_order
from colloque.train.pairs import Pairs, read_pairs
from colloque.train.processes import rank
from colloque.train.running import curves, publish, train
from colloque.train.sharded import gathered
from colloque.train.trainer import common_arguments

__all__ = ["run_reward", "train_reward"]

_SMALL = 20_000_000
"""Bytes of weights below which a model stays on the processor: 5 M parameters in float32."""
_POINTS = 4
_WARMUP = 0.1
_FIGURES = "figures.json"


def run_reward(context: Context, config: RewardConfig) -> Tally:
    """Train on `inputs["preferences"]` from the causal model `inputs["base"]` into folder/model and folder/figures.json.

    Resumable like SFT. Raises InputError (too few pairs, no model), RunError (a worker that died).
    """
    work = context.folder / ".work"
    work.mkdir(parents=True, exist_ok=True)
    if config.launch.by == "process":
        train_reward(context, config)
    else:
        launch("reward", context, config, config.launch, small=_small(model_folder(context.inputs["base"])))
    figures = json.loads((work / _FIGURES).read_text(encoding="utf-8"))
    figures["model"] = weights_hash(context.folder / "model")
    write_json(context.folder / _FIGURES, figures)
    write_card(context.folder / "model", "reward", figures)
    shutil.rmtree(work)
    return _tally(figures)


def train_reward(context: Context, config: RewardConfig) -> None:
    """The training itself: what each process runs. Process 0 writes model and figures."""
    base = model_folder(context.inputs["base"])
    hardware = look(config.threads, _small(base))
    tokenizer = bases.load_tokenizer(str(bases.found(str(base))))
    limit = min(bases.CONTEXT, tokenizer.model_max_length)
    pairs = read_pairs(context.inputs["preferences"], tokenizer, limit, config.held_out, context.seed)
    work = context.folder / ".work"
    trainer = _trainer(context, config, hardware, (base, tokenizer, pairs))
    before = _accuracy(trainer)
    began = time.monotonic()
    listener = train(trainer, "reward", config.checkpoint_seconds)
    seconds = time.monotonic() - began
    after = _accuracy(trainer)
    model, state = gathered(trainer)
    if rank():
        return
    if hasattr(model, "merge_and_unload"):
        publish(model, tokenizer, context.folder / "adapter")
        model = model.merge_and_unload()
    model.config.pad_token_id = tokenizer.pad_token_id
    publish(model, tokenizer, context.folder / "model", state)
    figures = {
        "base": weights_hash(base),
        "pairs": {"read": pairs.read, "trained": len(pairs.train), "held_out": len(pairs.held_out), "dropped": pairs.dropped},
        "steps": trainer.state.global_step,
        "batch": config.batch,
        "epochs": config.epochs,
        "held_out": {"before": before, "after": after},
        "told": _told(before, after),
        "curves": curves(trainer, {"loss": "train", "eval_loss": "eval", "eval_accuracy": "accuracy"}),
        "speed": {"device": hardware.device, "seconds": round(seconds, 1), "steps_in_this_run": listener.steps},
    }  # fmt: skip
    write_json(work / _FIGURES, figures)


def _small(base: Path) -> bool:
    files = list(base.glob("*.safetensors"))
    return bool(files) and sum(file.stat().st_size for file in files) < _SMALL


def _trainer(context: Context, config: RewardConfig, hardware: Hardware, given: tuple[Path, Any, Pairs]) -> Any:
    """TRL's trainer on pairs that are encoded as the judge will encode them."""
    from datasets import Dataset
    from trl import RewardConfig as TrlConfig
    from trl import RewardTrainer

    base, tokenizer, pairs = given
    work = context.folder / ".work"
    adapter = config.method == "lora" or (config.method == "auto" and not _small(base))
    train_rows, eval_rows = (_encoded(some, tokenizer) for some in (pairs.train, pairs.held_out))
    lengths = [max(len(row["chosen_ids"]), len(row["rejected_ids"])) for row in train_rows]
    order = training_order(lengths, config.batch, config.epochs, context.seed)
    steps = math.ceil(len(order) / config.batch)
    common = common_arguments(hardware, work / "checkpoints", steps, config.batch, config.device_batch)
    if not rank():
        note(f"reward: {'lora' if adapter else 'full'} on {hardware.device}, {len(train_rows):,} pairs, {steps} steps")
    arguments = TrlConfig(
        **{
            **common,
            "learning_rate": config.learning_rate or (1e-4 if adapter else 2e-4 if _small(base) else 1e-5),
            "max_length": None,
            "center_rewards_coefficient": config.centre or None,
            "warmup_steps": max(1, round(_WARMUP * steps)),
            "eval_steps": max(1, round(steps / _POINTS / common["logging_steps"])) * common["logging_steps"],
            "seed": context.seed,
            "model_init_kwargs": {
                "dtype": "bfloat16" if adapter and hardware.bf16 else "float32", "use_safetensors": True,
                "attn_implementation": "sdpa",
            },
        }
    )  # fmt: skip
    peft = bases.adapter(config.lora, "SEQ_CLS") if adapter else None
    if peft is not None:
        peft.modules_to_save = ["score"]
    trainer = RewardTrainer(
        model=str(base), args=arguments, train_dataset=Dataset.from_list(train_rows).select(order),
        eval_dataset=Dataset.from_list(eval_rows), processing_class=tokenizer, peft_config=peft,
    )  # fmt: skip
    trainer.model.config.pad_token_id = tokenizer.pad_token_id
    return trainer


def _encoded(pairs: list[Any], tokenizer: Any) -> list[dict[str, list[int]]]:
    """Whole conversations, their last message the reply; control marks in anyone's words broken."""
    marks = control_marks(tokenizer)

    def ids(messages: Any) -> list[int]:
        return list(tokenizer.apply_chat_template(clean(messages, marks), tokenize=True, return_dict=True)["input_ids"])

    return [{"chosen_ids": ids((*p.prompt, *p.chosen)), "rejected_ids": ids((*p.prompt, *p.rejected))} for p in pairs]


def _accuracy(trainer: Any) -> dict[str, float | int | list[float]]:
    """Share of held-out pairs whose chosen reply has the higher reward, with its interval; equal rewards count as wrong."""
    import torch

    data, right, total, size = trainer.eval_dataset, 0, len(trainer.eval_dataset), 16
    trainer.model.eval()
    with torch.no_grad():
        for start in range(0, total, size):
            rows = [data[i] for i in range(start, min(start + size, total))]
            inputs = trainer._prepare_inputs(trainer.data_collator(rows))
            rewards = trainer.model(**inputs).logits.squeeze(-1).float()
            right += int((rewards[: len(rows)] > rewards[len(rows) :]).sum())
    low, high = wilson(right, total)
    return {"accuracy": round(right / total, 4), "interval": [round(low, 4), round(high, 4)], "pairs": total}


def _told(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    low, high = after["interval"]
    sure = (
        "better than chance" if low > 0.5 else "not distinguishable from chance" if high >= 0.5 else "worse than chance"
    )
    return [
        f"On {after['pairs']} pairs of respondents it never saw, it favours the chosen reply in {after['accuracy']:.0%} "
        f"(95 % interval {low:.0%} to {high:.0%}), {before['accuracy']:.0%} before training: {sure}."
    ]


def _tally(figures: dict[str, Any]) -> Tally:
    pairs = figures["pairs"]
    return Tally(
        read=pairs["read"],
        kept=pairs["trained"] + pairs["held_out"],
        dropped=pairs["dropped"],
        figures={"model": figures["model"], "steps": figures["steps"], **figures["held_out"]["after"]},
    ).balanced("reward")
