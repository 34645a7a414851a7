"""One form → the same form without identities, and the key of its person. First version: marked and named fields only."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from colloque.ingest.raw import Item
from colloque.ingest.words import knowledge, plain

__all__ = ["Cleaned", "Masked", "clean", "clean_text"]


@dataclass(frozen=True, slots=True)
class Masked:
    """One thing that was taken out: its kind, the place and question where it stood; never the thing itself."""

    kind: str
    place: str
    question: str


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A form without identities; `person` is what the identities say of who it is, or ""."""

    items: list[Item]
    person: str = ""
    masked: list[Masked] = field(default_factory=list)


def clean_text(text: str) -> str:
    """Text without e-mail addresses and phone numbers."""
    text = re.sub(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{2,24}){1,4}", "adresse@exemple.fr", text)
    return re.sub(r"(?<!\d)0[1-9](?:[ .-]?\d{2}){4}(?!\d)", "06 00 00 00 00", text)


def clean(items: Sequence[Item], place: str) -> Cleaned:
    """Take out what identifies: items marked or named so, e-mails and phones in the text of the others."""
    labels = set(knowledge("columns")["roles"]["identity"]) | {
        "nom",
        "prenom",
        "nir",
        "date de naissance",
        "adresse",
        "telephone",
    }
    kept, masked, person = [], [], []
    for item in items:
        if item.identifies or plain(item.question) in labels:
            masked.append(Masked("field", place, item.question))
            if item.answer:
                person.append(plain(item.answer))
        else:
            kept.append(item)
    fresh = [
        Item(i.question, clean_text(i.answer), i.code, i.value, i.score, i.state, i.section, i.identifies, i.total)
        for i in kept
    ]
    return Cleaned(fresh, " ".join(person), masked)
