"""The certificate beside each stage's output: what went in, by hash; how; what came out; what was dropped and why.

A stage is fresh when its manifest carries the fingerprint of its present inputs, configuration and version, and the
files that it lists are there with their sizes. `started.json` marks a stage that was begun: a killed run leaves it, and
the next one goes on in the folder if the fingerprint is the same, or empties it if not.
"""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from colloque.core import digest
from colloque.store.records import write_json
from colloque.store.stage import Tally

__all__ = ["Identity", "Manifest", "Output", "begin", "file_hash", "finish", "fresh", "read_manifest", "reopen"]

MANIFEST = "manifest.json"
STARTED = "started.json"


class Output(BaseModel):
    """One file that a stage wrote: its size and its SHA-256."""

    bytes: int
    sha256: str


class Identity(BaseModel):
    """What decides whether a stage must run again: nothing else does. `inputs` are hashes by name."""

    stage: str
    version: int
    config: dict[str, Any]
    models: dict[str, Any] = Field(default_factory=dict)
    inputs: dict[str, str]
    seed: int

    @property
    def fingerprint(self) -> str:
        """One hash of all of it."""
        return digest(self.stage, self.version, self.config, self.models, self.inputs, self.seed, size=16)


class Manifest(Identity):
    """The identity of a finished stage, what it wrote and dropped. `started` is UTC, ISO 8601; `seconds` of this run."""

    colloque: str
    outputs: dict[str, Output] = Field(default_factory=dict)
    tally: Tally = Tally()
    started: str = ""
    seconds: float = 0.0

    @property
    def content(self) -> str:
        """Hash of all that the stage wrote: the input hash of the stages after it."""
        return digest({name: output.sha256 for name, output in sorted(self.outputs.items())}, size=16)


def file_hash(path: Path) -> str:
    """SHA-256 of a file, or of a folder's files with their relative names."""
    if path.is_dir():
        names = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
        return digest([(str(p.relative_to(path)), file_hash(p)) for p in names], size=32)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a finished stage, or None when there is none, or none that can be read."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValidationError):
        return None


def fresh(folder: Path, fingerprint: str) -> Manifest | None:
    """The manifest, if the stage needs not run again."""
    manifest = read_manifest(folder)
    if manifest is None or manifest.fingerprint != fingerprint:
        return None
    for name, output in manifest.outputs.items():
        file = folder / name
        if not file.is_file() or file.stat().st_size != output.bytes:
            return None
    return manifest


def begin(folder: Path, fingerprint: str) -> bool:
    """Make the folder ready; returns True when a killed run of the same work left parts there to go on from."""
    started = folder / STARTED
    try:
        same = json.loads(started.read_text(encoding="utf-8")).get("fingerprint") == fingerprint
    except (FileNotFoundError, ValueError):
        same = False
    if same:
        return True
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    write_json(started, {"fingerprint": fingerprint})
    return False


def finish(folder: Path, manifest: Manifest) -> Manifest:
    """List the files of the folder with their hashes, write the manifest, take away the mark of a begun stage."""
    outputs = {
        str(path.relative_to(folder)): Output(bytes=path.stat().st_size, sha256=file_hash(path))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in (MANIFEST, STARTED) and not _scratch(path, folder)
    }
    whole = manifest.model_copy(update={"outputs": outputs})
    write_json(folder / MANIFEST, whole.model_dump(mode="json"))
    (folder / STARTED).unlink(missing_ok=True)
    return whole


def reopen(folder: Path) -> None:
    """Make a finished stage one that goes on where it stopped, so that parts taken out of it are made again."""
    manifest = read_manifest(folder)
    if manifest is not None:
        write_json(folder / STARTED, {"fingerprint": manifest.fingerprint})
        (folder / MANIFEST).unlink()


def _scratch(path: Path, folder: Path) -> bool:
    """Hidden files and folders (checkpoints, temporary files) are no output."""
    return any(part.startswith(".") for part in path.relative_to(folder).parts)
