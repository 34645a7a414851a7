"""A cohort like a team's own forms: how often each answer is given, kept only as counts, then new people drawn from them.

An answer that fewer than `floor` respondents gave is nobody's to repeat: it is not kept, and a question answered mostly
in such words is left out and named. Each answer is drawn given the answer before it, so that a form hangs together.
Knows nothing of domains and of what answers mean.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from random import Random

from pydantic import Field

from colloque.core import Answer, Questionnaire, Record, Source, content_id, rng_for, split_of
from colloque.errors import InputError

__all__ = ["Fit", "FittedItem", "cohort_like", "fit_cohort"]

_FLOOR = 5
"""Fewest respondents behind a kept answer: the usual smallest cell of published health tables in France is 5 to 11."""
_FREE = 0.5
"""A question of which less than this share of answers is kept is free text: it cannot be drawn from counts."""


class FittedItem(Record):
    """One question: the share of forms that have it, its answers with their respondents, and the same after each previous answer."""

    question: str
    asked: float
    answers: dict[str, int]
    after: dict[str, dict[str, int]] = Field(default_factory=dict)


class Fit(Record):
    """What is kept of a team's forms: items in the order of the form, how many people they came from, what was left out."""

    people: int
    items: tuple[FittedItem, ...]
    left_out: tuple[str, ...] = ()
    """Questions answered in free text."""


def fit_cohort(questionnaires: Iterable[Questionnaire], floor: int = _FLOOR) -> Fit:
    """Count a team's forms. Raises InputError where nothing is common enough to be kept."""
    respondents: set[str] = set()
    given: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    pairs: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    places: dict[str, list[int]] = defaultdict(list)
    for form in questionnaires:
        respondents.add(form.respondent)
        before = ""
        for place, answer in enumerate(form.told):
            question, said = _key(answer.question), _key(answer.answer)
            given[question][said].add(form.respondent)
            pairs[question, before][said].add(form.respondent)
            places[question].append(place)
            before = said
    order = sorted(given, key=lambda question: (sum(places[question]) / len(places[question]), question))
    items, left_out = [], []
    for question in order:
        item = _item(question, given[question], pairs, floor, len(respondents))
        if item:
            items.append(item)
        else:
            left_out.append(question)
    if not items:
        raise InputError(
            f"no answer is shared by {floor} respondents", hint="give more forms, or draw the built-in cohort instead"
        )
    return Fit(people=len(respondents), items=tuple(items), left_out=tuple(left_out))


def _key(text: str) -> str:
    return " ".join(text.split()).rstrip(" .")


def _item(
    question: str,
    given: Mapping[str, set[str]],
    pairs: Mapping[tuple[str, str], Mapping[str, set[str]]],
    floor: int,
    people: int,
) -> FittedItem | None:
    kept = _kept(given, floor)
    total = len(set().union(*given.values()))
    if total < floor or sum(kept.values()) < _FREE * sum(len(who) for who in given.values()):
        return None
    after = {
        before: counts
        for (asked, before), answers in sorted(pairs.items())
        if asked == question and (counts := _kept(answers, floor))
    }
    return FittedItem(question=question, asked=min(1.0, total / people), answers=kept, after=after)


def _kept(answers: Mapping[str, set[str]], floor: int) -> dict[str, int]:
    """Answers with the number of respondents behind them, the rare ones gone."""
    return {said: len(who) for said, who in sorted(answers.items()) if len(who) >= floor}


def cohort_like(fit: Fit, n: int, seed: int = 0, name: str = "fitted") -> Iterator[Questionnaire]:
    """`n` virtual respondents drawn from the counts, marked virtual with `name` as their domain. Respondent i is the same whatever `n`."""
    for index in range(n):
        rng = rng_for(f"{name}-{index}", "respondent", seed)
        answers = tuple(_drawn(fit, rng))
        key = content_id("r", "cohort", name, index, seed)
        yield Questionnaire(
            id=content_id("q", [(a.question, a.answer) for a in answers], name, index, seed),
            respondent=key,
            split=split_of(key),
            domain=name,
            virtual=True,
            source=Source(file="cohort", place=f"{name} {index}, seed {seed}"),
            answers=answers,
        )


def _drawn(fit: Fit, rng: Random) -> Iterator[Answer]:
    before, number = "", 0
    for item in fit.items:
        if rng.random() >= item.asked:
            continue
        counts = Counter(item.after.get(before) or item.answers)
        before = rng.choices(list(counts), list(counts.values()))[0]
        number += 1
        yield Answer(id=str(number), question=item.question, answer=before)
