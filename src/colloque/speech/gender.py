"""Gender of nouns, doubled forms made one (`fatigué(e)`), predicates agreed with the patient."""

import re
from functools import cache, lru_cache
from typing import Literal

from colloque.speech.bank import load

__all__ = ["Gender", "agreed", "noun_gender", "settle"]

Gender = Literal["f", "m"]


@cache
def _nouns() -> tuple[frozenset[str], frozenset[str], tuple[str, ...], dict[str, str]]:
    data = load("nouns")
    return (
        frozenset(data["feminine"].split()), frozenset(data["masculine"].split()),
        tuple(data["feminine_endings"]), dict(line.split() for line in data["adjectives"].strip().splitlines()),
    )  # fmt: skip


@lru_cache(maxsize=4096)
def noun_gender(noun: str) -> Gender:
    """The gender of a singular noun: by list, then by ending."""
    feminine, masculine, endings, _ = _nouns()
    low = noun.lower()
    if low in masculine:
        return "m"
    return "f" if low in feminine or low.endswith(endings) else "m"


@lru_cache(maxsize=8192)
def settle(text: str, gender: Gender) -> str:
    """Doubled forms made one: `fatigué(e)`, `heureux(se)`, `anxieux/anxieuse`, `seul·e`."""
    woman = gender == "f"
    text = re.sub(
        r"\b(conjoint|ami|partenaire|copain|patron|employeu?r|voisin|enseignant|un|le|la)\((?:e|ne|se)\)", r"\1", text
    )
    text = re.sub(r"\bami\(e\)s", "amis", text)
    text = re.sub(r"(\w+?)eux ?(?:\(se\)|\(euse\)|[/·]-?euse|[/·]\w+euse)", r"\1euse" if woman else r"\1eux", text)
    text = re.sub(r"(\w+?)if ?(?:\(ve\)|\(ive\)|[/·]-?ive|/\w+ive)", r"\1ive" if woman else r"\1if", text)
    text = re.sub(r"(\w+?)et ?\(ète\)", r"\1ète" if woman else r"\1et", text)
    text = re.sub(r"(\w+)[(·]e[)·]?s\)?", r"\1es" if woman else r"\1s", text)
    text = re.sub(r"(\w+)(?: ?\(e\)|·e\b|\.e\b(?! )|/e\b)", r"\1e" if woman else r"\1", text)
    text = re.sub(r"(\w+)\(ne\)", r"\1ne" if woman else r"\1", text)
    return re.sub(r"(\w+)\((?:s|x)\)", r"\1s", text)


def agreed(adjective: str, gender: Gender) -> str:
    """A predicate of the patient in the patient's gender; words that are no such adjective are left as they are."""
    adjectives = _nouns()[3]
    if gender == "m":
        return adjective
    if adjective in adjectives:
        return adjectives[adjective]
    for end, new in (("é", "ée"), ("eux", "euse"), ("if", "ive")):
        if adjective.endswith(end) and len(adjective) > 3:
            return adjective[: -len(end)] + new
    return adjective
