"""REDCap branching logic: would this field have been shown? True, False, or None where the expression cannot be told.

Understands comparisons of fields, checkboxes and events with texts and numbers, joined by and, or, parentheses. Anything
else (datediff, smart variables) is None: nothing is claimed about it.
"""

import re
from collections.abc import Callable
from functools import lru_cache

__all__ = ["shown"]

_TOKEN = re.compile(
    r"\s*(?:(?P<ref>(?:\[[\w-]+\])?\[[\w-]+(?:\([^()\[\]]*\))?\])|(?P<text>\"[^\"]*\"|'[^']*')|(?P<number>-?\d+(?:[.,]\d+)?)"
    r"|(?P<op><>|!=|<=|>=|=|<|>)|(?P<word>and\b|or\b|not\b|&&|\|\|)|(?P<paren>[()]))",
    re.IGNORECASE,
)
Lookup = Callable[[str, str], str | None]
"""(event or "", field or field(code)) → the value, or None when it is not in the data."""
_MAX = 400


@lru_cache(maxsize=2048)
def _tokens(logic: str) -> tuple[tuple[str, str], ...] | None:
    found: list[tuple[str, str]] = []
    at = 0
    text = logic.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or len(found) > _MAX:
            return None
        kind = match.lastgroup or ""
        found.append((kind, match[kind]))
        at = match.end()
        while at < len(text) and text[at].isspace():
            at += 1
    return tuple(found)


def shown(logic: str, lookup: Lookup) -> bool | None:
    """Evaluate one expression; None when it cannot be told."""
    if not logic.strip():
        return True
    tokens = _tokens(logic)
    if not tokens:
        return None
    parser = _Parser(tokens, lookup)
    try:
        value = parser.either()
    except (IndexError, ValueError):
        return None
    return value if parser.at == len(tokens) else None


class _Parser:
    """Recursive descent; depth is bounded by the number of tokens (400)."""

    def __init__(self, tokens: tuple[tuple[str, str], ...], lookup: Lookup) -> None:
        self.tokens, self.lookup, self.at = tokens, lookup, 0

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def either(self) -> bool | None:
        value = self._both()
        while self._peek()[0] == "word" and self._peek()[1].lower() in ("or", "||"):
            self.at += 1
            other = self._both()
            value = True if value or other else None if value is None or other is None else False
        return value

    def _both(self) -> bool | None:
        value = self._one()
        while self._peek()[0] == "word" and self._peek()[1].lower() in ("and", "&&"):
            self.at += 1
            other = self._one()
            value = False if value is False or other is False else None if value is None or other is None else True
        return value

    def _one(self) -> bool | None:
        kind, text = self._peek()
        if kind == "word" and text.lower() == "not":
            self.at += 1
            value = self._one()
            return None if value is None else not value
        if (kind, text) == ("paren", "("):
            self.at += 1
            value = self.either()
            if self._peek() != ("paren", ")"):
                raise ValueError(")")
            self.at += 1
            return value
        left = self._value()
        kind, operator = self._peek()
        if kind != "op":
            raise ValueError(operator)
        self.at += 1
        return _compare(left, operator, self._value())

    def _value(self) -> str | None:
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "text":
            return text[1:-1]
        if kind == "number":
            return text
        if kind != "ref":
            raise ValueError(text)
        parts = re.findall(r"\[([^\[\]]+)\]", text)
        return self.lookup(parts[0] if len(parts) > 1 else "", parts[-1])


def _compare(left: str | None, operator: str, right: str | None) -> bool | None:
    if left is None or right is None:
        return None
    try:
        one: float | str = float(left.replace(",", "."))
        two: float | str = float(right.replace(",", "."))
    except ValueError:
        one, two = left.strip(), right.strip()
    if operator == "=":
        return one == two
    if operator in ("<>", "!="):
        return one != two
    if isinstance(one, str) or isinstance(two, str):
        return None if one and two else False
    return {"<": one < two, ">": one > two, "<=": one <= two, ">=": one >= two}[operator]
