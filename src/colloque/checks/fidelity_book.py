"""The rubric of fidelity as data: for each code its severity, what to say, what would mend it (`data/fidelity.toml`).

Fills a text's places in one pass, so that braces in a patient's words stay what they are. Knows no rule.
"""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

from colloque.checks.conduct_book import Entry
from colloque.core import Code, Finding, Severity

__all__ = ["entries", "finding"]

_PLACE = re.compile(r"\{(said|wanted|question|given)\}")


@lru_cache(maxsize=1)
def entries() -> dict[str, Entry]:
    """Code → entry."""
    data = tomllib.loads((files("colloque.checks") / "data" / "fidelity.toml").read_text("utf-8"))
    return {code: Entry(**fields) for code, fields in data["code"].items()}


def _fill(text: str, parts: dict[str, str]) -> str:
    return _PLACE.sub(lambda match: parts.get(match.group(1), ""), text)


def finding(
    code: Code, turn: int, answer: str | None = None, quote: str = "", severity: Severity | None = None, **parts: str
) -> Finding:
    """A finding of fidelity; `parts` are `said`, `wanted`, `question`, `given` as the texts of the code need them."""
    entry = entries()[code]
    return Finding(
        code=code, severity=severity or entry.severity, turn=turn, answer=answer, quote=quote,
        message=_fill(entry.message, parts), remedy=_fill(entry.remedy, parts),
    )  # fmt: skip
