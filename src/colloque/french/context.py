"""What stands around a mention: negation with its scope and its decoys, another person, another time.

Works on the tokens of one text; every rule is a phrase of `data/context.toml`. Knows no concept, and no question:
an answer « Non » is read with its question elsewhere.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from colloque.french.persons import persons
from colloque.french.phrases import phrases
from colloque.french.tokens import Token, load_data, tokens

__all__ = ["Scopes", "scopes"]

STOPS = frozenset(".?!;:") | {"...", "…", ".."}
_CONTINUES = frozenset(("de", "d", "ni", "du", "des", "ou"))
_SUBJECTS = frozenset(("je", "j", "il", "elle", "on", "nous", "ils", "elles", "ça", "c", "ca", "tu", "vous", "y"))


class Scopes(NamedTuple):
    """Per token of a text: clause number, negated or not, another person's, past, hypothetical, unsure."""

    clause: tuple[int, ...]
    negated: tuple[bool, ...]
    other: tuple[bool, ...]
    past: tuple[bool, ...]
    hypothetical: tuple[bool, ...]
    unsure: tuple[bool, ...]


def _clauses(found: Sequence[Token]) -> list[int]:
    """A clause ends at a full stop of any kind, at a comma or « et » that opens a new subject, and at « mais »."""
    barriers = phrases("barrier")
    words = [t.word for t in found]
    number, out = 0, []
    for i, word in enumerate(words):
        if word in STOPS or word in ("(", ")", '"', "«", "»"):
            out.append(number)
            number += 1
            continue
        following = words[i + 1] if i + 1 < len(words) else ""
        if word == "," and following not in _CONTINUES:
            out.append(number)
            number += 1
            continue
        if word == "et" and following in _SUBJECTS:
            number += 1
        if i and barriers.at(words, i):
            number += 1
        out.append(number)
    return out


def _counts(word: str) -> bool:
    """A number: « trois, plus un » adds, it denies nothing."""
    return word[0].isdigit() or word in load_data("quantities.toml")["numbers"]


def _negated(words: Sequence[str], clause: Sequence[int]) -> list[bool]:
    masked = list(words)
    for first, end in phrases("not_negation").find(words):
        masked[first:end] = [""] * (end - first)
    for i in range(2, len(words) - 1):
        if (
            words[i] == "plus"
            and words[i - 1] in (",", "cafes", "verres", "bieres")
            and (_counts(words[i - 2]) or words[i - 1] != ",")
        ):
            masked[i] = ""
    negated = [False] * len(words)
    for first, _ in phrases("negation").find(masked):
        for i in range(first, len(words)):
            if clause[i] != clause[first]:
                break
            negated[i] = True
    _trailing(words, clause, negated)
    return negated


_DENIES = frozenset(("non", "jamais", "aucun", "aucune", "pas", "rien", "zero"))
_BREAKS = frozenset((",", ":", "?", "...", "…", ".."))


def _trailing(words: Sequence[str], clause: Sequence[int], negated: list[bool]) -> None:
    """« De la fièvre, non. », « L'alcool jamais », « Vertiges ? Aucun »: a denial that comes after what it denies."""
    for i in range(1, len(words)):
        if words[i] not in _DENIES:
            continue
        apart = words[i - 1] in _BREAKS
        after = words[i + 1] if i + 1 < len(words) else "."
        if (after not in STOPS and after != ",") or (not apart and words[i] not in ("non", "jamais", "zero")):
            continue
        k = i - 2 if apart else i - 1
        if k < 0 or (not apart and words[k] in ("que", "dis", "crois", "pense")):
            continue
        for m in range(k, max(-1, k - 8), -1):
            if clause[m] != clause[k]:
                break
            negated[m] = True


def _others(text: str, clause: Sequence[int]) -> list[bool]:
    """Clauses in which somebody else is named."""
    named = {clause[person.first] for person in persons(text)}
    return [number in named for number in clause]


def _reach(words: Sequence[str], clause: Sequence[int], name: str, *, both: bool = False) -> list[bool]:
    out = [False] * len(words)
    for first, end in phrases(name).find(words):
        for i in range(first if not both else 0, len(words)):
            if clause[i] == clause[first]:
                out[i] = True
            elif i > end:
                break
    return out


@lru_cache(maxsize=4096)
def scopes(text: str) -> Scopes:
    """The scopes of one text, token by token (`tokens(text)`)."""
    found = tokens(text)
    words = [t.word for t in found]
    clause = _clauses(found)
    return Scopes(
        tuple(clause),
        tuple(_negated(words, clause)),
        tuple(_others(text, clause)),
        tuple(_reach(words, clause, "past", both=True)),
        tuple(_reach(words, clause, "hypothetical")),
        tuple(_reach(words, clause, "unsure", both=True)),
    )
