"""Needles of a pattern: letters that any match must contain, so that most patterns are never run on most texts.

Reads the small part of regular-expression syntax that the lexicons use; where it is unsure it gives the empty
needle, which is found everywhere: a needle may be useless, never wrong.
"""

from collections.abc import Iterator

__all__ = ["close_of", "needles_of"]

_ANY = ("",)


def needles_of(pattern: str) -> tuple[str, ...]:
    """Strings of which at least one occurs in every match; `("",)` when nothing can be promised."""
    return _branches(pattern)


def _branches(pattern: str) -> tuple[str, ...]:
    """Needles of an alternation: those of each branch together."""
    found: list[str] = []
    for branch in _split(pattern):
        needles = _sequence(branch)
        if needles == _ANY:
            return _ANY
        found.extend(needles)
    return tuple(dict.fromkeys(found))


def _sequence(pattern: str) -> tuple[str, ...]:
    """The best needle of a sequence: the longest run of letters, or a group all of whose branches have one."""
    best: tuple[str, ...] = _ANY
    run, at = "", 0
    while at < len(pattern):
        part, kind, at = _next(pattern, at)
        repeated = pattern[at : at + 1] == "+"
        optional = at < len(pattern) and (pattern[at] in "?*" or pattern[at : at + 2] == "{0")
        at = _past_quantifier(pattern, at)
        if kind == "letter" and not optional:
            run += part
            if repeated:
                best, run = _better(best, (run,)), ""
            continue
        best, run = _better(best, (run,)), ""
        if kind == "group" and not optional:
            best = _better(best, _branches(part))
    return _better(best, (run,))


def _next(pattern: str, at: int) -> tuple[str, str, int]:
    """The next part of a pattern, its kind (letter, group, other) and where it ends."""
    char = pattern[at]
    if char == "(":
        end = close_of(pattern, at)
        inner = pattern[at + 1 : end]
        if inner.startswith("?:"):
            return inner[2:], "group", end + 1
        return inner, "other" if inner.startswith("?") else "group", end + 1
    if char == "[":
        return "", "other", pattern.index("]", at + 2) + 1
    if char == "\\":
        return "", "other", at + 2
    return (char, "letter", at + 1) if char.isalnum() or char in "' œ-," else ("", "other", at + 1)


def _past_quantifier(pattern: str, at: int) -> int:
    """Step over `?`, `*`, `+` or `{m,n}` and a lazy mark."""
    if at < len(pattern) and pattern[at] == "{":
        at = pattern.index("}", at) + 1
    elif at < len(pattern) and pattern[at] in "?*+":
        at += 1
    else:
        return at
    return at + 1 if at < len(pattern) and pattern[at] in "?+" else at


def _better(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The more telling of two sets: by its shortest needle."""
    return other if min(map(len, other)) > min(map(len, one)) else one


def close_of(pattern: str, at: int) -> int:
    """Where the group that opens at `at` closes."""
    depth = 0
    for index, char in _structure(pattern):
        if index < at:
            continue
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth == 0:
            return index
    raise ValueError(f"unbalanced pattern: {pattern}")


def _split(pattern: str) -> list[str]:
    """The branches of an alternation at the top level."""
    parts, depth, start = [], 0, 0
    for index, char in _structure(pattern):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "|" and depth == 0:
            parts.append(pattern[start:index])
            start = index + 1
    return [*parts, pattern[start:]]


def _structure(pattern: str) -> Iterator[tuple[int, str]]:
    """The parentheses and bars that are syntax: neither escaped nor inside a class of characters."""
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            at += 2
        elif char == "[":
            at = pattern.index("]", at + 2) + 1
        else:
            if char in "()|":
                yield at, char
            at += 1
