"""The data files of speech, read once and kept: phrases, questions, topics, verbs, spelling.

Knows where the files lie and nothing of what they say.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["load"]


@cache
def load(name: str) -> dict[str, Any]:
    """One data file of this package, by its name without extension."""
    return tomllib.loads((files("colloque.speech") / "data" / f"{name}.toml").read_text(encoding="utf-8"))
