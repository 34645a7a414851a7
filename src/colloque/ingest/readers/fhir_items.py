"""The items of a FHIR response → questions and answers, in order: groups, items under answers, repeats, options.

One Item a question: a multiple choice is one answer. Walks with a stack, so that no nesting is too deep.
"""

from collections.abc import Mapping
from typing import Any

from colloque.core import AnswerState
from colloque.ingest.raw import Item
from colloque.ingest.readers.fhir_blank import Asked, Blank, loinc_of
from colloque.ingest.readers.fhir_values import Value, absent, dicts, hidden, said, translated, value_of

__all__ = ["items_of"]

_YES_NO = {
    "1": True,
    "y": True,
    "yes": True,
    "true": True,
    "oui": True,
    "0": False,
    "n": False,
    "no": False,
    "false": False,
    "non": False,
}
_NO_QUESTION = ("group", "display")


def items_of(resource: Mapping[str, Any], blank: Blank, language: str) -> list[Item]:
    """Every question of the response with what was answered, then those of the blank form that are absent."""
    words = _words_of_codes(resource, language)
    found: list[Item] = []
    top = list(dicts(resource.get("item"))) or list(dicts(resource.get("group")))
    stack: list[tuple[Mapping[str, Any] | tuple[str, ...], tuple[str, ...]]] = []
    stack.append((_absent_links(blank.top, top), ()))
    stack.extend((item, ()) for item in reversed(top))
    while stack:
        item, section = stack.pop()
        if isinstance(item, tuple):
            found.extend(_not_there(item, blank, section))
            continue
        link = said(item.get("linkId"))
        asked = blank.items.get(link)
        text = translated(item, "text", language) or (asked.text if asked else "") or said(item.get("text")) or link
        answers = list(_answers(item))
        below = [*dicts(item.get("item")), *dicts(item.get("question"))]
        if answers or not below:
            one = _item(item, asked, (text, section), [value_of(a, language) for a in answers], words, language)
            if one is not None:
                found.append(one)
        inner = (*section, text)
        if below and asked:
            stack.append((_absent_links(asked.children, below), inner))
        stack.extend((child, inner) for child in reversed(below))
        for answer in reversed(answers):
            under = list(dicts(answer.get("item"))) if isinstance(answer, dict) else []
            stack.extend((child, inner) for child in reversed(under))
    return found


def _answers(item: Mapping[str, Any]) -> list[Any]:
    answers = item.get("answer")
    if answers is None and any(key.startswith("value") for key in item):
        return [item]
    return answers if isinstance(answers, list) else [] if answers is None else [answers]


def _item(
    item: Mapping[str, Any], asked: Asked | None, asked_as: tuple[str, tuple[str, ...]], values: list[Value],
    words: Mapping[tuple[str, str], str], language: str,
) -> Item | None:  # fmt: skip
    """One question with its answers; None for a title or a text that asks nothing."""
    text, section = asked_as
    link = said(item.get("linkId"))
    code = (asked.code if asked else None) or loinc_of(item.get("code"), link) or link or None
    state: AnswerState | None = absent(item) or next((v.state for v in values if v.state), None)
    if not values or not any(_shown(v, asked, words, language) for v in values):
        if state is None and (
            (asked and asked.kind in _NO_QUESTION) or (not values and not said(item.get("text")) and not asked)
        ):
            return None
        return Item(text, "", code, state=state or "skipped", section=section)
    answer = " ; ".join(dict.fromkeys(shown for v in values if (shown := _shown(v, asked, words, language))))
    single = values[0] if len(values) == 1 else None
    option = asked.options.get(single.code or "") if asked and single else None
    score = single.score if single and single.score is not None else option[1] if option else None
    unseen = hidden(item) or bool(asked and asked.hidden)
    return Item(
        text, answer, code, single.code if single else None, score, "not_shown" if unseen else state, section,
        identifies=any(v.identifies for v in values),
    )  # fmt: skip


def _shown(value: Value, asked: Asked | None, words: Mapping[tuple[str, str], str], language: str) -> str:
    """The words of an answer: its display, the option's, those that the same code has elsewhere, yes/no, or the code."""
    if value.words and value.words != value.code:
        return value.words
    if value.code is None:
        return value.words
    option = asked.options.get(value.code) if asked else None
    if option and option[0] != value.code:
        return option[0]
    again = words.get((value.system, value.code))
    if again:
        return again
    if "yesno" in value.system.lower().replace("-", "") or value.system.endswith("v2-0136"):
        yes = _YES_NO.get(value.code.lower())
        if yes is not None:
            return ("Oui" if yes else "Non") if language == "fr" else ("Yes" if yes else "No")
    return value.words or value.code


def _words_of_codes(resource: Mapping[str, Any], language: str) -> dict[tuple[str, str], str]:
    """What each code means where the response says it at least once."""
    words: dict[tuple[str, str], str] = {}
    stack: list[Any] = [resource.get("item")]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            if isinstance(value.get("valueCoding"), Mapping):
                one = value_of(value, language)
                if one.code and one.words and one.words != one.code:
                    words.setdefault((one.system, one.code), one.words)
            stack.extend(v for k, v in value.items() if k in ("item", "answer"))
    return words


def _absent_links(links: tuple[str, ...], there: list[Mapping[str, Any]]) -> tuple[str, ...]:
    present = {said(item.get("linkId")) for item in there}
    return tuple(link for link in links if link not in present)


def _not_there(links: tuple[str, ...], blank: Blank, section: tuple[str, ...]) -> list[Item]:
    """Questions of the blank form that the response leaves out: not shown where a condition stands, else skipped."""
    items = []
    for link in links:
        asked = blank.items.get(link)
        if asked and asked.kind not in _NO_QUESTION and asked.text and not asked.hidden:
            state: AnswerState = "not_shown" if asked.conditional else "skipped"
            items.append(Item(asked.text, "", asked.code or link, state=state, section=section))
    return items
