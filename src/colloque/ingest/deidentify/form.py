"""One form → the same form without identities, and what they said of who the person is.

Answers to questions that ask who somebody is leave the record; names, numbers and addresses in the other answers become
stand-ins of the same kind and form, the same ones throughout a person's form. What this cannot promise: docs.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from colloque.core import digest
from colloque.ingest.deidentify.labels import identity_kind
from colloque.ingest.deidentify.name_lists import Known, known_names
from colloque.ingest.deidentify.names import name_spans
from colloque.ingest.deidentify.numbers import Pick, Span, number_spans
from colloque.ingest.instruments.catalogue import edition, item_by_code
from colloque.ingest.raw import Item
from colloque.ingest.words import plain

__all__ = ["STAFF", "Cleaned", "Masked", "clean", "clean_text"]

_STRONG = ("nir", "ins", "file_number", "mail")
_SCANNED = 200_000
"""Characters of one answer that are scanned; nobody writes more, and what is beyond is cut off rather than let through."""
_SHORT = 80
"""Characters; shorter answers repeat (coded ones always do) and are looked through once."""
STAFF = "Soignant"
"""The question under which a reader hands over names of staff: masked in texts, no part of who the person is."""
_NOBODY = {"anonymous", "anonyme", "inconnu", "inconnue", "nc", "na", "x", "xx", "xxx"}


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
    left: tuple[str, ...] = ()
    """The states of the answers that left the record, one each: a blank « Nom » was skipped like any other question."""


def _pick(secret: str) -> Pick:
    """Stand-ins chosen by a keyed draw; two values of one form never share one while others are free."""
    taken: dict[tuple[str, str], int] = {}
    used: dict[str, set[int]] = {}

    def pick(kind: str, value: str, count: int) -> int:
        if (kind, value) in taken:
            return taken[kind, value]
        at = int(digest(secret, kind, value), 16) % count
        busy = used.setdefault(kind, set())
        for _ in range(count):
            if at not in busy:
                break
            at = (at + 1) % count
        busy.add(at)
        taken[kind, value] = at
        return at

    return pick


def _repeated(text: str, numbers: Sequence[str]) -> Iterator[Span]:
    """Numbers that an identity field of the record gave, wherever else they stand."""
    for number in numbers:
        at = text.find(number)
        while at >= 0:
            yield Span(at, at + len(number), "file_number", re.sub(r"[A-Za-z]", "X", re.sub(r"\d", "0", number)))
            at = text.find(number, at + len(number))


def spans_in(text: str, known: list[Known], pick: Pick, numbers: Sequence[str] = ()) -> list[Span]:
    """What identifies in a text, left to right, without overlaps: numbers go before names, longer before shorter."""
    found = [*number_spans(text, pick), *_repeated(text, numbers), *name_spans(text, known, pick)]
    ranked = [(0 if span.kind != "name" else 1, span) for span in found]
    ranked.sort(key=lambda pair: (pair[0], pair[1].start - pair[1].end, pair[1].start))
    chosen: list[Span] = []
    busy = bytearray(len(text))
    for _, span in ranked:
        if span.end > span.start and not any(busy[span.start : span.end]):
            busy[span.start : span.end] = b"\1" * (span.end - span.start)
            chosen.append(span)
    return sorted(chosen)


def _replaced(text: str, spans: list[Span]) -> str:
    for span in reversed(spans):
        text = text[: span.start] + span.stand_in + text[span.end :]
    return text


def clean_text(text: str, names: Sequence[str] = (), secret: str = "") -> str:
    """A text without identities; `names` are those of the record it comes from."""
    known = known_names([("nom complet", name) for name in names])
    return _replaced(text, spans_in(text[:_SCANNED], known, _pick(secret)))


def clean(items: Sequence[Item], place: str, secret: str = "", key: str = "") -> Cleaned:
    """Take identities out of one form. `secret` and the person's `key` make the stand-ins those of one team and one person."""
    kinds = _kinds(tuple((item.question, item.code, item.identifies) for item in items), edition())
    if not any(kinds) and all(_harmless(item.answer) if len(item.answer) < _SHORT else False for item in items):
        return Cleaned(list(items))
    identities = [(kind, item) for kind, item in zip(kinds, items, strict=True) if kind]
    named = [
        (plain(item.question), item.answer)
        for kind, item in identities
        if kind in ("name", "field") and _looks_named(item.answer)
    ]
    known = known_names(named)
    masked = [Masked(str(kind), place, item.question[:80]) for kind, item in identities if item.answer.strip()]
    numbers = [item.answer for _, item in identities if _looks_numbered(item.answer)]
    person = _person(identities)
    pick = _pick(f"{secret}\x1f{key or person}")
    kept: list[Item] = []
    for kind, item in zip(kinds, items, strict=True):
        if kind:
            continue
        fresh, found = _cleaned(item, known, pick, numbers)
        masked.extend(Masked(one, place, fresh.question[:80]) for one in found)
        kept.append(fresh)
    return Cleaned(kept, person, masked, tuple(item.state or "skipped" for _, item in identities))


@lru_cache(maxsize=256)
def _kinds(layout: tuple[tuple[str, str | None, bool], ...], edition: int) -> tuple[str | None, ...]:
    """What each question of a form asks of who the person is; worked out once for the rows of a table."""
    return tuple(
        None if item_by_code(code) is not None else identity_kind(question) or ("field" if identifies else None)
        for question, code, identifies in layout
    )


@lru_cache(maxsize=1 << 14)
def _harmless(text: str) -> bool:
    """Nothing in a short text identifies, whoever wrote it."""
    return not spans_in(text, [], lambda kind, value, count: 0)


def _looks_named(answer: str) -> bool:
    return 1 < len(answer) <= 120 and not any(c.isdigit() for c in answer) and "@" not in answer


def _looks_numbered(answer: str) -> bool:
    """At least six digits, few words: a number that must not stand anywhere else. Birth dates are no such thing."""
    return (
        sum(c.isdigit() for c in answer) > 5 and len(answer) < 40 and not re.fullmatch(r"[\d/.-]{8,10}", answer.strip())
    ) or (len(answer) > 9 and answer.isdigit())


def _cleaned(item: Item, known: list[Known], pick: Pick, numbers: Sequence[str]) -> tuple[Item, list[str]]:
    found: list[str] = []
    fresh = item
    if item.answer and not (item.value and item.score is not None) and item_by_code(item.code) is None:
        text = item.answer[:_SCANNED]
        spans = (
            []
            if not known and not numbers and len(text) < _SHORT and _harmless(text)
            else spans_in(text, known, pick, numbers)
        )
        if spans or len(item.answer) > _SCANNED:
            found = [span.kind for span in spans]
            fresh = replace(item, answer=_replaced(text, spans))
    if known:
        own = [span for span in spans_in(item.question[:2000], known, pick) if span.kind == "name"]
        if own:
            fresh = replace(fresh, question=_replaced(item.question[:2000], own))
        section = tuple(_replaced(title, spans_in(title[:2000], known, pick)) for title in item.section)
        if section != item.section:
            fresh = replace(fresh, section=section)
    return fresh, found


def _person(identities: Sequence[tuple[str | None, Item]]) -> str:
    """The strongest thing that tells who it is: a national or file number, an e-mail, a name with a birth date, a name.

    A birth date goes with a NIR: children bear that of a parent.
    """
    by_kind: dict[str, list[str]] = {}
    for kind, item in identities:
        value = plain(item.answer)
        if value and value not in _NOBODY and item.question != STAFF:
            by_kind.setdefault(str(kind), []).append(value)
    birth = by_kind.get("birth", [])[:1]
    for kind in _STRONG:
        if by_kind.get(kind):
            return " ".join([f"{kind}:{by_kind[kind][0].replace(' ', '')}", *birth])
    if by_kind.get("name"):
        return "name:" + " ".join([*by_kind["name"][:3], *birth])
    for kind in ("phone", "field"):
        if by_kind.get(kind):
            return f"{kind}:{' '.join(by_kind[kind][:3])}"
    return ""
