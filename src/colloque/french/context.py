"""What stands around a mention: negation with its scope and its decoys, another person, another time.

Works on the tokens of one text; every rule is a phrase of `data/context.toml`. Knows no concept, and no question:
an answer « Non » is read with its question elsewhere.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from colloque.french.tokens import Token, load_data, tokens

__all__ = ["Phrases", "Scopes", "phrases", "scopes"]

STOPS = frozenset(".?!;:") | {"...", "…", ".."}
_CONTINUES = frozenset(("de", "d", "ni", "du", "des", "ou"))
_SUBJECTS = frozenset(("je", "j", "il", "elle", "on", "nous", "ils", "elles", "ça", "c", "ca", "tu", "vous", "y"))


class Phrases:
    """A set of phrases, found by their first word in a token sequence."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for text in texts:
            words = tuple(t.word for t in tokens(text))
            known = self._by_first.setdefault(words[0], [])
            if words not in known:
                known.append(words)
        for known in self._by_first.values():
            known.sort(key=len, reverse=True)

    def at(self, words: Sequence[str], i: int) -> int:
        """Length in tokens of the longest phrase that begins at `i`, 0 if none."""
        for phrase in self._by_first.get(words[i], ()):
            if tuple(words[i : i + len(phrase)]) == phrase:
                return len(phrase)
        return 0

    def find(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """All [first, end) stretches, longest first at each place."""
        found = []
        for i in range(len(words)):
            if words[i] in self._by_first and (size := self.at(words, i)):
                found.append((i, i + size))
        return found


@lru_cache(maxsize=16)
def phrases(name: str, file: str = "context.toml") -> Phrases:
    """The phrases of one list of a data file."""
    data: Any = load_data(file)
    for part in name.split("."):
        data = data[part]
    return Phrases(data)


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


def _negated(words: Sequence[str], clause: Sequence[int]) -> list[bool]:
    masked = list(words)
    for first, end in phrases("not_negation").find(words):
        masked[first:end] = [""] * (end - first)
    negated = [False] * len(words)
    for first, _ in phrases("negation").find(masked):
        for i in range(first, len(words)):
            if clause[i] != clause[first]:
                break
            negated[i] = True
    _trailing(words, clause, negated)
    return negated


def _trailing(words: Sequence[str], clause: Sequence[int], negated: list[bool]) -> None:
    """« De la fièvre, non. », « L'alcool : jamais », « Vertiges ? Aucun »: a denial that comes after what it denies."""
    for i in range(1, len(words)):
        if words[i] not in ("non", "jamais", "aucun", "aucune", "pas", "rien", "zero") or words[i - 1] not in (
            ",",
            ":",
            "?",
            "...",
            "…",
        ):
            continue
        after = words[i + 1] if i + 1 < len(words) else "."
        if after not in STOPS and after != ",":
            continue
        k = i - 2
        while k >= 0 and clause[k] == clause[i - 1] and i - k < 8:
            negated[k] = True
            k -= 1


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
        tuple(_reach(words, clause, "relatives", both=True)),
        tuple(_reach(words, clause, "past", both=True)),
        tuple(_reach(words, clause, "hypothetical")),
        tuple(_reach(words, clause, "unsure", both=True)),
    )
