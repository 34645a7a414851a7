"""Examples and templates, the embedded base model, SFT, DPO, reward model, export. Torch, transformers, trl, peft inside functions."""

from colloque.train.audit import audit_model
from colloque.train.config import DpoConfig, LaunchConfig, LoraConfig, RewardConfig, SftConfig
from colloque.train.dpo import run_dpo
from colloque.train.export import export_gguf, export_model
from colloque.train.reward import run_reward
from colloque.train.sft import run_sft

__all__ = [
    "DpoConfig",
    "LaunchConfig",
    "LoraConfig",
    "RewardConfig",
    "SftConfig",
    "audit_model",
    "export_gguf",
    "export_model",
    "run_dpo",
    "run_reward",
    "run_sft",
]
