"""How a run is laid out on this hardware: what is trained, in which numbers, how the batch is shared. Decided once, printed.

The effective batch is what the configuration says on any hardware. Knows no data and no trainer.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colloque.errors import ConfigError, DependencyError, RemoteRefused
from colloque.train.config import SftConfig
from colloque.train.hardware import Hardware
from colloque.train.processes import world

__all__ = ["Layout", "divided", "lay_out", "trackers"]

_LARGE = 400_000_000
"""Bytes of bfloat16 weights (200 M parameters) above which activations are recomputed and few tokens held."""
_TOKENS = (16_384, 4_096)
"""Tokens that a GPU takes at once, below and above that size."""


@dataclass(frozen=True)
class Layout:
    """What was decided, for the trainer and for the person at the terminal."""

    method: str
    dtype: str
    attention: str
    checkpointing: bool
    device_batch: int
    accumulation: int
    processes: int

    def line(self, device: str) -> str:
        """The decisions on one line."""
        recomputed = ", activations recomputed" if self.checkpointing else ""
        return (
            f"{self.method} on {device}, weights in {self.dtype}, attention {self.attention}{recomputed}; "
            f"a step is {self.device_batch} × {self.accumulation} (accumulated) × {self.processes} (processes)"
        )


def lay_out(config: SftConfig, hardware: Hardware, longest: int) -> Layout:
    """Decide for this configuration and hardware; `longest` tokens an example has at most. Raises DependencyError."""
    alone = hardware.device == "cpu"
    weights = _bytes(config.base)
    method = _method(config, hardware, weights)
    adapter = method in ("lora", "qlora")
    dtype = config.dtype if config.dtype != "auto" else "bfloat16" if adapter and hardware.bf16 else "float32"
    large = weights > _LARGE
    tokens = _TOKENS[large]
    share = config.batch // world()
    most = share if alone else max(1, tokens // max(1, longest))
    device_batch = config.device_batch or divided(share, most)
    recomputed = config.gradient_checkpointing
    return Layout(
        method=method,
        dtype=dtype,
        attention=_attention(config, hardware),
        checkpointing=(large and not alone) if recomputed is None else recomputed,
        device_batch=device_batch,
        accumulation=share // device_batch,
        processes=world(),
    )


def divided(share: int, most: int) -> int:
    """The largest divisor of `share` that is not above `most`: accumulation then adds up to the batch exactly."""
    return next(size for size in range(min(share, max(1, most)), 0, -1) if share % size == 0)


def _bytes(base: str) -> int:
    """Bytes of a local checkpoint's weights; a hub id is taken for a large one, the embedded base for a small one."""
    if base == "embedded":
        return 0
    files = list(Path(base).glob("*.safetensors")) if Path(base).is_dir() else []
    return sum(file.stat().st_size for file in files) if files else 16_000_000_000


def _method(config: SftConfig, hardware: Hardware, weights: int) -> str:
    if config.base == "embedded":
        if config.method not in ("auto", "full"):
            raise ConfigError("the embedded base is trained whole", hint="remove sft.method")
        return "full"
    full = config.method == "auto" and hardware.memory > 0 and weights > hardware.memory * 2 / 3
    method = "qlora" if full and _installed("bitsandbytes") else "lora" if config.method == "auto" else config.method
    if method == "qlora" and not _installed("bitsandbytes"):
        raise DependencyError("qlora needs a package that is missing: bitsandbytes", hint="pip install bitsandbytes")
    return method


def _attention(config: SftConfig, hardware: Hardware) -> str:
    if config.attention != "auto":
        return config.attention
    return "flash_attention_2" if hardware.bf16 and _installed("flash_attn") and config.base != "embedded" else "sdpa"


def _installed(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


def trackers(names: tuple[str, ...], remote: bool) -> Any:
    """What TRL's `report_to` takes. Raises RemoteRefused (law 7) where a tracker lives elsewhere and that is not allowed."""
    elsewhere = [name for name in names if name not in ("tensorboard", "none")]
    if elsewhere and not remote:
        raise RemoteRefused(
            f"{', '.join(elsewhere)} would be sent this run's figures",
            hint="set sft.report_remote: true, or use tensorboard, which stays in the stage's folder",
        )
    return list(names) or "none"
