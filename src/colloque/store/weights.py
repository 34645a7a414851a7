"""The identity of a model folder: a short hash of its weights, by which replies, pairs and models are traced to each other."""

import hashlib
from pathlib import Path

from colloque.store.manifest import file_hash

__all__ = ["model_folder", "weights_hash"]


def model_folder(path: Path) -> Path:
    """The folder that holds a checkpoint's config.json: the path itself, or the `model/` inside a stage's folder."""
    inside = path / "model"
    return inside if not (path / "config.json").exists() and inside.is_dir() else path


def weights_hash(folder: Path) -> str:
    """Twelve hexadecimal digits of the SHA-256 over all safetensors files of the folder, by name and content."""
    total = hashlib.sha256()
    for file in sorted(folder.glob("*.safetensors")):
        total.update(f"{file.name}:{file_hash(file)}\n".encode())
    return total.hexdigest()[:12]
