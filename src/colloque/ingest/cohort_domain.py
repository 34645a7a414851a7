"""Domains of the cohort: hand-written TOML files → compiled items, with their word lists and their shared answers.

A domain says who its people are (age, share of women, severity, duration) and lists its items in the order in which a
form would put them. It knows nothing of how a respondent is drawn. The format is described in domains/README.md.
"""

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from colloque.errors import InputError
from colloque.ingest.cohort_template import Phrase, compile_phrase, holds

__all__ = ["Domain", "Item", "Scale", "domain_names", "general_phrases", "load_domain"]

_LEVELS: dict[str, tuple[float, float, float, float]] = {
    # Weight of a group of answers at severity 0 (light) … 3 (heavy); the groups overlap so that people are not all of a piece.
    "low": (9, 3, 0.6, 0),
    "mid": (2, 6, 4, 1.5),
    "high": (0, 0.8, 5, 9),
    "any": (4, 4, 4, 4),
    "rare": (0.15, 0.2, 0.25, 0.3),
    # Risk: mostly denied; idiom and death wishes grow with severity; a plan stays rare.
    "denied": (40, 24, 11, 6),
    "ambiguous": (0.4, 1.5, 3, 3),
    "affirmed": (0, 0.4, 1.8, 3.5),
    "plan": (0, 0, 0.15, 0.7),
}
_KNOWN = frozenset(
    ("age", "motif", "tabac", "alcool", "metier", "travail", "sport", "allaitement", "couches", "temperature", "aide", "suicide",
     "selfharm", "sommeil", "humeur", "moral", "depuis", "entourage", "repas", "conges", "activite")
)  # fmt: skip
"""Items of which nobody says that they do not know."""
_COMMON = "common.toml"


@dataclass(frozen=True, slots=True)
class Scale:
    """An item as a rating scale puts it: its wordings, its options, and how far its answers lean from the severity."""

    questions: tuple[Phrase, ...]
    options: tuple[tuple[Phrase, ...], ...]
    lean: float


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a domain, its wordings, and its answers with their weight at each severity."""

    id: str
    questions: tuple[Phrase, ...]
    answers: tuple[tuple[Phrase, tuple[float, float, float, float]], ...]
    needs: tuple[str, ...]
    rate: float
    unsure: float
    scale: Scale | None = None


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain: who its people are, and its items in the order of the form."""

    name: str
    items: tuple[Item, ...]
    ages: tuple[int, int]
    women: float
    severity: tuple[float, ...]
    duration: tuple[float, float]
    history: float
    asked: str
    scaled: float
    weight: float
    lists: dict[str, tuple[Phrase, ...]] = field(default_factory=dict)
    later: frozenset[str] = frozenset()
    """Tags that an answer may make true: whether an item that needs one is asked is only known on the way."""

    def may_ask(self, item: Item, tags: set[str]) -> bool:
        """Whether the item suits the person, as far as can be told before any answer is given."""
        return holds((need for need in item.needs if need.lstrip("!") not in self.later), tags)


def domain_names() -> tuple[str, ...]:
    """The names of all domains, sorted: one a file."""
    folder = resources.files("colloque.ingest") / "domains"
    names = [entry.name for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted(name.removesuffix(".toml") for name in names if name != _COMMON))


@cache
def load_domain(name: str) -> Domain:
    """Read and compile one domain. Raises InputError with the file and the item where the data is malformed."""
    data, common = _read(f"{name}.toml"), _read(_COMMON)
    words = {**common["lists"], **data.get("lists", {})}
    try:
        lists = {key: _phrases(lines) for key, lines in words.items()}
        items = tuple(_item(entry, common) for entry in data["item"])
    except (KeyError, ValueError) as error:
        raise InputError(f"malformed domain: {error}", file=f"{name}.toml", hint="see domains/README.md") from error
    low, high = data.get("ages", (18, 80))
    return Domain(
        name=name,
        items=items,
        ages=(low, high),
        women=data.get("women", 0.55),
        severity=tuple(data.get("severity", (3, 4, 3, 1.5))),
        duration=tuple(data.get("duration", (10, 720))),
        history=data.get("history", 0.4),
        asked=data.get("asked", "vous"),
        scaled=data.get("scaled", 0.0),
        weight=data.get("weight", 1.0),
        lists=lists,
        later=frozenset(tag for item in items for phrase, _ in item.answers for tag in phrase.sets),
    )


def _item(entry: dict[str, Any], common: dict[str, Any]) -> Item:
    groups: dict[str, list[str]] = {}
    for source in (common["bank"][entry["bank"]] if "bank" in entry else {}, entry):
        for level in _LEVELS:
            groups.setdefault(level, []).extend(source.get(level, []))
    answers: list[tuple[Phrase, tuple[float, float, float, float]]] = []
    for level, lines in groups.items():
        # The weight belongs to the group, however many phrasings it has.
        share = _LEVELS[level]
        answers += [(p, tuple(w / len(lines) for w in share)) for p in _phrases(lines)]  # type: ignore[misc]
    if not answers and "scale" not in entry:
        raise ValueError(f"item {entry['id']} has no answers")
    return Item(
        id=entry["id"],
        questions=_phrases(entry.get("questions", [])),
        answers=tuple(answers),
        needs=tuple(entry.get("needs", [])),
        rate=entry.get("rate", 0.7),
        unsure=entry.get("unsure", 0.0 if entry["id"] in _KNOWN or entry.get("rate", 0.7) >= 0.9 else 0.015),
        scale=_scale(entry["scale"], common) if "scale" in entry else None,
    )


def _scale(entry: dict[str, Any], common: dict[str, Any]) -> Scale:
    options = entry.get("options") or common["scale"][entry["name"]]
    return Scale(_phrases(entry["questions"]), tuple(_phrases(option) for option in options), entry.get("lean", 0.0))


def _phrases(lines: list[str]) -> tuple[Phrase, ...]:
    return tuple(compile_phrase(line) for line in lines)


@cache
def _read(name: str) -> dict[str, Any]:
    text = (resources.files("colloque.ingest") / "domains" / name).read_text("utf-8")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}", file=name, hint="mend the file") from error


@cache
def general_phrases(kind: str) -> tuple[Phrase, ...]:
    """What people write whatever the question: `unsure` (they do not know) or `refused`."""
    return _phrases(_read(_COMMON)[kind])
