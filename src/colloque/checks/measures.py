"""Quantities with what their question asks: a bare « 8 » to « sur 10 ? » is a mark, to « Quel âge ? » an age.

Also pairs of numbers that speech runs together. Knows no record and no dialogue.
"""

from collections.abc import Sequence
from itertools import pairwise

from colloque.checks.reading import Reading
from colloque.french.quantities import Quantity
from colloque.french.tokens import Token
from colloque.french.units import Kind, unit_named

__all__ = ["Hint", "hint_of", "hinted", "spoken_quantities"]


def spoken_quantities(quantities: Sequence[Quantity], text: str) -> list[Quantity]:
    """The quantities of a text, and those that two bare numbers make together: « trente-huit deux », « seize neuf »."""
    out = list(quantities)
    for a, b in pairwise(quantities):
        between = text[a.end : b.start].strip(" ,")
        if a.kind != "number" or a.unit or a.high or b.high or between not in ("", "virgule", "et", "sur", "/"):
            continue
        if b.kind == "number" and not b.unit and 0 < b.value < 100 and b.value == int(b.value):
            value = float(f"{int(a.value)}.{int(b.value)}") if a.value == int(a.value) else a.value
            out.append(Quantity("number", value, "", False, a.start, b.end, text[a.start : b.end]))
            if 6 <= a.value <= 25 and 3 <= b.value <= 14:
                out.append(
                    Quantity(
                        "pressure", a.value + b.value / 100, "tension", False, a.start, b.end, text[a.start : b.end]
                    )
                )
    return out


Hint = tuple[Kind, str, str]
"""Kind, unit and rate unit that a question expects of a bare number."""

_HINTS: tuple[tuple[tuple[str, ...], Kind, str], ...] = (
    (("age", "ans"), "duration", "an"),
    (("temperature", "fievre", "thermometre", "degres"), "temperature", "°"),
    (("poids", "pesez", "pese", "balance"), "weight", "kg"),
    (("hba1c", "glyquee", "hemoglobine"), "percent", "%"),
    (("mesurez", "taille"), "length", "m"),
)


def hint_of(question: Reading) -> Hint | None:
    """Kind, unit and rate unit that the question expects of a bare number."""
    words = [t.word for t in question.words]
    for i, word in enumerate(words[:-1]):
        if (word in ("sur", "a") and words[i + 1] in ("10", "dix")) or (word == "/" and words[i + 1] == "10"):
            return "scale", "/10", ""
    if "heure" in words and "quelle" in words:
        return "clock", "heure", ""
    per = _rate(question.words)
    for i, word in enumerate(words):
        if word in ("combien", "nombre") and (unit := _counted(words[i + 1 : i + 4])):
            return ("frequency" if per else unit[0]), unit[1], per
    for names, kind, unit_name in _HINTS:
        if any(name in words for name in names):
            return kind, unit_name, ""
    return None


_PREPOSITIONS = frozenset(
    ("dans", "par", "sur", "pour", "en", "depuis", "chaque", "a", "au", "y", "avez", "il", "elle", "vous")
)
"""« Combien dans une journée ? » counts no days."""


def _counted(following: Sequence[str]) -> tuple[Kind, str] | None:
    for word in following:
        if word in _PREPOSITIONS:
            return None
        unit = unit_named(word)
        if unit is not None:
            return unit
    return None


def _rate(words: Sequence[Token]) -> str:
    for a, b in pairwise(words):
        if a.word in ("par", "chaque") and (unit := unit_named(b.word)) and unit[0] == "duration":
            return unit[1]
    return ""


def hinted(question: Reading, reply: Reading) -> tuple[Quantity, ...]:
    """The quantities of a reply, pairs included, the bare ones with what the question expects."""
    found = spoken_quantities(reply.quantities, reply.text)
    bare = [q for q in found if q.kind == "number" and not q.unit]
    if not bare:
        return tuple(found)
    hint = hint_of(question)
    if hint is None:
        return tuple(found)
    kind, unit, per = hint
    number = reply.sentence_at(bare[0].start)
    bare = [q for q in bare if reply.sentence_at(q.start) == number]
    return tuple(q._replace(kind=kind, unit=unit, per=per) if q in bare else q for q in found)
