"""Lists of names (`knowledge/names.toml`, `identity.toml`), and the names that a record's own identity fields give.

Knows which words are given names, family names, civilities or none of these; finds nothing in a text itself.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from colloque.ingest.words import knowledge, plain

__all__ = ["TOKEN", "Gender", "Known", "civilities", "family", "given", "key", "known_names", "listed"]

Gender = Literal["f", "m", "mixed", "family"]
TOKEN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]+(?:[-'’][A-Za-zÀ-ÖØ-öø-ÿ]+)*")


@dataclass(frozen=True, slots=True)
class Known:
    """A name that the record gives: its token in plain form, and which kind of name it is."""

    token: str
    gender: Gender


@cache
def given() -> dict[str, Gender]:
    names = knowledge("names")
    found: dict[str, Gender] = {plain(name).replace(" ", "-"): "f" for name in names["f"]}
    found |= {plain(name).replace(" ", "-"): "m" for name in names["m"]}
    found |= {plain(name): "mixed" for name in names["mixed"]}
    return found


@cache
def family() -> frozenset[str]:
    """Family names that are no ordinary words and no given names."""
    names = {part for name in knowledge("names")["family"] for part in key(name).split("-") if len(part) > 2}
    return frozenset(
        names - listed("names", "ordinary") - listed("names", "words") - set(given()) - listed("names", "particles")
    )


@cache
def listed(table: str, key: str) -> frozenset[str]:
    source = knowledge(table)
    return frozenset(plain(word).replace(" ", "-") for word in (source.get(key) or source["names"][key]))


def known_names(items: Iterable[tuple[str, str]]) -> list[Known]:
    """Names out of identity fields: (question in plain form, answer) → tokens. Particles and civilities are left out."""
    found: dict[str, Known] = {}
    for question, answer in items:
        first = "prenom" in question or "first" in question or "given" in question
        tokens = TOKEN.findall(answer[:200])
        for token in tokens:
            word = key(token)
            if len(word) < 2 or word in listed("names", "particles") or word in civilities():
                continue
            gender: Gender = given().get(word, "mixed" if first else "family")
            if not first and gender != "family" and len(tokens) == 1 and _family_field(question):
                gender = "family"
            found.setdefault(word, Known(word, gender))
            for part in word.split("-"):
                if len(part) > 2:
                    found.setdefault(part, Known(part, given().get(part, gender)))
    return list(found.values())


def _family_field(question: str) -> bool:
    return (
        question.startswith(("nom", "last", "surname", "family"))
        and "prenom" not in question
        and "complet" not in question
    )


@cache
def civilities() -> frozenset[str]:
    return listed("identity", "civil_f") | listed("identity", "civil_m") | listed("identity", "civil")


def key(token: str) -> str:
    return plain(token).replace(" ", "-")
