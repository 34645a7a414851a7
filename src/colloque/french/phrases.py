"""All phrase lists of `data/`, found in one pass over a text's words: negations, persons, degrees, times, hedges.

One trie of words serves every list, so that a dozen lists cost no more than one. Knows no meaning: who asks for a
list knows what it is for.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from colloque.french.tokens import load_data, tokens, words_of

__all__ = ["Mark", "marks"]

Mark = tuple[int, int, Any]
"""A phrase at tokens [first, end), with its label."""

_END = "\x00"
_APART = frozenset(("persons", "scales"))
"""Lists whose phrases do not overlap: the longest at a place hides what begins inside it."""


def _context() -> Iterator[tuple[str, str, Any]]:
    for name, texts in load_data("context.toml").items():
        for text in texts:
            yield name, text, name


def _tables() -> Iterator[tuple[str, str, Any]]:
    """List name, phrase, label, for every list of every file."""
    yield from _context()
    persons = load_data("persons.toml")
    for kin, texts in persons["classes"].items():
        yield from (("persons", text, kin) for text in texts)
    yield from (("child", text, "child") for text in persons["child"]["question"])
    for family, levels in load_data("scales.toml").items():
        if family == "golden":
            continue
        for level, texts in levels.items():
            yield from (("scales", text, (family, int(level))) for text in texts)
    for side, texts in load_data("questions_orientation.toml")["orientation"].items():
        yield from (("orientation", text, side) for text in texts)
    for number, pair in enumerate(load_data("opposites.toml")["pairs"]):
        for side, texts in enumerate(pair):
            yield from (("opposites", text, (number, side)) for text in texts)
    approx = load_data("quantities.toml")["approx"]
    for side in ("before", "after"):
        yield from ((f"approx_{side}", text, side) for text in approx[side])


@lru_cache(maxsize=1)
def _trie() -> dict[str, Any]:
    root: dict[str, Any] = {}
    for name, text, label in _tables():
        node = root
        for token in tokens(text):
            node = node.setdefault(token.word, {})
        node.setdefault(_END, []).append((name, label))
    return root


@lru_cache(maxsize=512)
def marks(text: str) -> Mapping[str, tuple[Mark, ...]]:
    """Every list's phrases in the text, in order, the longest at each place; lists without any are left out."""
    words = words_of(text)
    root, size = _trie(), len(words)
    found: dict[str, list[Mark]] = {}
    for i, word in enumerate(words):
        node = root.get(word)
        if node is None:
            continue
        longest: dict[str, list[Mark]] = {}
        k = i + 1
        while True:
            for name, label in node.get(_END, ()):
                known = longest.get(name)
                if known is not None and known[0][1] == k:
                    known.append((i, k, label))
                else:
                    longest[name] = [(i, k, label)]
            if k >= size:
                break
            node = node.get(words[k])
            if node is None:
                break
            k += 1
        for name, new in longest.items():
            found.setdefault(name, []).extend(new)
    return {name: tuple(_apart(list_) if name in _APART else list_) for name, list_ in found.items()}


def _apart(found: list[Mark]) -> list[Mark]:
    kept: list[Mark] = []
    for mark in found:
        if not kept or mark[0] >= kept[-1][1]:
            kept.append(mark)
    return kept
