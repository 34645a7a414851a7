"""Supervised fine-tuning with TRL: dialogues in, a checkpoint that holds the conversation out, with its figures.

Prepares (tokenizer, examples), trains (resumable), measures (held-out loss beside a 3-gram of the same tokens). Knows
neither preferences nor sampling.
"""

import math
import shutil
import time
from pathlib import Path
from typing import Any

from colloque.progress import note
from colloque.store import Context, Tally, write_json
from colloque.store.weights import weights_hash
from colloque.train import base as bases
from colloque.train.config import SftConfig
from colloque.train.data import lengths_of
from colloque.train.examples import Ledger
from colloque.train.hardware import Hardware, look
from colloque.train.measure import held_out_figures
from colloque.train.optimizer import muon_adamw
from colloque.train.order import training_order
from colloque.train.packing import pack, refuse_leak
from colloque.train.prepare import Prepared, prepare
from colloque.train.running import Listener, curves, publish, train

__all__ = ["run_sft"]

_WARMUP = 0.02
_ADAMW_SHARE = 0.25
"""AdamW's rate for embeddings, head and norms, as a share of Muon's: 5e-3 beside 0.02."""
_EVALUATED = 32
"""Validation examples of each evaluation during training."""
_POINTS = 6
"""Evaluations during training."""


def run_sft(context: Context, config: SftConfig) -> Tally:
    """Fine-tune on `inputs["dataset"]` (train.parquet, validation.parquet) into folder/model and folder/figures.json.

    Goes on from the last checkpoint of a killed run and ends with the same weights, bit for bit, on the same machine.
    Raises InputError (unusable data or base), RunError (masks that disagree, too many trained tokens lost).
    """
    small = config.base == "embedded" and config.size in ("0.3m", "1m", "3m")
    hardware = look(config.threads, small)
    work = context.folder / ".work"
    work.mkdir(parents=True, exist_ok=True)
    prepared = prepare(context, config, work)
    began = time.monotonic()
    trainer = _trainer(context, config, hardware, prepared, work)
    listener = train(trainer, "sft", config.checkpoint_seconds)
    seconds = time.monotonic() - began
    measured = _measured(trainer.model, prepared)
    _save(trainer, prepared.tokenizer, context.folder)
    figures = {
        **measured,
        "model": weights_hash(context.folder / "model"),
        **_told_of_the_run(config, hardware, prepared, trainer, listener, seconds),
    }
    write_json(context.folder / "figures.json", figures)
    shutil.rmtree(work)
    return _tally(prepared.ledgers, figures)


def _trainer(context: Context, config: SftConfig, hardware: Hardware, prepared: Prepared, work: Path) -> Any:
    """TRL's trainer on examples that are encoded and ordered beforehand."""
    from transformers import set_seed

    from colloque.train.trainer import sft_arguments, sft_trainer_class

    examples = _ordered(context, config, prepared, work)
    steps = math.ceil(len(examples) / config.batch)
    set_seed(context.seed)
    embedded = config.base == "embedded"
    if embedded:
        model = bases.embedded_model(config.size, prepared.tokenizer, context.seed)
        rate = config.learning_rate or 0.02
        optimizer = muon_adamw(model, rate, rate * _ADAMW_SHARE)
    else:
        model, optimizer = bases.load_model(config.base, hardware.bf16), None
        rate = config.learning_rate or (1e-5 if config.method == "full" else 1e-4)
    if config.packing:
        refuse_leak(model, prepared.train)
        if hardware.device == "cpu":
            note("packing gains nothing on a processor, where lengths are grouped already: 8 % slower (docs/notebook.md)")
    extra = {"learning_rate": rate, "seed": context.seed, "padding_free": config.packing}
    arguments = sft_arguments(hardware, work / "checkpoints", steps, config.batch, extra)
    arguments.eval_steps = _evaluation_steps(steps, arguments.logging_steps)
    arguments.warmup_steps = max(1, round(_WARMUP * steps))
    return sft_trainer_class(hardware)(
        model=model,
        args=arguments,
        train_dataset=examples,
        eval_dataset=prepared.validation.select(range(min(_EVALUATED, len(prepared.validation)))),
        processing_class=prepared.tokenizer,
        optimizers=(optimizer, None),
        peft_config=None if embedded or config.method == "full" else bases.adapter(config.lora),
    )


def _ordered(context: Context, config: SftConfig, prepared: Prepared, work: Path) -> Any:
    """The examples of the whole run, in the order in which they are seen; packed ones are not grouped by length."""
    group = 1 if config.packing else config.batch
    ordered = prepared.train.select(training_order(lengths_of(prepared.train), group, config.epochs, context.seed))
    return pack(ordered, prepared.limit, work / "packed.arrow") if config.packing else ordered


def _evaluation_steps(steps: int, logging: int) -> int:
    """A multiple of the logging steps, so that curves share their points."""
    return max(1, round(steps / _POINTS / logging)) * logging


def _save(trainer: Any, tokenizer: Any, folder: Path) -> None:
    """The adapter beside, where there is one; the model whole (merged), so that DPO's reference is what SFT made."""
    model = trainer.model
    if hasattr(model, "merge_and_unload"):
        publish(model, tokenizer, folder / "adapter")
        model = model.merge_and_unload()
    publish(model, tokenizer, folder / "model")


def _measured(model: Any, prepared: Prepared) -> dict[str, Any]:
    """Figures of the model itself, before an adapter is merged into it."""
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "trained_parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "vocabulary": len(prepared.tokenizer),
        "held_out": held_out_figures(model, prepared.train, prepared.validation, len(prepared.tokenizer)),
    }


def _told_of_the_run(
    config: SftConfig, hardware: Hardware, prepared: Prepared, trainer: Any, listener: Listener, seconds: float
) -> dict[str, Any]:
    steps = trainer.state.max_steps
    tokens = prepared.ledgers["train"].tokens * config.epochs * listener.steps / steps
    return {
        "base": config.base,
        "size": config.size if config.base == "embedded" else None,
        "steps": steps,
        "batch": config.batch,
        "epochs": config.epochs,
        "data": {name: one.figures() for name, one in prepared.ledgers.items()},
        "curves": curves(trainer, {"loss": "train", "eval_loss": "eval"}),
        "speed": {
            "device": hardware.device, "threads": config.threads, "seconds": round(seconds, 1),
            "tokens_per_second": round(tokens / seconds) if seconds else 0, "steps_in_this_run": listener.steps,
        },
    }  # fmt: skip


def _tally(ledgers: dict[str, Ledger], figures: dict[str, Any]) -> Tally:
    read = sum(one.dialogues for one in ledgers.values())
    emptied = sum(one.emptied for one in ledgers.values())
    held_out = figures["held_out"]
    return Tally(
        read=read,
        kept=read - emptied,
        dropped={"too_long": emptied} if emptied else {},
        figures={
            "parameters": figures["parameters"], "steps": figures["steps"], "model": figures["model"],
            "held_out_loss": held_out["loss"], "trigram_loss": held_out["trigram_loss"],
            "tokens_per_second": figures["speed"]["tokens_per_second"],
        },
    ).balanced("sft")  # fmt: skip
