"""Supervised fine-tuning with TRL: dialogues in, a checkpoint that holds the conversation out, with its figures.

Prepares (tokenizer, examples), trains (resumable, here or in processes that a launcher starts), measures (held-out loss
beside a 3-gram of the same tokens). Knows neither preferences nor sampling.
"""

import json
import math
import shutil
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from colloque.errors import RunError
from colloque.progress import note
from colloque.store import Context, Tally, write_json
from colloque.store.weights import weights_hash
from colloque.train import base as bases
from colloque.train.canaries import canaries
from colloque.train.card import write_card
from colloque.train.config import SftConfig
from colloque.train.data import lengths_of
from colloque.train.examples import IGNORED
from colloque.train.hardware import Hardware, libraries, look
from colloque.train.keep import kept, watch
from colloque.train.launch import launch
from colloque.train.layout import Layout, lay_out
from colloque.train.measure import held_out_figures
from colloque.train.optimizer import muon_adamw
from colloque.train.order import training_order
from colloque.train.packing import pack, refuse_leak
from colloque.train.prepare import Prepared, prepare
from colloque.train.processes import rank
from colloque.train.running import Listener, curves, publish, train
from colloque.train.sharded import gathered, is_sharded, merge_from_disk

__all__ = ["run_sft", "train_sft"]

_ADAMW_SHARE = 0.25
"""AdamW's rate for embeddings, head and norms, as a share of Muon's: 5e-3 beside 0.02."""
_ISOLATING = ("sdpa", "eager", "flash_attention_2", "flash_attention_3")
"""Attentions of transformers that keep packed dialogues apart by their positions: the first two are tested, the others documented."""
_FIGURES = "figures.json"


def run_sft(context: Context, config: SftConfig) -> Tally:
    """Fine-tune on `inputs["dataset"]` (train.parquet, validation.parquet) into folder/model and folder/figures.json.

    Goes on from the last checkpoint of a killed run and ends with the same weights, bit for bit, on the same machine.
    Raises InputError (unusable data or base), RunError (masks that disagree, too many trained tokens lost, a worker that died).
    """
    work = context.folder / ".work"
    work.mkdir(parents=True, exist_ok=True)
    if config.launch.by == "process":
        train_sft(context, config)
    else:
        libraries()
        _ordered(context, config, prepare(context, config, work), work)
        launch("sft", context, config, config.launch, small=_small(config))
    if not (context.folder / "model").exists():
        merge_from_disk(context.folder / "adapter", context.folder / "model")
    figures = json.loads((work / _FIGURES).read_text(encoding="utf-8"))
    figures["model"] = weights_hash(context.folder / "model")
    if config.canaries:
        figures["canaries"] = [asdict(one) for one in canaries(config.canaries, context.seed)]
    write_json(context.folder / _FIGURES, figures)
    write_card(context.folder / "model", "sft", figures, context.inputs["dataset"])
    shutil.rmtree(work)
    return _tally(figures)


def train_sft(context: Context, config: SftConfig) -> None:
    """The training itself: what each process runs, whoever started it. Process 0 writes model, adapter and figures."""
    hardware = look(config.threads, _small(config))
    work = context.folder / ".work"
    prepared = prepare(context, config, work)
    layout = lay_out(config, hardware, min(prepared.limit, prepared.ledgers["train"].longest))
    if not rank():
        note(f"sft: {layout.line(hardware.device)}")
    began = time.monotonic()
    trainer = _trainer(context, config, hardware, prepared, layout)
    listener = train(trainer, "sft", config.checkpoint_seconds)
    seconds = time.monotonic() - began
    measured = _measured(trainer, prepared)
    _stop_at(trainer.model, prepared.train)
    _save(trainer, prepared.tokenizer, context.folder, layout)
    if rank():
        return
    figures = {**measured, **_told_of_the_run(config, hardware, prepared, trainer, listener, seconds)}
    figures["layout"] = {"processes": layout.processes, "device_batch": layout.device_batch, "dtype": layout.dtype,
                         "attention": layout.attention, "method": layout.method}  # fmt: skip
    write_json(work / _FIGURES, figures)


def _small(config: SftConfig) -> bool:
    """Whether a processor is enough, and preferred: repeatable."""
    return config.base == "embedded" and config.size in ("0.3m", "1m", "3m")


def _trainer(context: Context, config: SftConfig, hardware: Hardware, prepared: Prepared, layout: Layout) -> Any:
    """TRL's trainer on examples that are encoded and ordered beforehand."""
    from transformers import set_seed

    from colloque.train.trainer import sft_arguments, sft_trainer_class

    work = context.folder / ".work"
    examples = _ordered(context, config, prepared, work)
    numbers = {
        "steps": math.ceil(len(examples) / config.batch),
        "learning_rate": config.learning_rate or _rate(config, layout),
        "seed": context.seed,
    }
    # Before the model: ZeRO-3 reads the arguments to know that weights are to be loaded in shares.
    arguments = sft_arguments(hardware, work / "checkpoints", config, layout, numbers)
    set_seed(context.seed)
    model, optimizer = _model(context, config, prepared, layout, numbers["learning_rate"])
    trainer = sft_trainer_class(hardware)(
        model=model,
        args=arguments,
        train_dataset=examples,
        eval_dataset=prepared.validation.select(range(min(config.evaluated, len(prepared.validation)))),
        processing_class=prepared.tokenizer,
        optimizers=(optimizer, None),
        peft_config=bases.adapter(config.lora) if layout.method in ("lora", "qlora") else None,
    )
    if config.keep == "best":
        watch(trainer, config.patience)
    if config.packing:
        _prove_packing(trainer, hardware, prepared, layout)
    return trainer


def _prove_packing(trainer: Any, hardware: Hardware, prepared: Prepared, layout: Layout) -> None:
    """No dialogue sees another, on the weights and kernels that will train; shares of a model cannot be asked beforehand."""
    if is_sharded(trainer):
        if layout.attention not in _ISOLATING:
            raise RunError(
                f"packing with attention {layout.attention} cannot be proven where processes hold shares of the model",
                hint=f"set sft.attention to one of {', '.join(_ISOLATING)}, or launch.setup: ddp",
            )
        return
    exact = hardware.device == "cpu" and layout.dtype == "float32"
    trainer.model.to(trainer.args.device)
    with trainer.compute_loss_context_manager():
        refuse_leak(trainer.model, prepared.train, exact)
    if hardware.device == "cpu" and not rank():
        note("packing gains nothing on a processor, where lengths are grouped already: 8 % slower (docs/notebook.md)")


def _rate(config: SftConfig, layout: Layout) -> float:
    return 0.02 if config.base == "embedded" else 1e-5 if layout.method == "full" else 1e-4


def _model(context: Context, config: SftConfig, prepared: Prepared, layout: Layout, rate: float) -> tuple[Any, Any]:
    """The model, and its optimizer where it is not TRL's."""
    if config.base == "embedded":
        model = bases.embedded_model(config.size, prepared.tokenizer, context.seed)
        return model, muon_adamw(model, rate, rate * _ADAMW_SHARE)
    bf16 = layout.dtype == "bfloat16"
    model = bases.load_model(config.base, bf16, layout.attention, quantized=layout.method == "qlora")
    if config.liger:
        bases.give_liger(model)
    return model, None


def _ordered(context: Context, config: SftConfig, prepared: Prepared, work: Path) -> Any:
    """The examples of the whole run, in the order in which they are seen; packed ones are not grouped by length."""
    group = 1 if config.packing else config.batch
    ordered = prepared.train.select(training_order(lengths_of(prepared.train), group, config.epochs, context.seed))
    return pack(ordered, prepared.limit, work / "packed.arrow") if config.packing else ordered


def _save(trainer: Any, tokenizer: Any, folder: Path, layout: Layout) -> None:
    """The adapter beside, where there is one; the model whole (merged), so that DPO's reference is what SFT made.

    Where processes hold shares of the weights, or the base is in 4 bits, the merge is left to `merge_from_disk`.
    """
    model, state = gathered(trainer)
    if rank():
        return
    if not hasattr(model, "merge_and_unload"):
        publish(model, tokenizer, folder / "model", state)
        return
    publish(model, tokenizer, folder / "adapter", state)
    if state is None and layout.method != "qlora":
        publish(model.merge_and_unload(), tokenizer, folder / "model")


def _stop_at(model: Any, examples: Any) -> None:
    """Let the model's own settings of generation stop at the trained end mark: a base may know only the end of a text."""
    end = next(label for label in reversed(examples[0]["labels"]) if label != IGNORED)
    settings = model.generation_config
    known = settings.eos_token_id if isinstance(settings.eos_token_id, list) else [settings.eos_token_id]
    if end not in known:
        settings.eos_token_id = [end, *(one for one in known if one is not None)]


def _measured(trainer: Any, prepared: Prepared) -> dict[str, Any]:
    """Figures of the model itself, before an adapter is merged into it; every process takes part."""
    parameters = list(trainer.model.parameters())
    return {
        "parameters": sum(p.numel() for p in parameters),
        "trained_parameters": sum(p.numel() for p in parameters if p.requires_grad),
        "vocabulary": len(prepared.tokenizer),
        "held_out": held_out_figures(trainer, prepared.train, prepared.validation, len(prepared.tokenizer)),
    }


def _told_of_the_run(
    config: SftConfig, hardware: Hardware, prepared: Prepared, trainer: Any, listener: Listener, seconds: float
) -> dict[str, Any]:
    steps = trainer.state.max_steps
    tokens = prepared.ledgers["train"].tokens * config.epochs * listener.steps / steps
    return {
        "base": config.base,
        "size": config.size if config.base == "embedded" else None,
        "play": config.play,
        "steps": trainer.state.global_step,
        "batch": config.batch,
        "epochs": config.epochs,
        "learning_rate": trainer.args.learning_rate,
        "kept": kept(trainer).figures(),
        "data": {name: one.figures() for name, one in prepared.ledgers.items()},
        "curves": curves(trainer, {"loss": "train", "eval_loss": "eval"}),
        "speed": {
            "device": hardware.device, "threads": config.threads, "seconds": round(seconds, 1),
            "tokens_per_second": round(tokens / seconds) if seconds else 0, "steps_in_this_run": listener.steps,
        },
    }  # fmt: skip


def _tally(figures: dict[str, Any]) -> Tally:
    read = sum(one["dialogues"] for one in figures["data"].values())
    emptied = sum(one["dialogues_emptied"] for one in figures["data"].values())
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
