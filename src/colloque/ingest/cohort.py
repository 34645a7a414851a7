"""The cohort: virtual respondents with plausible filled questionnaires, in as many domains as there are data files.

Each respondent is drawn from its own seed (index and run's seed): a few latent traits (severity, age, sex, duration,
history, way of living) from which every answer follows, and a hand that writes them down. Everything is marked
`virtual`. It knows nothing of dialogues; what people say is in domains/*.toml.
"""

import random
import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

from colloque.core import Answer, AnswerState, Questionnaire, Source, content_id, rng_for, split_of
from colloque.errors import InputError
from colloque.ingest.cohort_domain import Domain, Item, Scale, domain_names, general_phrases, load_domain
from colloque.ingest.cohort_person import draw_person
from colloque.ingest.cohort_style import Hand, draw_hand, put_down
from colloque.ingest.cohort_template import Person, Phrase, holds

__all__ = ["cohort", "respondent"]

_OPEN = re.compile(
    r"(?:Et )?(?:Qu['’e]|Quel|Comment|Combien|Où|Qui|Quoi|Depuis|Pourquoi|[ÀA] q|[ÀA] com|De q|D'où|Avec q|Pour q|Sur q|Jusqu)",
    re.IGNORECASE,
)
_COUNT = re.compile(r"sur 10|(?<!Depuis )\bcombien (?!de temps)", re.IGNORECASE)
_OFTEN = re.compile(r"fréquence|fois|moments?|^Comment|consommation", re.IGNORECASE)
_LEADING = re.compile(r"^(?:oui|non|si)\b[ ,.]*", re.IGNORECASE)
_SKIPPED = 0.012
_REFUSED = 0.003
_LENGTHS = (5, 6, 7, 8, 9)
_LENGTH_SHARES = (10, 18, 26, 26, 20)


def cohort(n: int, seed: int = 0, domains: Sequence[str] | None = None) -> Iterator[Questionnaire]:
    """`n` virtual respondents, one form each. Respondent i is the same whatever `n`.

    `domains` limits the choice to these names. Raises InputError for an unknown name.
    """
    names = tuple(domains) if domains is not None else domain_names()
    if unknown := sorted(set(names) - set(domain_names())):
        raise InputError(f"unknown domain: {unknown[0]}", hint=f"known ones: {', '.join(domain_names())}")
    chosen = [load_domain(name) for name in names]
    bounds = list(accumulate(domain.weight for domain in chosen))
    for index in range(n):
        rng = rng_for(f"cohort-{index}", "respondent", seed)
        yield respondent(rng.choices(chosen, cum_weights=bounds)[0], index, seed, rng)


def respondent(domain: Domain, index: int, seed: int, rng: random.Random) -> Questionnaire:
    """One respondent of one domain, with the form that they filled in."""
    person, age = draw_person(domain, rng)
    hand = draw_hand(rng, age)
    scaled = rng.random() < domain.scaled
    answers = tuple(_filled(domain, person, hand, scaled))
    key = content_id("r", "cohort", index, seed)
    return Questionnaire(
        id=content_id("q", [(a.question, a.answer) for a in answers], index, seed),
        respondent=key,
        split=split_of(key),
        domain=domain.name,
        virtual=True,
        source=Source(file="cohort", place=f"respondent {index}, seed {seed}"),
        answers=answers,
    )


def _filled(domain: Domain, person: Person, hand: Hand, scaled: bool) -> Iterator[Answer]:
    number = 0
    for item in _chosen(domain, person, scaled):
        # Tags set by an answer decide what is asked next: nobody asks how many cigarettes to whom does not smoke.
        if not holds(item.needs, person.tags):
            continue
        number += 1
        scale = item.scale if scaled else None
        question = _pick(scale.questions if scale else item.questions, person)
        person.tags.update(question.sets)
        wording = question.long(person)
        text, state = _given(item, scale, wording, person, hand)
        # What a question sets (`q_…`) holds for its own answer alone.
        person.tags.difference_update(question.sets)
        yield Answer(id=str(number), question=wording, answer=text, state=state)


def _chosen(domain: Domain, person: Person, scaled: bool) -> list[Item]:
    """A stable order, some items left out: each kept by its own rate, as many as a drawn length allows."""
    rng = person.rng
    length = rng.choices(_LENGTHS, _LENGTH_SHARES)[0]
    ranked: list[tuple[float, int, Item]] = []
    for place, item in enumerate(domain.items):
        on_scale = scaled and item.scale is not None
        if not (on_scale or item.answers) or not domain.may_ask(item, person.tags):
            continue
        rate = 2.0 if on_scale else item.rate
        ranked.append((-rate if rate >= 1 else rng.random() - rate, place, item))
    scales = sum(1 for item in domain.items if item.scale) if scaled else 0
    room = float(max(length, scales + 1))
    kept: list[tuple[int, Item]] = []
    for _, place, item in sorted(ranked, key=lambda entry: entry[0]):
        if room <= 0:
            break
        # An item that waits for an answer's tag is asked about half of the time.
        room -= 1 if holds(item.needs, person.tags) else 0.5
        kept.append((place, item))
    return [item for _, item in sorted(kept, key=lambda entry: entry[0])]


def _given(item: Item, scale: Scale | None, question: str, person: Person, hand: Hand) -> tuple[str, AnswerState]:
    rng = person.rng
    draw = rng.random()
    if draw < _SKIPPED:
        return "", "skipped"
    if draw < _SKIPPED + _REFUSED:
        return put_down(_pick(general_phrases("refused"), person).long(person), hand, rng), "refused"
    if scale:
        # An option is ticked, not written: no hand changes it.
        return _option(scale, person), "answered"
    if rng.random() < item.unsure:
        return put_down(_pick(general_phrases("unsure"), person).long(person), hand, rng), "answered"
    open_ = bool(_OPEN.match(question))
    phrase = _answer(item, person, question)
    person.tags.update(phrase.sets)
    text = (phrase.short if rng.random() < hand.short else phrase.long)(person)
    if open_ and phrase.opens:
        # "Comment dormez-vous ?" is not answered by "oui, …": the precision alone is kept.
        text = _LEADING.sub("", text) or text
    return put_down(text, hand, rng, may_shorten=not (phrase.sets or open_)), "answered"


def _answer(item: Item, person: Person, question: str) -> Phrase:
    """One answer that this person may give and that fits the question's form: no `oui` to `comment`, a number to `combien`."""
    open_, count = bool(_OPEN.match(question)), bool(_COUNT.search(question))
    thing = open_ and not count and not _OFTEN.search(question)
    held = [(p, w[person.severity]) for p, w in item.answers if not p.needs or holds(p.needs, person.tags)]
    suited = [
        (p, w)
        for p, w in held
        if w and not (open_ and p.bare) and not (thing and p.often) and (p.numeric if count else not p.mark)
    ]
    suited = suited or [(p, w) for p, w in held if w] or [(p, 1.0) for p, _ in item.answers]
    return person.rng.choices([p for p, _ in suited], [w for _, w in suited])[0]


def _option(scale: Scale, person: Person) -> str:
    top = len(scale.options) - 1
    centre = person.severity * top / 3 + scale.lean
    place = min(max(round(person.rng.gauss(centre, 0.55)), 0), top)
    return _pick(scale.options[place], person).long(person)


def _pick(phrases: tuple[Phrase, ...], person: Person) -> Phrase:
    suited = [phrase for phrase in phrases if not phrase.needs or holds(phrase.needs, person.tags)] or list(phrases)
    return suited[int(person.rng.random() * len(suited))]
