"""The small certificate beside a file that a verb wrote: `dialogues.jsonl` → `dialogues.jsonl.manifest.json`.

It names what went in, by path and hash, so that a later verb finds it again (`augment` needs the questionnaires).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from colloque import __version__
from colloque.errors import InputError
from colloque.store import Tally, write_json
from colloque.store.manifest import file_hash

__all__ = ["certify", "source_of"]


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.manifest.json")


def certify(output: Path, verb: str, inputs: Mapping[str, Path], settings: Mapping[str, Any], tally: Tally) -> None:
    """Write the certificate of `output`."""
    write_json(
        _beside(output),
        {
            "verb": verb,
            "colloque": __version__,
            "inputs": {name: {"path": str(path.resolve()), "sha256": file_hash(path)} for name, path in inputs.items()},
            "settings": dict(settings),
            "tally": tally.model_dump(mode="json"),
        },
    )


def source_of(output: Path, name: str, given: Path | None, option: str) -> Path:
    """The input `name` that `output` was made from: as given, or as its certificate says.

    Raises InputError when neither tells, or when the file has gone.
    """
    if given is not None:
        return given
    try:
        path = Path(json.loads(_beside(output).read_text(encoding="utf-8"))["inputs"][name]["path"])
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"the {name} behind this file are not known", file=output, hint=f"name them with {option} FILE"
        ) from error
    if not path.exists():
        raise InputError(
            f"the {name} behind this file are no longer at {path}", file=output, hint=f"name them with {option} FILE"
        )
    return path
