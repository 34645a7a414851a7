"""TRL's trainers as this project runs them: quiet, offline, in a given order, with the head applied where it is trained.

Everything that trains is TRL's; what is added here is said in each docstring. Knows no files of the project.
"""

import os
from pathlib import Path
from typing import Any

from colloque.train.config import SftConfig
from colloque.train.hardware import Hardware
from colloque.train.keep import keep_arguments
from colloque.train.layout import Layout, divided, trackers
from colloque.train.processes import world

__all__ = ["common_arguments", "score_trained_positions", "sft_arguments", "sft_trainer_class", "summed_loss"]

_WARMUP = 0.02


def common_arguments(hardware: Hardware, output: Path, steps: int, batch: int, device_batch: int = 1) -> dict[str, Any]:
    """Arguments that all trainers share. The batch is shared by the processes, and by accumulation on a GPU: the effective
    batch is the same on any hardware."""
    alone = hardware.device == "cpu"
    share = batch // world()
    at_once = share if alone else divided(share, device_batch)
    return {
        **hardware.arguments(),
        "output_dir": str(output),
        "max_steps": steps,
        "per_device_train_batch_size": at_once,
        "gradient_accumulation_steps": share // at_once,
        "per_device_eval_batch_size": 16 if alone else 2,
        "train_sampling_strategy": "sequential",
        "logging_steps": max(1, steps // 100),
        "eval_strategy": "steps",
        "save_strategy": "no",  # the Listener decides, by the clock
        "save_total_limit": 2,
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": not alone,
    }


def sft_arguments(hardware: Hardware, output: Path, config: SftConfig, layout: Layout, numbers: dict[str, Any]) -> Any:
    """TRL's SFTConfig; `numbers` are steps, learning_rate and seed. Examples carry their labels and are cut beforehand: neither masks nor truncation are left to TRL."""
    from trl import SFTConfig as TrlConfig

    steps = numbers["steps"]
    os.environ["TENSORBOARD_LOGGING_DIR"] = str(output.parent.parent / "tracking")  # stays when the work is done
    logging = max(1, steps // 100)
    return TrlConfig(
        **{
            **common_arguments(hardware, output, steps, config.batch),
            "per_device_train_batch_size": layout.device_batch,
            "gradient_accumulation_steps": layout.accumulation,
            "gradient_checkpointing": layout.checkpointing,
            "max_length": None,
            "padding_free": config.packing,
            "lr_scheduler_type": "linear",
            "warmup_steps": max(1, round(_WARMUP * steps)),
            # a multiple of the logging steps, so that curves share their points
            "eval_steps": max(1, round(steps / config.evaluations / logging)) * logging,
            **keep_arguments(config.keep == "best"),
            "report_to": trackers(config.report_to, config.report_remote),
            "learning_rate": numbers["learning_rate"],
            "seed": numbers["seed"],
        }
    )


def sft_trainer_class(hardware: Hardware) -> Any:
    """TRL's SFTTrainer; on one processor its loss projects the trained positions alone.

    TRL does so itself on a GPU; elsewhere its fused head scores every position, half of them for nothing: measured
    1.3 times slower for 1 M parameters and 2,048 tokens of vocabulary. The loss is the same sum.
    """
    from trl import SFTTrainer

    if hardware.device != "cpu":
        return SFTTrainer

    class ProcessorSFTTrainer(SFTTrainer):  # type: ignore[misc]
        def compute_loss(
            self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            if return_outputs or self.accelerator.num_processes > 1:
                return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
            total, count = summed_loss(model, inputs)
            if model.training:
                mask = inputs.get("attention_mask")
                self._total_train_tokens += inputs["input_ids"].numel() if mask is None else int(mask.sum())
            return total / (count if num_items_in_batch is None else num_items_in_batch)

    return ProcessorSFTTrainer


def score_trained_positions() -> None:
    """Let TRL's fused head project the trained positions alone on a processor too, as it does where Triton runs.

    TRL scores every position elsewhere, to spare compilers a new shape a batch; a processor compiles nothing, and nine
    tenths of a preference pair are prompt. The values are the same; where TRL no longer has the switch, it is slower.
    """
    from trl.trainer import utils

    if hasattr(utils, "_use_triton"):
        utils._use_triton = lambda device: True


def summed_loss(model: Any, inputs: dict[str, Any]) -> tuple[Any, int]:
    """Negative log-likelihood summed over the trained positions, and their number; the head is applied to them alone.

    Batches are padded on the right and attention looks back only, so no trained position sees padding: without a mask
    the attention kernel may skip the upper half. Packed dialogues are told apart by their `position_ids`.
    """
    import torch

    causal = model.get_base_model() if hasattr(model, "get_base_model") else model
    read = {name: inputs[name] for name in ("input_ids", "position_ids") if name in inputs}
    hidden = causal.base_model(**read, use_cache=False).last_hidden_state[:, :-1]
    labels = inputs["labels"][:, 1:]
    where = labels != -100
    logits = causal.get_output_embeddings()(hidden[where]).float()
    return torch.nn.functional.cross_entropy(logits, labels[where], reduction="sum"), max(1, int(where.sum()))
