"""A tuned model for others to serve: adapter merged, tokenizer and template inside, and where it comes from, by hash.

Knows no server; every server that reads a Hugging Face folder (transformers serve, vLLM) reads what is written here.
"""

import json
from pathlib import Path
from typing import Any

from colloque.errors import InputError
from colloque.store import write_json
from colloque.store.weights import model_folder, weights_hash
from colloque.train import base as bases
from colloque.train.hardware import libraries
from colloque.train.running import publish

__all__ = ["export_model"]


def export_model(source: Path, target: Path) -> dict[str, Any]:
    """Write a whole checkpoint from a model folder or an adapter folder; returns its lineage (also in lineage.json).

    Raises InputError when there is no model, or the target is not empty.
    """
    libraries()
    folder = model_folder(source)
    adapter = (folder / "adapter_config.json").exists()
    if not adapter and not (folder / "config.json").exists():
        raise InputError("no model here", file=source, hint="name a stage's folder, a checkpoint or an adapter")
    if target.exists() and any(target.iterdir()):
        raise InputError("this folder is not empty", file=target, hint="name a new folder")
    base = _base_of(folder) if adapter else str(folder)
    model = bases.load_model(base, bf16=False)
    if adapter:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, folder).merge_and_unload()
    publish(model, bases.load_tokenizer(str(folder)), target)
    lineage = {
        "source": weights_hash(folder),
        "base": base if adapter else None,
        "model": weights_hash(target),
        "parameters": sum(p.numel() for p in model.parameters()),
    }
    write_json(target / "lineage.json", lineage)
    return lineage


def _base_of(adapter: Path) -> str:
    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    return str(config["base_model_name_or_path"])
