"""Items of a form → the items of a known instrument: codes become words, missing codes become states, totals are checked.

A total that the file gives and that does not fit is kept as it is and remarked on: it is the file's claim.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from colloque.core import AnswerState
from colloque.ingest.instruments.catalogue import (
    Instrument,
    InstrumentItem,
    Option,
    edition,
    instrument_named,
    instruments,
    item_by_code,
    item_by_words,
    wording,
)
from colloque.ingest.raw import Item
from colloque.ingest.words import language_of, plain

__all__ = ["Scored", "recognise"]

_NUMBER = re.compile(r"^\s*(-?\d{1,3})(?:[.,]0+)?\s*$")
_LED = re.compile(r"^\s*\(?(\d)\)?\s*(?:[-–—=:.)]|\s)\s*(\D.*)$", re.DOTALL)
_TRAILED = re.compile(r"^(.*\D)\s*\((\d)\)\s*$", re.DOTALL)
_SHORT = 5
"""Items; a shorter instrument must make up half of the form to be what the form is."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A form's items, understood. `score` is the computed total; `remark` says where the file's own total differs."""

    items: list[Item]
    instrument: Instrument | None = None
    score: int | None = None
    severity: str | None = None
    remark: str | None = None


def recognise(items: Sequence[Item], named: str | None) -> Scored:
    """Recognise instruments among the items of one form. `named`: what the file calls the form."""
    layout = tuple((item.question, item.code, item.total) for item in items)
    found, whole, known = _layout(layout, named, edition())
    if not any(found):
        return Scored(list(items), known)
    understood: list[Item] = []
    scores: list[int | None] = []
    for item, one in zip(items, found, strict=True):
        if one is None:
            understood.append(item)
            continue
        fresh, score = _understood(item, one, _language(item.question, one))
        understood.append(fresh)
        if whole and one.scored and _belongs(one, whole):
            scores.append(score)
    complete = whole is not None and len(scores) == _length(whole) and None not in scores
    total = sum(score for score in scores if score is not None) if complete else None
    understood = _conditional(understood, found, scores)
    severity = whole.severity_of(total) if whole and total is not None else None
    return Scored(understood, whole, total, severity, _remark(understood, whole, total))


Layout = tuple[tuple[str, str | None, bool], ...]


@lru_cache(maxsize=256)
def _layout(
    layout: Layout, named: str | None, edition: int
) -> tuple[tuple[InstrumentItem | None, ...], Instrument | None, Instrument | None]:  # fmt: skip
    """The instrument items behind the questions of a form; which instrument is whole in it; which one the file names.

    Rows of one table share their questions: this is worked out once.
    """
    known = instrument_named(named)
    items = [Item(question, "", code, total=total) for question, code, total in layout]
    found = [None if item.total else _item(item, known) for item in items]
    if not any(found):
        return tuple(found), None, known
    found = _in_order(items, found)
    whole = _whole(found, known)
    if whole is not None and _length(whole) < _SHORT and 2 * _length(whole) < len(items):
        whole = None  # Two questions of a PHQ-2 among twenty others are no PHQ-2.
    return tuple(found), whole, known


def _item(item: Item, known: Instrument | None) -> InstrumentItem | None:
    one = item_by_code(item.code) or item_by_code(item.question)
    if one is None and known is not None and item.code:
        one = _numbered(item.code, known)
    return one or item_by_words(item.question)


def _numbered(code: str, known: Instrument) -> InstrumentItem | None:
    """`Q3` or `3` in a form that the file itself calls by its name."""
    match = re.fullmatch(r"(?:q|item|question|sq)?\D{0,2}0*(\d{1,2})", plain(code))
    number = int(match[1]) if match else 0
    return known.items[number - 1] if 0 < number <= len(known.items) else None


def _in_order(items: Sequence[Item], found: list[InstrumentItem | None]) -> list[InstrumentItem | None]:
    """Free wordings between recognised ones: the item whose turn it is, when half of its words are there.

    Asks for three recognised items that stand in the instrument's own order.
    """
    for one in instruments().values():
        own = {item.loinc: item for item in one.items if item.loinc}
        places = [
            (at, own[item.loinc].number) for at, item in enumerate(found) if item is not None and item.loinc in own
        ]
        offsets = Counter(number - at for at, number in places)
        offset, count = offsets.most_common(1)[0] if offsets else (0, 0)
        if count < 3 or 2 * count < len(one.items) - 3:
            continue
        for at, item in enumerate(found):
            number = at + offset
            if (
                item is None
                and not items[at].total
                and 0 < number <= len(one.items)
                and _alike(items[at], one.items[number - 1])
            ):
                found[at] = one.items[number - 1]
    return found


def _alike(item: Item, one: InstrumentItem) -> bool:
    """Half of the question's words are those of the item, in some wording."""
    bag = {word for word in wording(item.question).split() if len(word) > 2}
    known = [{word for word in plain(text).split() if len(word) > 2} for text in (*one.words.values(), *one.also)]
    return max((len(bag & words) / max(len(bag), 1) for words in known), default=0.0) >= 0.45


def _length(instrument: Instrument) -> int:
    return sum(item.scored for item in instrument.items)


def _belongs(item: InstrumentItem, whole: Instrument) -> bool:
    return any(item.loinc == own.loinc for own in whole.items) if item.loinc else item.instrument == whole.id


def _whole(found: Sequence[InstrumentItem | None], known: Instrument | None) -> Instrument | None:
    """The instrument whose scored items are all there: the longest; PHQ-2 is no part of a PHQ-9."""
    asked = {(item.loinc or f"{item.instrument}:{item.number}") for item in found if item is not None and item.scored}
    fits = []
    for one in instruments().values():
        own = {(item.loinc or f"{one.id}:{item.number}") for item in one.items if item.scored}
        if own and own <= asked:
            fits.append((len(own), one))
    fits.sort(key=lambda pair: -pair[0])
    if known is not None and any(one.id == known.id for _, one in fits):
        return known
    covered = fits[0] if fits else None
    if covered is None or len(asked) > covered[0]:
        # Items of two instruments in one form: no single total.
        return None if covered is None or (len(fits) > 1 and _apart(fits)) else covered[1] if covered else None
    return covered[1]


def _apart(fits: list[tuple[int, Instrument]]) -> bool:
    """Two instruments of which neither holds the other (PHQ-9 and GAD-7 in one row)."""
    first = {item.loinc for item in fits[0][1].items}
    return any(not {item.loinc for item in one.items if item.scored} <= first for _, one in fits[1:])


@lru_cache(maxsize=4096)
def _language(question: str, one: InstrumentItem) -> str:
    """The language in which the item's options are given: that of its own wording, French of France by default."""
    words = plain(question)
    if words == plain(one.words.get("fr-FR", "")):
        return "fr-FR"
    return next((name for name, text in one.words.items() if plain(text) == words and name.startswith("fr")), "fr-FR")


@lru_cache(maxsize=8192)
def _understood(item: Item, one: InstrumentItem, language: str) -> tuple[Item, int | None]:
    """The item with the option's words, and its score; the file's French wording of the question stays."""
    question = item.question if _french(item.question, one) else one.in_language(language)
    code = one.loinc or item.code
    option, state = _option(item, one)
    if option is None:
        return replace(item, question=question, code=code, state=state or item.state), None
    same = plain(item.answer) == plain(option.in_language("fr-CA")) or _french_option(item.answer, option)
    words = item.answer if same else option.in_language(language)
    value = item.value or (item.answer if not same else str(option.score))
    return replace(item, question=question, code=code, answer=words, value=value, state=item.state), option.score


def _french(question: str, one: InstrumentItem) -> bool:
    """Is the question put in French words, rather than in English ones or by a code?"""
    words = plain(question)
    if item_by_code(question) is not None or len(words) < 12:
        return False
    english = set(plain(one.words.get("en", "")).split())
    bag = set(words.split())
    return language_of([question], "en" if len(bag & english) > 0.5 * len(bag) else "fr") == "fr"


def _french_option(answer: str, option: Option) -> bool:
    word = plain(answer)
    return word in {plain(text) for name, text in option.words.items() if name.startswith("fr")} or (
        word in option.also and not word.isdigit() and not word[:1].isdigit()
    )


def _option(item: Item, one: InstrumentItem) -> tuple[Option | None, AnswerState | None]:
    """Which option was chosen: by its code, its words, its number; or which missing code stands there."""
    by_loinc = next((o for o in one.options if o.loinc and item.value and o.loinc.lower() == item.value.lower()), None)
    word = plain(item.answer)
    by_words = next((o for o in one.options if word and word in _all_words(o)), None)
    if item.score is not None and by_loinc is not None and item.score != by_loinc.score and by_words is None:
        by_loinc = None  # All codings alike and the real score in an extension.
    for text in (item.answer, item.value or ""):
        match = _NUMBER.match(text)
        if match:
            number = int(match[1])
            option = next((o for o in one.options if o.score == number), None)
            missing = instruments()[one.instrument].missing.get(str(number))
            return option, None if option else missing
    led = _LED.match(item.answer) or _TRAILED.match(item.answer)
    if by_words is None and led:
        digit, words = (led[1], led[2]) if led.re is _LED else (led[2], led[1])
        by_words = next((o for o in one.options if plain(words) in _all_words(o) and str(o.score) == digit), None)
    if by_words is None and by_loinc is None and item.score is not None:
        return next((o for o in one.options if o.score == item.score), None), None
    if item.score is not None and by_words and by_words.score != item.score:
        return next((o for o in one.options if o.score == item.score), by_words), None
    return by_words or by_loinc, None


@lru_cache(maxsize=1024)
def _option_words(texts: tuple[str, ...], also: tuple[str, ...]) -> frozenset[str]:
    return frozenset(plain(text) for text in texts) | frozenset(also)


def _all_words(option: Option) -> frozenset[str]:
    return _option_words(tuple(option.words.values()), option.also)


def _conditional(items: list[Item], found: Sequence[InstrumentItem | None], scores: list[int | None]) -> list[Item]:
    """A question that is only asked when some answer is above zero was not shown when all are zero."""
    nothing = bool(scores) and all(score == 0 for score in scores)
    return [
        replace(item, state="not_shown")
        if one is not None
        and one.conditional
        and nothing
        and not item.answer.strip()
        and item.state in (None, "skipped")
        else item
        for item, one in zip(items, found, strict=True)
    ]


def _remark(items: Sequence[Item], whole: Instrument | None, total: int | None) -> str | None:
    if whole is None or total is None:
        return None
    for item in items:
        given = item.total or item.code in whole.total_codes or plain(item.question) in whole.total_names
        match = _NUMBER.match(item.answer) if given else None
        if match and int(match[1]) != total:
            return f"the file says {whole.title} = {match[1]}, the answers add up to {total}"
    return None
