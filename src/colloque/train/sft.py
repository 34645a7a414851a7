"""Supervised fine-tuning with TRL: dialogues in, a checkpoint that holds the conversation out, with its figures.

Prepares (tokenizer, examples), trains (resumable), measures (held-out loss beside a 3-gram of the same tokens). Knows
neither preferences nor sampling.
"""

import math
import shutil
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from colloque.errors import InputError, RunError
from colloque.store import Context, Tally, write_json
from colloque.store.weights import weights_hash
from colloque.train import base as bases
from colloque.train.config import SftConfig
from colloque.train.data import dataset_file, lengths_of, read_dialogues, read_examples, write_examples
from colloque.train.examples import Ledger, encode, verify
from colloque.train.hardware import Hardware, look
from colloque.train.measure import held_out_figures
from colloque.train.optimizer import muon_adamw
from colloque.train.order import training_order
from colloque.train.running import Listener, curves, publish, train

__all__ = ["run_sft", "training_template"]

_WARMUP = 0.02
_ADAMW_SHARE = 0.25
"""AdamW's rate for embeddings, head and norms, as a share of Muon's: 5e-3 beside 0.02."""
_VERIFIED = 64
"""Dialogues on which the two masks are compared, from the beginning of each split."""
_EVALUATED = 32
"""Validation examples of each evaluation during training."""
_POINTS = 6
"""Evaluations during training."""


@dataclass
class _Prepared:
    tokenizer: Any
    template: str | None
    train: Any
    validation: Any
    ledgers: dict[str, Ledger]


def run_sft(context: Context, config: SftConfig) -> Tally:
    """Fine-tune on `inputs["dataset"]` (train.parquet, validation.parquet) into folder/model and folder/figures.json.

    Goes on from the last checkpoint of a killed run and ends with the same weights, bit for bit, on the same machine.
    Raises InputError (unusable data or base), RunError (masks that disagree, too many trained tokens lost).
    """
    small = config.base == "embedded" and config.size in ("0.3m", "1m", "3m")
    hardware = look(config.threads, small)
    work = context.folder / ".work"
    work.mkdir(parents=True, exist_ok=True)
    prepared = _prepare(context, config, work)
    _refuse_losses(prepared.ledgers["train"], config)
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


def _prepare(context: Context, config: SftConfig, work: Path) -> _Prepared:
    """Tokenizer and encoded examples; written once, read again by a resumed run."""
    files = {name: dataset_file(context.inputs["dataset"], name) for name in ("train", "validation")}
    tokenizer, template = _tokenizer(config, files["train"], work)
    limit = min(config.max_length or bases.CONTEXT, tokenizer.model_max_length)
    ledgers: dict[str, Ledger] = {}
    examples: dict[str, Any] = {}
    for name, file in files.items():
        verify(tokenizer, template, islice(read_dialogues(file), _VERIFIED))
        encoded, ledgers[name] = work / f"{name}.arrow", Ledger()
        write_examples(encoded, encode(tokenizer, template, read_dialogues(file), limit, ledgers[name]))
        examples[name] = read_examples(encoded)
        if not len(examples[name]):
            raise InputError("no example left to use", file=file, hint="more respondents, or a larger max_length")
    return _Prepared(tokenizer, template, examples["train"], examples["validation"], ledgers)


def _tokenizer(config: SftConfig, train_file: Path, work: Path) -> tuple[Any, str | None]:
    """The base's tokenizer, and the template to train with where it is not the tokenizer's own."""
    if config.base == "embedded":
        folder = work / "tokenizer"
        if not (folder / "tokenizer_config.json").exists():
            texts = (message.content for messages in read_dialogues(train_file) for message in messages)
            built = bases.embedded_tokenizer(texts, config.vocabulary)
            beside = work / "tokenizer.tmp"
            built.save_pretrained(beside)
            beside.rename(folder)
        return bases.load_tokenizer(str(folder)), None
    tokenizer = bases.load_tokenizer(config.base)
    return tokenizer, training_template(tokenizer, config.base)


def training_template(tokenizer: Any, base: str) -> str | None:
    """None where the tokenizer's own template marks generation; else the twin that TRL knows. Raises InputError."""
    from trl.chat_template_utils import get_training_chat_template, has_generation_markers

    if has_generation_markers(tokenizer.chat_template):
        return None
    try:
        return str(get_training_chat_template(tokenizer))
    except ValueError as error:
        raise InputError(
            "this model's chat template marks no generation and TRL knows no twin of it",
            file=base,
            hint="add {% generation %} around the assistant's content and end mark in its chat template",
        ) from error


def _refuse_losses(ledger: Ledger, config: SftConfig) -> None:
    figures = ledger.figures()
    share = float(figures["trained_tokens_lost_share"])
    if share > config.lost_share:
        raise RunError(
            f"cutting to max_length loses {share:.1%} of the clinician's tokens ({ledger.lost:,})",
            hint="raise max_length (sft.max_length) or the accepted share (sft.lost_share)",
        )


def _trainer(context: Context, config: SftConfig, hardware: Hardware, prepared: _Prepared, work: Path) -> Any:
    """TRL's trainer on examples that are encoded and ordered beforehand."""
    from transformers import set_seed

    from colloque.train.trainer import sft_arguments, sft_trainer_class

    order = training_order(lengths_of(prepared.train), config.batch, config.epochs, context.seed)
    steps = math.ceil(len(order) / config.batch)
    set_seed(context.seed)
    embedded = config.base == "embedded"
    if embedded:
        model = bases.embedded_model(config.size, prepared.tokenizer, context.seed)
        rate = config.learning_rate or 0.02
        optimizer = muon_adamw(model, rate, rate * _ADAMW_SHARE)
    else:
        model, optimizer = bases.load_model(config.base, hardware.bf16), None
        rate = config.learning_rate or (1e-5 if config.method == "full" else 1e-4)
    arguments = sft_arguments(
        hardware, work / "checkpoints", steps, config.batch, {"learning_rate": rate, "seed": context.seed}
    )
    arguments.eval_steps = _evaluation_steps(steps, arguments.logging_steps)
    arguments.warmup_steps = max(1, round(_WARMUP * steps))
    return sft_trainer_class(hardware)(
        model=model,
        args=arguments,
        train_dataset=prepared.train.select(order),
        eval_dataset=prepared.validation.select(range(min(_EVALUATED, len(prepared.validation)))),
        processing_class=prepared.tokenizer,
        optimizers=(optimizer, None),
        peft_config=None if embedded or config.method == "full" else bases.adapter(config.lora),
    )


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


def _measured(model: Any, prepared: _Prepared) -> dict[str, Any]:
    """Figures of the model itself, before an adapter is merged into it."""
    return {
        "parameters": sum(p.numel() for p in model.parameters()),
        "trained_parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
        "vocabulary": len(prepared.tokenizer),
        "held_out": held_out_figures(model, prepared.train, prepared.validation, len(prepared.tokenizer)),
    }


def _told_of_the_run(
    config: SftConfig, hardware: Hardware, prepared: _Prepared, trainer: Any, listener: Listener, seconds: float
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
