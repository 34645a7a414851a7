"""Which of many patterns may match a text, found in one pass: the sieve before the few regular expressions that are run.

Two sieves of one kind: an automaton over all patterns (google-re2), and needles with a trigram index, where that
library is not installed. Either may let through too much, never too little. Knows no phrase, and no label.
"""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from colloque.french.needles import close_of, needles_of

__all__ = ["Needles", "Sieve", "sieve_for"]

_GROUP = 120
"""Patterns an automaton: its states are built as texts need them, and many patterns together need many states."""
_MEMORY = 32 << 20
"""Bytes that the states of one automaton may take; the lexicons need a tenth of it."""


class Sieve(Protocol):
    """What both sieves can do."""

    def likely(self, folded: str) -> list[int]:
        """Numbers of the patterns that may match in the folded text, in order; all that do match are among them."""


def sieve_for(sources: Sequence[str]) -> Sieve:
    """The better sieve that this machine has for patterns in the syntax of `re`."""
    try:
        import re2
    except ImportError:
        return Needles(sources)
    return _Automata(sources, re2)


class _Automata:
    """Automata over groups of patterns. Texts are made ASCII, as the patterns are; look-arounds are left out."""

    def __init__(self, sources: Sequence[str], library: Any) -> None:
        options = library.Options()
        options.max_mem, options.log_errors = _MEMORY, False
        options.encoding = library.Options.Encoding.LATIN1
        self._all = list(range(len(sources)))
        self._always: list[int] = []
        self._sets: list[tuple[Any, list[int]]] = []
        for start in range(0, len(sources), _GROUP):
            automaton, numbers = library.Set.SearchSet(options), []
            for number in range(start, min(start + _GROUP, len(sources))):
                try:
                    automaton.Add(_loosened(sources[number]).encode("ascii"))
                    numbers.append(number)
                except library.error:
                    self._always.append(number)
            if numbers:
                automaton.Compile()
                self._sets.append((automaton, numbers))

    def likely(self, folded: str) -> list[int]:
        """Numbers of the patterns that may match."""
        if not (folded.isascii() and folded.isprintable()):
            folded = _FOREIGN.sub(_stand_in, folded)
            if _ODD in folded:
                return self._all
        text = folded.encode("ascii")
        found = list(self._always)
        for automaton, numbers in self._sets:
            for at in automaton.Match(text) or ():
                found.append(numbers[at])
        found.sort()
        return found


_FOREIGN = re.compile(r"[^\t\n\r\x20-\x7e]")
_LETTER, _MARK = "Q", "\x01"
"""What stands for any letter, and any other sign, beyond ASCII: neither occurs in folded text."""
_ODD = "\x02"
"""What stands for characters that `re` and the automaton class differently: in their presence every pattern is run."""


def _stand_in(match: re.Match[str]) -> str:
    char = match.group()
    if char.isascii() or char.isspace() or char.isdecimal():
        return _ODD
    return _LETTER if char.isalnum() else _MARK


_GAP = re.compile(r"((?:\[[^\]]*\]|\\[a-zA-Z]|(?<!\\)\.))\{(\d+)(?:,(\d*))?\}\??")


def _loosened(source: str) -> str:
    """A pattern that the automaton can take and that matches wherever `source` does: no look-around, gaps of any length."""
    parts: list[str] = []
    at = 0
    while at < len(source):
        char = source[at]
        if char == "\\":
            end = at + 2
            parts.append(source[at:end])
        elif char == "[":
            end = source.index("]", at + 2) + 1
            parts.append(_class(source[at:end]))
        elif source.startswith(("(?=", "(?!", "(?<"), at):
            end = close_of(source, at) + 1
        else:
            end = at + 1
            parts.append(r"\n?\z" if char == "$" else char)
        at = end
    loose = "".join(parts)
    return _FOREIGN.sub(_stand_in, _GAP.sub(_any_length, loose))


def _class(text: str) -> str:
    """A class of characters; one that excludes signs beyond ASCII excludes none of them."""
    return _FOREIGN.sub("", text) if text.startswith("[^") else text


def _any_length(match: re.Match[str]) -> str:
    part, least, most = match.groups()
    if most is not None and most != "" and int(most) <= 1:
        return match.group()
    return f"{part}{'*' if int(least) == 0 else '+'}"


_GRAM = 3
_FREQUENT = "esaitnrulodcpm' -"
"""The commonest letters of French, the commonest first: a trigram of rare letters finds fewer texts."""


class Needles:
    """Patterns by their needles, needles by one trigram each: about one set intersection a text."""

    def __init__(self, sources: Sequence[str]) -> None:
        self._index: dict[str, list[tuple[str, int]]] = {}
        self._always: list[int] = []
        for number, source in enumerate(sources):
            for needle in needles_of(source):
                if len(needle) < _GRAM:
                    self._always.append(number)
                else:
                    self._index.setdefault(_rarest(needle), []).append((needle, number))
        self._grams = frozenset(self._index)

    def likely(self, folded: str) -> list[int]:
        """Numbers of the patterns that may match."""
        found = set(self._always)
        for gram in self._grams.intersection(map("".join, zip(folded, folded[1:], folded[2:], strict=False))):
            found.update(number for needle, number in self._index[gram] if needle in folded)
        return sorted(found)


def _rarest(needle: str) -> str:
    grams = [needle[at : at + _GRAM] for at in range(len(needle) - _GRAM + 1)]
    return max(grams, key=lambda gram: sum(_FREQUENT.find(c) % 40 for c in gram))
