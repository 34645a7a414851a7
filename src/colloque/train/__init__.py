"""Examples and templates, the embedded base model, SFT, DPO, export. Torch, transformers, trl, peft inside functions."""

from colloque.train.config import DpoConfig, LoraConfig, SftConfig
from colloque.train.dpo import run_dpo
from colloque.train.export import export_model
from colloque.train.sft import run_sft

__all__ = ["DpoConfig", "LoraConfig", "SftConfig", "export_model", "run_dpo", "run_sft"]
