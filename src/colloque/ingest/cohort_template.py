"""The small template language of the cohort's data files: one hand-written line → many phrasings.

    [a|b|]         one of these, drawn             <heureux/heureuse>   by the sex of the person spoken of
    fatigué·e      feminine e                      {3-6}  {10-80:5}  {6,5-9,5}   a number, a step, one decimal
    {n=3-6} … {n}  a number said twice             {proche}  a word list, drawn once for each respondent
    {mois!}        drawn anew                      long phrasing // short phrasing
    (f !old +smokes) …   only for whom the tags hold; `+tag` makes a tag true for the questions that follow

Compiled once, rendered with a respondent's generator. It knows nothing of medicine, of files or of styles of writing.
"""

import random
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

__all__ = ["Node", "Person", "Phrase", "compile_phrase", "holds"]

_HEAD = re.compile(r"^\(((?:[!+]?[a-z_]+ ?)+)\) ")
_NUMBER = re.compile(r"^(?:(\w+)=)?(\d+(?:,\d)?)-(\d+(?:,\d)?)(?::(\d+))?$")
_YES_NO = re.compile(r"^(oui|non|si)\b", re.IGNORECASE)
_NEVER = re.compile(r"^(?:jamais|rarement|souvent|parfois)\b", re.IGNORECASE)
_BARE = re.compile(r"^(?:oui|non|si)\b(?: jamais| merci|)\W*$", re.IGNORECASE)
_NUMERIC = re.compile(r"\d|\{(?:duree|depuis|n)\}|\b(?:une?|deux|trois|aucune?|zéro|jamais)\b")
_MARK = re.compile(r"^\{[\d,:-]+\}(?: sur 10|/10)?$")
_SLOT = re.compile(r"^(\w+)(!?)$")


@dataclass(slots=True)
class Person:
    """What one respondent's answers are drawn from: a generator, true tags, and the words already drawn."""

    rng: random.Random
    tags: set[str]
    feminine: bool
    severity: int
    words: dict[str, str] = field(default_factory=dict)
    lists: dict[str, "tuple[Phrase, ...]"] = field(default_factory=dict)

    def word(self, name: str, fresh: bool) -> str:
        """One entry of a word list that suits the person; the same for the whole form unless `fresh`."""
        if not fresh and name in self.words:
            return self.words[name]
        suited = [phrase for phrase in self.lists[name] if not phrase.needs or holds(phrase.needs, self.tags)]
        text = self.rng.choice(suited).long(self)
        if fresh:
            # "les ponts et les ponts": a second word of the same list is another one.
            said = self.words.get(name, ""), self.words.get(f"{name}!", "")
            for _ in range(8):
                if text not in said:
                    break
                text = self.rng.choice(suited).long(self)
            self.words[f"{name}!"] = text
        if not fresh:
            self.words[name] = text
        return text


Node = Callable[[Person], str]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One compiled line: who may say it, which tags it makes true, its long and its short form."""

    needs: tuple[str, ...]
    sets: tuple[str, ...]
    long: Node
    short: Node
    slots: tuple[str, ...]
    opens: str
    """`oui`, `non` or `si` where the line begins with it, else empty."""
    bare: bool
    """The line is that word alone."""
    often: bool
    """The line begins with how often (`jamais`, `parfois`): no answer to what, who or where."""
    numeric: bool
    """The line holds a number or a duration."""
    mark: bool
    """The line is a mark out of ten or a bare count: no answer to a question that asks for neither."""


def holds(needs: Iterable[str], tags: set[str]) -> bool:
    """Whether all conditions hold: `tag` is true, `!tag` is not."""
    return all((need[1:] not in tags) if need[0] == "!" else (need in tags) for need in needs)


def compile_phrase(line: str) -> Phrase:
    """Compile one line of a data file. Raises ValueError with the line where it is malformed."""
    needs: list[str] = []
    sets: list[str] = []
    text = line
    if head := _HEAD.match(line):
        for mark in head.group(1).split():
            (sets if mark[0] == "+" else needs).append(mark.lstrip("+"))
        text = line[head.end() :]
    slots: list[str] = []
    forms = [_sequence(form, line, slots) for form in text.split(" // ")]
    yes_no = _YES_NO.match(text)
    return Phrase(
        needs=tuple(needs),
        sets=tuple(sets),
        long=forms[0],
        short=forms[-1],
        slots=tuple(slots),
        opens=yes_no.group(1).lower() if yes_no else "",
        bare=bool(_BARE.match(text)),
        often=bool(_NEVER.match(text)),
        numeric=bool(_NUMERIC.search(text)),
        mark=bool(_MARK.match(text)),
    )


def _sequence(text: str, line: str, slots: list[str]) -> Node:
    parts: list[Node | str] = []
    plain = ""
    i = 0
    while i < len(text):
        char = text[i]
        if char not in "[{<·":
            plain += char
            i += 1
            continue
        if plain:
            parts.append(plain)
            plain = ""
        if char == "·":
            if text[i + 1 : i + 2] != "e":
                raise ValueError(f"·e expected: {line}")
            parts.append(_by_sex("", "e"))
            i += 2
            continue
        end = _closing(text, i, line)
        parts.append(_part(char, text[i + 1 : end], line, slots))
        i = end + 1
    if plain:
        parts.append(plain)
    return _join(parts)


def _part(char: str, inside: str, line: str, slots: list[str]) -> Node:
    if char == "[":
        return _choice([_sequence(option, line, slots) for option in _split(inside)])
    if char == "<":
        masculine, slash, feminine = inside.partition("/")
        if not slash:
            raise ValueError(f"<masculine/feminine> expected: {line}")
        return _by_sex(masculine, feminine)
    if number := _NUMBER.match(inside):
        name, low, high, step = number.groups()
        if name:
            return _named(name, _number(low, high, step))
        return _number(low, high, step)
    if slot := _SLOT.match(inside):
        slots.append(slot.group(1))
        return _slot(slot.group(1), bool(slot.group(2)))
    raise ValueError(f"unknown slot {{{inside}}}: {line}")


def _closing(text: str, start: int, line: str) -> int:
    open_, close = text[start], {"[": "]", "{": "}", "<": ">"}[text[start]]
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == open_) - (text[i] == close)
        if not depth:
            return i
    raise ValueError(f"no closing {close}: {line}")


def _split(inside: str) -> list[str]:
    options, depth, last = [], 0, 0
    for i, char in enumerate(inside):
        depth += (char == "[") - (char == "]")
        if char == "|" and not depth:
            options.append(inside[last:i])
            last = i + 1
    return [*options, inside[last:]]


def _join(parts: list[Node | str]) -> Node:
    if not parts:
        return lambda person: ""
    if len(parts) == 1:
        only = parts[0]
        return (lambda person: only) if isinstance(only, str) else only
    return lambda person: "".join([part if isinstance(part, str) else part(person) for part in parts])


def _choice(options: list[Node]) -> Node:
    count = len(options)
    return lambda person: options[int(person.rng.random() * count)](person)


def _by_sex(masculine: str, feminine: str) -> Node:
    return lambda person: feminine if person.feminine else masculine


def _slot(name: str, fresh: bool) -> Node:
    return lambda person: person.word(name, fresh)


def _named(name: str, draw: Node) -> Node:
    def render(person: Person) -> str:
        person.words[name] = text = draw(person)
        return text

    return render


def _number(low: str, high: str, step: str | None) -> Node:
    if "," in low or "," in high:
        first, last = (round(float(bound.replace(",", ".")) * 10) for bound in (low, high))
        return lambda person: f"{person.rng.randint(first, last) / 10:.1f}".replace(".", ",").removesuffix(",0")
    values = [str(value) for value in range(int(low), int(high) + 1, int(step or 1))]
    count = len(values)
    return lambda person: values[int(person.rng.random() * count)]
