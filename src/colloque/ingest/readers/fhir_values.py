"""A FHIR answer → words: every value type of STU3, R4, R4B and R5, with translations, scores and absent reasons.

Tolerant by design: official examples break strict parsers (9 of 25 refused as R5 by fhir.resources 8.3.0). Works on plain
dicts of any shape and raises nothing.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from colloque.core import AnswerState
from colloque.ingest.words import tidy

__all__ = ["Value", "absent", "dicts", "hidden", "said", "score_of", "translated", "value_of"]

_SCORES = ("ordinalValue", "itemWeight", "iso21090-CO-value", "iso21090-co-value", "valueset-ordinalValue")
_ABSENT: dict[str, AnswerState] = {
    "asked-declined": "refused", "asked-unknown": "unknown", "unknown": "unknown", "temp-unknown": "unknown",
    "not-applicable": "not_applicable", "not-asked": "not_shown", "not-permitted": "skipped", "masked": "skipped",
    "unsupported": "skipped", "error": "skipped", "not-performed": "skipped", "as-text": "skipped",
    "asku": "unknown", "nask": "not_shown", "unk": "unknown", "na": "not_applicable", "ni": "skipped",
}  # fmt: skip
_NULL_FLAVOR = ("v3-NullFlavor", "data-absent-reason")
_PERSONAL = ("Patient/", "Practitioner", "RelatedPerson/", "Person/")


class Value:
    """One answer understood: its words, code, system and score; `state` when the file says why there is none."""

    __slots__ = ("code", "identifies", "score", "state", "system", "words")

    def __init__(
        self, words: str, code: str | None = None, system: str = "", score: float | None = None,
        state: AnswerState | None = None, *, identifies: bool = False,
    ) -> None:  # fmt: skip
        self.words, self.code, self.system, self.score = words, code, system, score
        self.state, self.identifies = state, identifies


def dicts(value: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of a list, of one object that should have been a list, or of anything else: none."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        yield from (part for part in value if isinstance(part, dict))


def said(value: Any) -> str:
    """Text, if it is text."""
    return tidy(value) if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _extensions(value: Any) -> Iterator[tuple[str, Any]]:
    """URL tail and value of each extension of an object."""
    if isinstance(value, dict):
        for extension in dicts(value.get("extension")):
            url = said(extension.get("url"))
            content = next((v for k, v in extension.items() if k.startswith("value")), None)
            yield url.rsplit("/", 1)[-1], content if content is not None else extension


def score_of(*objects: Any) -> float | None:
    """The score that an extension attaches to an answer (`ordinalValue`, `itemWeight`, `iso21090-CO-value`)."""
    for value in objects:
        if isinstance(value, dict) and isinstance(value.get("itemWeight"), int | float):
            return float(value["itemWeight"])
        for name, content in _extensions(value):
            if name in _SCORES and isinstance(content, int | float | str):
                try:
                    return float(content)
                except ValueError:
                    continue
    return None


def absent(*objects: Any) -> AnswerState | None:
    """Why there is no answer, where an extension says so."""
    for value in objects:
        for name, content in _extensions(value):
            if name in ("data-absent-reason", "iso21090-nullFlavor"):
                return _ABSENT.get(said(content).lower(), "skipped")
    return None


def hidden(value: Any) -> bool:
    """Is the item marked as hidden from the person?"""
    return any(name == "questionnaire-hidden" and content is True for name, content in _extensions(value))


def translated(value: Mapping[str, Any], field: str, language: str = "fr") -> str:
    """`text` or `display` in the wanted language where a translation stands beside it, else as it is."""
    for name, content in _extensions(value.get(f"_{field}")):
        if name == "translation" and isinstance(content, dict):
            parts = {
                said(part.get("url")): next((v for k, v in part.items() if k.startswith("value")), "")
                for part in dicts(content.get("extension"))
            }
            if said(parts.get("lang")).lower().startswith(language) and parts.get("content"):
                return said(parts["content"])
    return said(value.get(field))


def value_of(answer: Any, language: str = "fr") -> Value:
    """The value of one `answer` element."""
    if not isinstance(answer, dict):
        return Value(said(answer))
    kind, content = next(((k[5:], v) for k, v in answer.items() if k.startswith("value") and v is not None), ("", None))
    state = absent(answer, answer.get(f"_value{kind}"), content) or next(
        (s for k, v in answer.items() if k.startswith("_value") and (s := absent(v))), None
    )
    if content is None:
        return Value("", state=state)
    if kind in ("Coding", "CodeableConcept"):
        found = _coded(content, language)
    elif kind == "Boolean":
        yes = content is True or str(content).lower() == "true"
        words = ("Oui" if yes else "Non") if language == "fr" else ("Yes" if yes else "No")
        found = Value(words, "true" if yes else "false")
    elif isinstance(content, dict):
        found = _complex(kind, content)
    else:
        found = Value(_plain(content))
    if found.score is None:
        found.score = score_of(answer, answer.get(f"_value{kind}"))
    found.state = state or found.state
    return found


def _plain(content: Any) -> str:
    if isinstance(content, float) and content.is_integer() and abs(content) < 1e15:
        return str(int(content))
    if isinstance(content, list):
        return " ; ".join(_plain(part) for part in content if not isinstance(part, dict))
    return tidy(str(content)) if content is not None else ""


def _coded(content: Any, language: str) -> Value:
    if isinstance(content, str):
        return Value(said(content))
    if not isinstance(content, dict):
        return Value("")
    codings = list(dicts(content.get("coding"))) if "coding" in content else [content]
    coding: Mapping[str, Any] = codings[0] if codings else {}
    words = said(content.get("text")) if "coding" in content else ""
    words = words or next((w for c in codings if (w := translated(c, "display", language))), "")
    code = said(coding.get("code")) or None
    system = said(coding.get("system"))
    state = _ABSENT.get((code or "").lower()) if system.endswith(_NULL_FLAVOR) else None
    return Value(words, code, system, score_of(coding, content), state)


def _complex(kind: str, content: Mapping[str, Any]) -> Value:
    if kind in ("Quantity", "SimpleQuantity", "Age", "Duration", "Count", "Distance", "Money"):
        return Value(_quantity(content))
    if kind in ("Range", "Period", "Ratio"):
        ends = (
            ("low", "high")
            if kind == "Range"
            else ("start", "end")
            if kind == "Period"
            else ("numerator", "denominator")
        )
        parts = [_quantity(v) if isinstance(v := content.get(end), Mapping) else said(v) for end in ends]
        return Value((" / " if kind == "Ratio" else " – ").join(part for part in parts if part))
    if kind == "Attachment":
        return Value(said(content.get("title")) or said(content.get("url")).rsplit("/", 1)[-1])
    if kind == "Reference":
        reference = said(content.get("reference")) or said(content.get("type"))
        personal = reference.startswith(_PERSONAL) or "/Patient/" in reference or "/Practitioner" in reference
        return Value(said(content.get("display")) or reference, identifies=personal)
    words = ", ".join(_leaves(content))
    return Value(words, identifies=kind in ("HumanName", "Address", "ContactPoint", "Identifier", "Signature"))


def _quantity(content: Mapping[str, Any]) -> str:
    value = content.get("value")
    number = _plain(value) if value is not None else ""
    unit = said(content.get("unit")) or said(content.get("code")) or said(content.get("currency"))
    return tidy(f"{said(content.get('comparator'))} {number} {unit}")


def _leaves(content: Any, limit: int = 40) -> Iterator[str]:
    stack = [content]
    while stack and limit:
        value = stack.pop()
        if isinstance(value, dict):
            stack.extend(v for k, v in reversed(list(value.items())) if k not in ("extension", "system", "use", "id"))
        elif isinstance(value, list):
            stack.extend(reversed(value))
        elif value not in (None, ""):
            limit -= 1
            yield re.sub(r"\s+", " ", _plain(value))
