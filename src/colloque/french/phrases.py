"""Sets of phrases found in token sequences: lists of a data file, by their first word. Knows no meaning."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from colloque.french.tokens import load_data, tokens

__all__ = ["Phrases", "labelled", "phrases"]


class Phrases:
    """Phrases, each with a label, found by their first word in a sequence of folded words."""

    def __init__(self, texts: Sequence[tuple[str, Any]]) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], Any]]] = {}
        for text, label in texts:
            words = tuple(t.word for t in tokens(text))
            known = self._by_first.setdefault(words[0], [])
            if (words, label) not in known:
                known.append((words, label))
        for known in self._by_first.values():
            known.sort(key=lambda entry: -len(entry[0]))

    def at(self, words: Sequence[str], i: int) -> int:
        """Length in tokens of the longest phrase that begins at `i`, 0 if none."""
        for phrase, _ in self._by_first.get(words[i], ()):
            if tuple(words[i : i + len(phrase)]) == phrase:
                return len(phrase)
        return 0

    def find(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """All [first, end) stretches, the longest at each place."""
        return [(first, end) for first, end, _ in self.labels(words)]

    def labels(self, words: Sequence[str], *, apart: bool = False) -> list[tuple[int, int, Any]]:
        """All stretches with their label, the longest at each place; with `apart`, none overlaps the one before."""
        found: list[tuple[int, int, Any]] = []
        i = 0
        while i < len(words):
            for phrase, label in self._by_first.get(words[i], ()):
                if tuple(words[i : i + len(phrase)]) == phrase:
                    found.append((i, i + len(phrase), label))
                    if apart:
                        i += len(phrase) - 1
                    break
            i += 1
        return found


def _part(name: str, file: str) -> Any:
    data: Any = load_data(file)
    for part in name.split("."):
        data = data[part]
    return data


@lru_cache(maxsize=64)
def phrases(name: str, file: str = "context.toml") -> Phrases:
    """The phrases of one list of a data file."""
    return Phrases([(text, name) for text in _part(name, file)])


@lru_cache(maxsize=64)
def labelled(name: str, file: str) -> Phrases:
    """The phrases of a table of lists, each labelled with its key."""
    return Phrases([(text, key) for key, texts in _part(name, file).items() for text in texts])
