"""Persons other than the speaker that a text names, by kin class (`data/persons.toml`). Knows no grammar beyond the phrase."""

from functools import lru_cache
from typing import NamedTuple

from colloque.french.phrases import marks

__all__ = ["Person", "about_child", "persons"]


_NOBODY = "personne"
"""The class of phrases that name nobody in particular: « des mollets de jeune fille »."""


class Person(NamedTuple):
    """A person named at tokens [first, end) of a text; `kin` is a class such as `pere` or `conjoint`."""

    kin: str
    first: int
    end: int


@lru_cache(maxsize=512)
def persons(text: str) -> tuple[Person, ...]:
    """Everyone the text names, in order."""
    return tuple(Person(kin, first, end) for first, end, kin in marks(text).get("persons", ()) if kin != _NOBODY)


def about_child(question: str) -> bool:
    """The question is put to a parent about a child."""
    return "child" in marks(question)
