"""What stands around a mention: negation with its scope and its decoys, another person, another time.

Works on the tokens of one text; every rule is a phrase of `data/context.toml`. Knows no concept, and no question:
an answer « Non » is read with its question elsewhere.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from colloque.french.phrases import Mark, marks
from colloque.french.tokens import load_data, words_of

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


def _clauses(words: Sequence[str], found: Mapping[str, tuple[Mark, ...]]) -> list[int]:
    """A clause ends at a full stop of any kind, at a comma or « et » that opens a new subject, and at « mais »."""
    if _DIVIDES.isdisjoint(words) and "barrier" not in found:
        return [0] * len(words)
    barriers = {first for first, _, _ in found.get("barrier", ())}
    number, out, last = 0, [], len(words) - 1
    for i, word in enumerate(words):
        if word in STOPS or word in _BRACKETS:
            out.append(number)
            number += 1
            continue
        if word == ",":
            out.append(number)
            if i == last or words[i + 1] not in _CONTINUES:
                number += 1
            continue
        if (word == "et" and i < last and words[i + 1] in _SUBJECTS) or (i and i in barriers):
            number += 1
        out.append(number)
    return out


def _counts(word: str) -> bool:
    """A number: « trois, plus un » adds, it denies nothing."""
    return word[0] in "0123456789" or word in load_data("quantities.toml")["numbers"]


def _negated(words: Sequence[str], clause: Sequence[int], found: Mapping[str, tuple[Mark, ...]]) -> list[bool]:
    masked = {i for first, end, _ in found.get("not_negation", ()) for i in range(first, end)}
    for i in range(2, len(words) - 1) if "plus" in words else ():
        if words[i] == "plus" and (words[i - 1] in _COUNTED or (words[i - 1] == "," and _counts(words[i - 2]))):
            masked.add(i)
    negated = [False] * len(words)
    for first, _, _ in found.get("negation", ()):
        if first in masked:
            continue
        for i in range(first, len(words)):
            if clause[i] != clause[first]:
                break
            negated[i] = True
    _trailing(words, clause, negated)
    return negated


_COUNTED = frozenset(("cafes", "verres", "bieres"))
_BRACKETS = frozenset(("(", ")", '"', "«", "»"))
_DIVIDES = STOPS | _BRACKETS | {",", "et"}
"""Without one of these, or a barrier, a text is one clause."""
_DENIES = frozenset(
    (
        "non",
        "jamais",
        "aucun",
        "aucune",
        "pas",
        "rien",
        "zero",
        "point",
        "nada",
        "neant",
        "niet",
        "nan",
        "nenni",
        "nib",
        "walou",
    )
)
_BREAKS = frozenset((",", ":", "?", "...", "…", ".."))


def _trailing(words: Sequence[str], clause: Sequence[int], negated: list[bool]) -> None:
    """« De la fièvre, non. », « L'alcool jamais », « Vertiges ? Aucun »: a denial that comes after what it denies."""
    for i in range(1, len(words)) if not _DENIES.isdisjoint(words) else ():
        if words[i] not in _DENIES:
            continue
        apart = words[i - 1] in _BREAKS
        rest = list(words[i + 1 : i + 4])
        if words[i] in ("pas", "point", "non", "rien") and rest[:2] == ["du", "tout"]:
            rest = rest[2:]
        after = rest[0] if rest else "."
        if (after not in STOPS and after != ",") or (not apart and words[i] not in ("non", "jamais", "zero")):
            continue
        k = i - 2 if apart else i - 1
        if k < 0 or (not apart and words[k] in ("que", "dis", "crois", "pense")):
            continue
        for m in range(k, max(-1, k - 8), -1):
            if clause[m] != clause[k]:
                break
            negated[m] = True


def _reach(size: int, clause: Sequence[int], found: Sequence[Mark], *, both: bool) -> tuple[bool, ...]:
    """Clauses that hold one of the phrases, from it on or as a whole."""
    if not found:
        return (False,) * size
    out = [False] * size
    for first, _, _ in found:
        for i in range(0 if both else first, size):
            if clause[i] == clause[first]:
                out[i] = True
    return tuple(out)


@lru_cache(maxsize=512)
def scopes(text: str) -> Scopes:
    """The scopes of one text, token by token (`tokens(text)`)."""
    words = words_of(text)
    found = marks(text)
    clause = _clauses(words, found)
    size = len(words)
    return Scopes(
        tuple(clause),
        tuple(_negated(words, clause, found)),
        _reach(size, clause, found.get("persons", ()), both=True),
        _reach(size, clause, found.get("past", ()), both=True),
        _reach(size, clause, found.get("hypothetical", ()), both=False),
        _reach(size, clause, found.get("unsure", ()), both=True),
    )
