"""What this machine offers to training, and the libraries it needs: device, bf16, threads; a clear line when one is missing.

Everything heavy is imported through `libraries()`, so that a missing package is one sentence with its install command.
"""

import os
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from colloque.errors import ConfigError, DependencyError
from colloque.train.processes import join, local_world, world

__all__ = ["Hardware", "libraries", "look"]

_INSTALL = "pip install torch==2.13.0 && pip install 'colloque[train]'"


@dataclass(frozen=True)
class Hardware:
    """Where training runs. `bf16` only where the device computes in it; a processor trains in float32."""

    device: str
    bf16: bool
    gradient_checkpointing: bool
    memory: int = 0
    """Bytes of one GPU; 0 on a processor."""

    def arguments(self) -> dict[str, Any]:
        """TRL's defaults assume a GPU (bf16, recomputed activations); these are the honest ones for this machine."""
        return {
            "use_cpu": self.device == "cpu",
            "bf16": self.bf16,
            "gradient_checkpointing": self.gradient_checkpointing,
        }


def libraries() -> Any:
    """Import torch, transformers and TRL quietly, without telemetry; returns torch. Raises DependencyError."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TQDM_DISABLE", "1")
    os.environ.setdefault("ACCELERATE_LOG_LEVEL", "error")
    # Threads that spin while they wait starve each other on a busy machine: with eight other jobs on two cores, 196 tokens a
    # second against 1,969 when they sleep. Read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        torch = import_module("torch")
        for name in ("transformers", "datasets", "accelerate", "trl", "peft"):
            import_module(name)
    except ImportError as error:
        raise DependencyError(f"training needs a package that is missing: {error.name}", hint=_INSTALL) from error
    _quiet()
    return torch


def _quiet() -> None:
    import logging
    import warnings

    import datasets
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    datasets.logging.set_verbosity_error()
    datasets.disable_progress_bars()
    logging.getLogger("accelerate").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"(transformers|trl|accelerate)\..*")


def look(threads: int, small: bool) -> Hardware:
    """The hardware for this run. A `small` model stays on the processor: repeatable, and a GPU would idle.

    Joins the group of processes, where this is one of several. Raises ConfigError for several GPUs and one process: TRL
    would refuse them (DataParallel).
    """
    torch = libraries()
    torch.set_num_threads(max(1, min(threads, (os.cpu_count() or 1) // local_world())))
    alone = small or not torch.cuda.is_available()
    torch.use_deterministic_algorithms(mode=alone, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # a debugging aid that costs time
    if not alone and world() == 1 and torch.cuda.device_count() > 1:
        count = torch.cuda.device_count()
        raise ConfigError(
            f"{count} GPUs and one process",
            hint=f"add --launch accelerate --processes {count}, or take one: CUDA_VISIBLE_DEVICES=0",
        )
    join(cpu=alone)
    if alone:
        return Hardware("cpu", bf16=False, gradient_checkpointing=False)
    memory = torch.cuda.get_device_properties(torch.cuda.current_device()).total_memory
    return Hardware("cuda", bf16=torch.cuda.is_bf16_supported(), gradient_checkpointing=True, memory=memory)
