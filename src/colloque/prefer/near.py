"""Prompts that are nearly the same: the same moment twice teaches once, and weighs twice. Words only; no model, no judge."""

from collections import Counter
from collections.abc import Sequence

from colloque.core import Preference
from colloque.prefer.draw import alike, word_list

__all__ = ["first_of_near"]

_GRAM = 3
_SHARE = 0.9
"""Share of common word triples, of the longer prompt, and of common words in the last turn, from which two prompts are one.
Two cuts of one dialogue share nearly all but the last turn: that is why it is asked for apart."""


def first_of_near(pairs: Sequence[Preference]) -> list[Preference]:
    """The pairs without those whose prompt is nearly that of an earlier one; the order is kept."""
    index: dict[tuple[str, ...], list[int]] = {}
    kept: list[tuple[Preference, int, list[str]]] = []
    for pair in pairs:
        grams = _grams(pair)
        last = word_list(pair.prompt[-1].content)
        shared = Counter(number for gram in grams for number in index.get(gram, ()))
        near = (
            number
            for number, common in shared.items()
            if common >= _SHARE * max(len(grams), kept[number][1]) and alike(last, kept[number][2]) >= _SHARE
        )
        if next(near, None) is None:
            for gram in grams:
                index.setdefault(gram, []).append(len(kept))
            kept.append((pair, len(grams), last))
    return [pair for pair, *_ in kept]


def _grams(pair: Preference) -> set[tuple[str, ...]]:
    """Word triples of the whole prompt; a prompt of one or two words is a gram by itself."""
    words = [word for message in pair.prompt for word in (f"{message.role}:", *word_list(message.content))]
    return set(zip(*(words[start:] for start in range(_GRAM)), strict=False)) or {tuple(words)}
