"""The rubric of conduct as data: for each code its severity, what to tell the clinician, what would mend it.

Reads checks/data/conduct.toml; knows no rule. A rule names a code, or a code with a shade (`diagnosis_given.hypothesis`),
and gets a Finding.
"""

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any, cast

from colloque.core import Code, Finding, Record, Severity

__all__ = ["Entry", "entries", "finding"]


class Entry(Record):
    """One code of the rubric. `rule` and `blind` are for the documentation: what is looked at, what is not seen."""

    severity: Severity
    message: str
    remedy: str = ""
    rule: str = ""
    blind: str = ""


@lru_cache(maxsize=1)
def entries() -> dict[str, Entry]:
    """Codes and shades → entry. A shade inherits what it does not say from its code."""
    data = tomllib.loads((files("colloque.checks") / "data" / "conduct.toml").read_text("utf-8"))
    found: dict[str, Entry] = {code: Entry(**fields) for code, fields in data["code"].items()}
    for shade, fields in data.get("shade", {}).items():
        base: dict[str, Any] = found[shade.split(".")[0]].model_dump()
        found[shade] = Entry(**{**base, **fields})
    return found


@lru_cache(maxsize=65536)
def finding(label: str, turn: int | None, quote: str = "", detail: str = "") -> Finding:
    """A finding of a code or shade at a turn; `detail` is added to the message in brackets."""
    entry = entries()[label]
    message = f"{entry.message} ({detail})" if detail else entry.message
    code = cast(Code, label.split(".")[0])
    return Finding(
        code=code, severity=entry.severity, turn=turn, quote=quote.strip(), message=message, remedy=entry.remedy
    )
