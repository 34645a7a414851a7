"""The catalogue of instruments: TOML files → Instrument, and look-up of an item by code or by wording.

A wording is compared in plain form (no accents, no punctuation, no numbering, no « (e) »); near ones by the share of
words in common (at least 0.75). Reads data files only.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from colloque.core import AnswerState
from colloque.errors import InputError
from colloque.ingest.words import plain

__all__ = [
    "Instrument",
    "InstrumentItem",
    "Option",
    "add_instruments",
    "edition",
    "instrument_named",
    "instruments",
    "item_by_code",
    "item_by_words",
    "key_of",
    "wording",
]

LANGUAGES = ("fr-FR", "fr-CA", "en")
_NEAR = 0.75


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """A possible answer: its score, its code, its words by language, other words for the same."""

    score: int
    loinc: str
    words: Mapping[str, str]
    also: tuple[str, ...] = ()

    def in_language(self, language: str) -> str:
        """The words in a language (`fr-FR`, `fr-CA`, `en`), French of France when there are none."""
        return self.words.get(language) or self.words.get("fr-FR") or next(iter(self.words.values()), "")


@dataclass(frozen=True, slots=True, eq=False)
class InstrumentItem:
    """One question of an instrument. `conditional`: only asked when another answer calls for it."""

    instrument: str
    number: int
    loinc: str
    words: Mapping[str, str]
    options: tuple[Option, ...]
    codes: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    scored: bool = True
    conditional: bool = False

    def in_language(self, language: str) -> str:
        """The question in a language, French of France when there is none."""
        return self.words.get(language) or self.words.get("fr-FR") or next(iter(self.words.values()), "")


@dataclass(frozen=True, slots=True, eq=False)
class Instrument:
    """A known blank form. `severity`: (from, to, word by language)."""

    id: str
    title: str
    names: tuple[str, ...]
    loinc: str
    notice: str
    items: tuple[InstrumentItem, ...]
    severity: tuple[tuple[int, int, Mapping[str, str]], ...]
    missing: Mapping[str, AnswerState] = field(default_factory=dict)
    total_codes: tuple[str, ...] = ()
    total_names: tuple[str, ...] = ()
    instruction: Mapping[str, str] = field(default_factory=dict)

    def severity_of(self, score: int, language: str = "fr") -> str:
        """The word for a total score, by the published cut-offs."""
        return next((words.get(language, "") for low, high, words in self.severity if low <= score <= high), "")


def _words(data: Mapping[str, Any]) -> dict[str, str]:
    return {
        language: data[language]
        for language in data
        if re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", language) and isinstance(data[language], str)
    }


def _options(data: Iterable[Mapping[str, Any]]) -> tuple[Option, ...]:
    return tuple(Option(o["score"], o.get("loinc", ""), _words(o), tuple(o.get("also", ()))) for o in data)


def _instrument(text: str, where: str) -> Instrument:
    try:
        data = tomllib.loads(text)
        common = _options(data.get("options", ()))
        items = tuple(
            InstrumentItem(
                data["id"], number, item.get("loinc", ""), _words(item), _options(item.get("options", ())) or common,
                tuple(item.get("codes", ())), tuple(item.get("also", ())), item.get("scored", True), item.get("conditional", False),
            )
            for number, item in enumerate(data["items"], start=1)
        )  # fmt: skip
        severity = tuple((band["from"], band["to"], _words(band)) for band in data.get("severity", ()))
        return Instrument(
            data["id"], data.get("title", data["id"]), tuple(data.get("names", ())), data.get("loinc", ""), data.get("notice", ""),
            items, severity, {str(k): v for k, v in data.get("missing", {}).items()},
            tuple(data.get("total_codes", ())), tuple(plain(n) for n in data.get("total_names", ())), data.get("instruction", {}),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"not an instrument file: {error}",
            file=where,
            hint="compare it with colloque/ingest/instruments/phq-9.toml",
        ) from error


_ADDED: dict[str, Instrument] = {}
_EDITIONS: list[str] = []


@cache
def _shipped() -> dict[str, Instrument]:
    folder = resources.files("colloque.ingest").joinpath("instruments")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    loaded = (_instrument(file.read_text(encoding="utf-8"), file.name) for file in files)
    return {one.id: one for one in loaded}


def instruments() -> dict[str, Instrument]:
    """Every known instrument by id: those shipped and those added."""
    return {**_shipped(), **_ADDED} if _ADDED else _shipped()


def edition() -> int:
    """A number that changes when instruments are added: what was found before is then looked for anew."""
    return len(_EDITIONS)


def add_instruments(folder: Path) -> list[str]:
    """Read a team's own instrument files (`*.toml`) of a folder; returns their ids. Raises InputError for a bad one."""
    added = [_instrument(file.read_text(encoding="utf-8"), str(file)) for file in sorted(folder.glob("*.toml"))]
    for one in added:
        _ADDED[one.id] = one
    _EDITIONS.extend(one.id for one in added)
    for cached in (_by_code, _by_words, _vocabulary, item_by_words, item_by_code):
        cached.cache_clear()
    return [one.id for one in added]


def instrument_named(name: str | None) -> Instrument | None:
    """An instrument by id, LOINC code or one of its names."""
    if not name:
        return None
    known = instruments()
    word = plain(name)
    for one in known.values():
        if (
            name == one.id
            or name == one.loinc
            or word == plain(one.id)
            or word in one.names
            or word.replace(" ", "") in one.names
        ):
            return one
    return None


def key_of(code: str) -> str:
    """A code as it is compared: `phq9_q1`, `PHQ-9.1`, `PHQ9[SQ001]` → `phq9 1`."""
    text = plain(re.sub(r"(?<=[a-zA-Z])0+(?=[1-9]\b)", "", code))
    text = re.sub(r"\b(phq|gad) ?(\d) ?", r"\1\2 ", text)
    return re.sub(r"\s(?:q|item|question|sq|i)? ?0*(\d+)$", r" \1", text).strip()


@cache
def _by_code() -> dict[str, InstrumentItem]:
    found: dict[str, InstrumentItem] = {}
    for one in instruments().values():
        base = plain(one.id).replace(" ", "")
        for item in one.items:
            keys = [item.loinc.lower(), *(code.lower() for code in item.codes), *(key_of(code) for code in item.codes)]
            if item.scored:
                keys += [key_of(f"{base}_{item.number}"), f"{base}{item.number:02d}"]
            for key in keys:
                if key:
                    found.setdefault(key, item)
    return found


@cache
def _by_words() -> dict[str, InstrumentItem]:
    found: dict[str, InstrumentItem] = {}
    for one in instruments().values():
        for item in one.items:
            for words in (*item.words.values(), *item.also):
                found.setdefault(wording(words), item)
    return found


@cache
def _vocabulary() -> list[tuple[frozenset[str], InstrumentItem]]:
    return [(frozenset(words.split()), item) for words, item in _by_words().items()]


_NUMBERED = re.compile(r"^\s*(?:\d{1,2}|[a-i])\s*[.)°:–-]\s*")
_ENDINGS = re.compile(r"\((?:e|s|le|ve|es|ne|te)\)")
_PREAMBLE = re.compile(
    r"^(?:au cours|durant|pendant|over|during) (?:des|les|the) (?:(?:2|deux|14|quatorze) dernier\w*|(?:last|past) (?:2|two)) (?:semaines|jours|weeks)\s?"
    r"(?:.*?\b(?:suivants?|suivantes|problems?)\b\s?)?"
)


def wording(text: str) -> str:
    """A question without its number, its « (e) » and its preamble."""
    words = plain(_NUMBERED.sub("", _ENDINGS.sub("", text[:1000])))
    return _PREAMBLE.sub("", words)


@lru_cache(maxsize=8192)
def item_by_code(code: str | None) -> InstrumentItem | None:
    """An item by LOINC code or by the usual names of its variable (`DPQ010`, `phq9_1`, `PHQ-9.1`)."""
    if not code or len(code) > 60:
        return None
    known = _by_code()
    low = code.strip().lower()
    tail = low.rsplit("/", 1)[-1]
    return known.get(low) or known.get(tail) or known.get(key_of(code))


@lru_cache(maxsize=4096)
def item_by_words(text: str) -> InstrumentItem | None:
    """An item by its wording in any known language or a near one; None when nothing is near, or two items are."""
    if len(text) < 12:
        return None
    words = wording(text)
    exact = _by_words().get(words)
    if exact:
        return exact
    bag = frozenset(words.split())
    if len(bag) < 4:
        return None
    scored = [(len(bag & known) / len(bag | known), item) for known, item in _vocabulary() if bag & known]
    best = max(scored, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] >= _NEAR else None
