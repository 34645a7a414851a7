"""A tuned model for others to serve: adapter merged, tokenizer and template inside, and where it comes from, by hash.

Knows no server; every server that reads a Hugging Face folder (transformers serve, vLLM) reads what is written here.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from colloque.errors import DependencyError, InputError, RunError
from colloque.store import write_json, write_text
from colloque.store.weights import model_folder, weights_hash
from colloque.train import base as bases
from colloque.train.hardware import libraries
from colloque.train.running import publish

__all__ = ["export_gguf", "export_model"]

_CONVERTER = "convert_hf_to_gguf.py"


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
    if (folder / "README.md").exists():
        shutil.copy(folder / "README.md", target / "README.md")
    write_json(target / "lineage.json", lineage)
    return lineage


def export_gguf(source: Path, target: Path) -> Path:
    """Write `model.gguf` and a `Modelfile` for Ollama with llama.cpp's own converter; returns the file.

    Raises DependencyError when the converter is not installed, RunError when it refuses the model (it knows the pre-tokenizers
    of published models; that of an embedded base is its own).
    """
    converter = _converter()
    if not (target / "config.json").exists():
        export_model(source, target)
    file = target / "model.gguf"
    command = [sys.executable, str(converter), str(target), "--outfile", str(file), "--outtype", "f16"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not file.exists():
        file.unlink(missing_ok=True)
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").splitlines()[-1]
        raise RunError(
            f"the converter refused {target}: {said}",
            hint="a newer llama.cpp, or serve the folder itself (transformers serve, vLLM)",
        )
    write_text(target / "Modelfile", "FROM ./model.gguf\n")
    return file


def _converter() -> Path:
    """llama.cpp's `convert_hf_to_gguf.py`: in the folder that LLAMA_CPP names, or on the path."""
    named = os.environ.get("LLAMA_CPP")
    found = Path(named) / _CONVERTER if named else Path(shutil.which(_CONVERTER) or "")
    if not found.is_file():
        raise DependencyError(
            f"GGUF needs llama.cpp's {_CONVERTER}, which is not here",
            hint="clone llama.cpp, pip install its requirements, and set LLAMA_CPP to its folder",
        )
    return found


def _base_of(adapter: Path) -> str:
    config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
    return str(config["base_model_name_or_path"])
