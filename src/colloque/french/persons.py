"""Persons other than the speaker that a text names, by kin class (`data/persons.toml`). Knows no grammar beyond the phrase."""

from functools import lru_cache
from typing import NamedTuple

from colloque.french.phrases import labelled, phrases
from colloque.french.tokens import tokens

__all__ = ["Person", "about_child", "persons"]


class Person(NamedTuple):
    """A person named at tokens [first, end) of a text; `kin` is a class such as `pere` or `conjoint`."""

    kin: str
    first: int
    end: int


@lru_cache(maxsize=8192)
def persons(text: str) -> tuple[Person, ...]:
    """Everyone the text names, in order."""
    words = [t.word for t in tokens(text)]
    found = labelled("classes", "persons.toml").labels(words, apart=True)
    return tuple(Person(kin, first, end) for first, end, kin in found)


@lru_cache(maxsize=4096)
def about_child(question: str) -> bool:
    """The question is put to a parent about a child."""
    words = [t.word for t in tokens(question)]
    return bool(phrases("child.question", "persons.toml").find(words))
