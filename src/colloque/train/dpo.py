"""Direct preference optimisation with TRL, from the SFT model, on pairs of its own replies; measured on other respondents.

The reference is the policy on the disk, whichever model that is: SFT's, or an earlier round's. Before the first step the
loss must be the one that equal models have and all rewards zero, or the run stops: this catches every wrong reference.
Knows nothing of sampling or judging.
"""

import json
import math
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colloque.errors import InputError
from colloque.store import Context, Tally, write_json
from colloque.store.weights import model_folder, weights_hash
from colloque.train import base as bases
from colloque.train.card import write_card
from colloque.train.config import DpoConfig
from colloque.train.dpo_trainer import (
    Planted,
    Rows,
    base_folder,
    build_trainer,
    first_step,
    flat_margin,
    pair_lengths,
    plant,
)
from colloque.train.drift import held_out_margins, reply_lengths, summary
from colloque.train.hardware import Hardware, look
from colloque.train.keep import kept
from colloque.train.launch import launch
from colloque.train.order import trunks
from colloque.train.pairs import Pairs, maker, read_pairs, rows
from colloque.train.processes import rank
from colloque.train.references import References
from colloque.train.running import Listener, curves, publish, train
from colloque.train.sharded import gathered, is_sharded, merge_from_disk

__all__ = ["run_dpo", "together", "train_dpo"]

_SMALL = 20_000_000
"""Bytes of weights below which a model stays on the processor: 5 M parameters in float32."""
_EVALUATED = 64
"""Pairs of each evaluation during training at most."""
_FIGURES = "figures.json"
_CURVES = {
    "loss": "loss", "rewards/margins": "margin", "rewards/accuracies": "accuracy", "logps/chosen": "chosen_logp",
    "logps/rejected": "rejected_logp", "eval_loss": "eval_loss", "eval_rewards/accuracies": "eval_accuracy",
    "eval_rewards/margins": "eval_margin",
}  # fmt: skip


@dataclass(frozen=True)
class _Prepared:
    """What a run stands on: the policy's folder, its tokenizer, the pairs, and which of the held-out ones choose the model."""

    policy: Path
    tokenizer: Any
    pairs: Pairs
    watched: list[Any]
    measured: list[Any]


def run_dpo(context: Context, config: DpoConfig) -> Tally:
    """Tune `inputs["policy"]` on `inputs["preferences"]` into folder/model and folder/figures.json; resumable like SFT.

    The policy is a model, a stage's folder or an adapter's (tuned on as an adapter). Raises InputError (too few pairs, no
    model, pairs of another model), RunError when the step-0 invariant does not hold.
    """
    work = context.folder / ".work"
    work.mkdir(parents=True, exist_ok=True)
    if config.launch.by == "process":
        train_dpo(context, config)
    else:
        launch("dpo", context, config, config.launch, small=_small(model_folder(context.inputs["policy"])))
    if not (context.folder / "model").exists():
        merge_from_disk(context.folder / "adapter", context.folder / "model")
    figures = json.loads((work / _FIGURES).read_text(encoding="utf-8"))
    figures["model"] = weights_hash(context.folder / "model")
    write_json(context.folder / _FIGURES, figures)
    write_card(context.folder / "model", "dpo", figures)
    shutil.rmtree(work, ignore_errors=True)
    return _tally(figures)


def train_dpo(context: Context, config: DpoConfig) -> None:
    """The training itself: what each process runs, whoever started it. Process 0 writes model, adapter and figures."""
    policy = model_folder(context.inputs["policy"])
    hardware = look(config.threads, _small(policy))
    prepared = _prepare(context, config, policy)
    trainer, planted, references = _ready(context, config, hardware, prepared)
    first = first_step(trainer, config, planted.tree)
    asked = [
        (pair.origin, row["prompt"])
        for pair, row in zip(prepared.measured, rows(prepared.measured, prepared.tokenizer), strict=True)
    ]
    before = reply_lengths(trainer.model, prepared.tokenizer, asked)
    began = time.monotonic()
    listener = train(trainer, "dpo", config.checkpoint_seconds)
    seconds = time.monotonic() - began
    margins = held_out_margins(trainer, prepared.measured, by_token="norm" in config.loss or config.loss == "ipo")
    after = reply_lengths(trainer.model, prepared.tokenizer, asked)
    _save(trainer, prepared.tokenizer, context.folder)
    if rank():
        return
    measured = summary(margins, before, after, flat_margin(config))
    told = _told_of_the_run(config, prepared, planted, trainer)
    figures = {
        **told,
        "first_step": first,
        "curves": curves(trainer, _CURVES),
        **measured,
        "told": [kept(trainer).told(), *measured["told"]],
        "speed": _speed(config, hardware, planted, references, (listener, seconds)),
    }
    write_json(context.folder / ".work" / _FIGURES, figures)


def _small(policy: Path) -> bool:
    """Whether the policy's weights (those under an adapter too) are so few that a processor is preferred: repeatable."""
    files = list(Path(base_folder(policy)).glob("*.safetensors"))
    return bool(files) and sum(file.stat().st_size for file in files) < _SMALL


def _prepare(context: Context, config: DpoConfig, policy: Path) -> _Prepared:
    tokenizer = bases.load_tokenizer(str(policy))
    limit = min(bases.CONTEXT, tokenizer.model_max_length)
    preferences = context.inputs["preferences"]
    made_by = maker(preferences)
    if config.lineage and made_by and made_by != weights_hash(policy):
        raise InputError(
            f"these pairs were drawn from a model with other weights ({made_by}) than the policy's ({weights_hash(policy)})",
            file=preferences,
            hint="give dpo the model that made the pairs, or set dpo.lineage: false to train on another model's replies",
        )
    pairs = read_pairs(preferences, tokenizer, limit, config.held_out, context.seed)
    watched, measured = pairs.parted(_EVALUATED, context.seed) if config.keep == "best" else ([], pairs.held_out)
    return _Prepared(policy, tokenizer, pairs, watched, measured)


def _ready(
    context: Context, config: DpoConfig, hardware: Hardware, prepared: _Prepared
) -> tuple[Any, Planted, References]:
    """The trainer with its tree, its references and its order: all but trained."""
    work = context.folder / ".work"
    steps = math.ceil(max(1, round(len(prepared.pairs.train) * config.epochs)) / config.batch)
    lists = Rows(
        *(rows(pairs, prepared.tokenizer) for pairs in (prepared.pairs.train, prepared.watched, prepared.measured))
    )
    chosen = config if prepared.watched else config.model_copy(update={"keep": "last"})
    arguments = {
        "output_dir": work / "checkpoints",
        "steps": steps,
        "seed": context.seed,
        "tokenizer": prepared.tokenizer,
    }
    trainer = build_trainer(prepared.policy, chosen, hardware, lists, arguments)
    planted = plant(trainer, config, hardware, context.seed)
    where = Path(config.references) if config.references else work / "references"
    computed = "tree" if planted.tree else "rows"
    references = References(where, f"{_weights(prepared.policy)} {trainer.model.dtype} {computed}")
    held = {"train": trainer.train_dataset, **trainer.eval_dataset}
    if not is_sharded(trainer):
        for name, dataset in held.items():
            held[name] = references.add(trainer, dataset, together(dataset, planted.tree is not None))
    trainer.train_dataset = held["train"].select(planted.order)
    trainer.measured = held["measured"]
    trainer.eval_dataset = held.get("watched") or held["measured"].select(range(min(_EVALUATED, len(held["measured"]))))
    return trainer, planted, references


def _weights(policy: Path) -> str:
    """The reference's identity: an adapter's is its own and that of what it stands on."""
    base = base_folder(policy)
    return f"{weights_hash(policy)} on {weights_hash(Path(base)) if Path(base).is_dir() else base}"


def together(dataset: Any, tree: bool) -> list[int]:
    """An order in which neighbours share much, or are as long as each other."""
    lengths = pair_lengths(dataset)
    groups = trunks(dataset["prompt_ids"]) if tree else [0] * len(lengths)
    longest: dict[int, int] = {}
    for group, length in zip(groups, lengths, strict=True):
        longest[group] = max(length, longest.get(group, 0))
    return sorted(range(len(lengths)), key=lambda i: (longest[groups[i]], groups[i], lengths[i], i))


def _save(trainer: Any, tokenizer: Any, folder: Path) -> None:
    """The adapter beside, where there is one (never its reference copy); the model whole, merged."""
    model, state = gathered(trainer)
    if rank():
        return
    if hasattr(model, "merge_and_unload"):
        if "ref" in model.peft_config:
            model.delete_adapter("ref")
        publish(model, tokenizer, folder / "adapter", state)
        if state is not None:
            return
        model = model.merge_and_unload()
    publish(model, tokenizer, folder / "model", state)


def _told_of_the_run(config: DpoConfig, prepared: _Prepared, planted: Planted, trainer: Any) -> dict[str, Any]:
    pairs, choice = prepared.pairs, kept(trainer)
    return {
        "policy": weights_hash(prepared.policy),
        "loss": config.loss,
        "beta": config.strength,
        "pairs": {
            "read": pairs.read, "trained": len(pairs.train), "held_out": len(pairs.held_out), "prompts_cut": pairs.cut,
            "chosen_by": len(prepared.watched), "measured": len(prepared.measured), "dropped": pairs.dropped,
        },
        "steps": trainer.state.global_step,
        "batch": config.batch,
        "epochs": config.epochs,
        "kept": choice.figures(),
        "tree": {"used": planted.tree is not None, "why_not": planted.why_not},
    }  # fmt: skip


def _speed(
    config: DpoConfig, hardware: Hardware, planted: Planted, references: References, run: tuple[Listener, float]
) -> dict[str, Any]:
    """What this run took; a resumed one counts only itself."""
    listener, seconds = run
    tree = planted.tree
    return {
        "device": hardware.device, "threads": config.threads, "seconds": round(seconds, 1),
        "pairs_per_second": round(listener.steps * config.batch / seconds, 2) if seconds else 0.0,
        "steps_in_this_run": listener.steps, "references_computed": references.computed,
        "references_found": references.found,
        "positions": tree.rows if tree else None, "tokens": tree.tokens if tree else None,
    }  # fmt: skip


def _tally(figures: dict[str, Any]) -> Tally:
    margin, pairs = figures["held_out"], figures["pairs"]
    return Tally(
        read=pairs["read"],
        kept=pairs["trained"] + pairs["held_out"],
        dropped=pairs["dropped"],
        figures={
            "pairs": pairs["trained"], "steps": figures["steps"], "model": figures["model"],
            "margin_accuracy": margin["margin_accuracy"], "held_out_pairs": margin["pairs"],
        },
    ).balanced("dpo")  # fmt: skip
