"""FHIR Questionnaire (the blank form) → what each of its questions is: text, code, options, when it is shown.

Knows STU3 to R5: `option`, `answerOption`, contained value sets. Raises nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from colloque.ingest.readers.fhir_values import dicts, hidden, said, score_of, translated, value_of

__all__ = ["Asked", "Blank", "blank_of", "loinc_of"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One item of a blank form. `options`: code → (words, score). `children`: link ids under it."""

    link: str
    text: str
    kind: str
    code: str | None = None
    conditional: bool = False
    hidden: bool = False
    options: Mapping[str, tuple[str, float | None]] = field(default_factory=dict)
    children: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Blank:
    """A blank form by link id, its top items in order, its title and language."""

    title: str = ""
    language: str = ""
    code: str = ""
    top: tuple[str, ...] = ()
    items: Mapping[str, Asked] = field(default_factory=dict)


def loinc_of(codes: Any, link: str = "") -> str | None:
    """A LOINC code among the codes of an item, or at the end of its link id, with its check digit right."""
    for coding in dicts(codes):
        if "loinc" in said(coding.get("system")).lower() and said(coding.get("code")):
            return said(coding.get("code"))
    tail = link.rsplit("/", 1)[-1]
    return tail if _is_loinc(tail) else None


def _is_loinc(text: str) -> bool:
    number, dash, check = text.partition("-")
    if not dash or not number.isdigit() or not check.isdigit() or len(check) != 1 or not 3 <= len(number) <= 6:
        return False
    total = 0
    for place, digit in enumerate(reversed(number)):
        double = int(digit) * (2 if place % 2 == 0 else 1)
        total += double - 9 if double > 9 else double
    return (10 - total % 10) % 10 == int(check)


def blank_of(resource: Mapping[str, Any], language: str = "fr") -> Blank:
    """Flatten a Questionnaire resource."""
    sets = {f"#{said(c.get('id'))}": c for c in dicts(resource.get("contained"))}
    sets |= {said(c.get("url")): c for c in dicts(resource.get("contained")) if c.get("url")}
    items: dict[str, Asked] = {}
    stack = [(item, False) for item in reversed(list(dicts(resource.get("item"))))]
    while stack:
        item, conditional = stack.pop()
        link = said(item.get("linkId"))
        conditional = conditional or bool(item.get("enableWhen"))
        below = list(dicts(item.get("item")))
        items.setdefault(link, Asked(
            link, translated(item, "text", language), said(item.get("type")) or ("group" if below else ""),
            loinc_of(item.get("code"), link), conditional, hidden(item), dict(_options(item, sets, language)),
            tuple(said(child.get("linkId")) for child in below),
        ))  # fmt: skip
        stack.extend((child, conditional) for child in reversed(below))
    top = tuple(said(item.get("linkId")) for item in dicts(resource.get("item")))
    code = loinc_of(resource.get("code")) or ""
    return Blank(
        said(resource.get("title")) or said(resource.get("name")), said(resource.get("language"))[:2], code, top, items
    )


def _options(
    item: Mapping[str, Any], sets: Mapping[str, Mapping[str, Any]], language: str
) -> Iterator[tuple[str, tuple[str, float | None]]]:
    for option in [*dicts(item.get("answerOption")), *dicts(item.get("option"))]:
        value = value_of(option, language)
        key = value.code or value.words
        if key:
            yield key, (value.words or key, value.score if value.score is not None else score_of(option))
    reference = item.get("answerValueSet") or item.get("options")
    name = said(reference.get("reference")) if isinstance(reference, dict) else said(reference)
    chosen = sets.get(name)
    if chosen:
        expansion, compose = chosen.get("expansion"), chosen.get("compose")
        concepts = list(dicts(expansion.get("contains"))) if isinstance(expansion, dict) else []
        for include in dicts(compose.get("include")) if isinstance(compose, dict) else ():
            concepts.extend(dicts(include.get("concept")))
        for concept in concepts:
            code = said(concept.get("code"))
            if code:
                yield code, (translated(concept, "display", language) or code, score_of(concept))
