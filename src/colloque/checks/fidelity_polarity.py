"""answer_contradicted: the talk says the opposite of the record, or another option of its scale.

Compares claims made about the same concept, `Oui` and `Non` to the same question, degrees of one scale, and words that
exclude each other. Unsure claims contradict nothing.
"""

from collections.abc import Iterator

from colloque.checks.case import Case, said_so
from colloque.checks.facts import Exchange, Fact
from colloque.checks.fidelity_claims import by_claims, by_denied_matter, by_denied_words, contradicted
from colloque.checks.fidelity_stance import by_stance, by_valence
from colloque.checks.reading import Reading
from colloque.core import Finding
from colloque.french.context import scopes
from colloque.french.phrases import marks
from colloque.french.scales import Level

__all__ = ["check_polarity"]


def _by_words(case: Case, i: int, fact: Fact) -> Finding | None:
    """The answer's own particular words, said under a negation that the record does not have, or without the one it has."""
    own = {
        t.key: n
        for t, n in zip(fact.given.words, scopes(fact.given.text).negated, strict=True)
        if t.key in fact.given.keys
    }
    for j in case.firm(i)[:1] if own and fact.given.lead is None else ():
        said = case.exchanges[j].said
        spoken = [(t, _after_negation(said, k)) for k, t in enumerate(said.words) if t.key in own and len(t.key) >= 4]
        if (
            spoken
            and len({t.key for t, _ in spoken}) >= 0.5 * len(own)
            and all(n and not own[t.key] for t, n in spoken)
        ):
            if said.hedged or said.partial or fact.given.partial:
                return None
            return contradicted(case.exchanges[j], fact, spoken[0][0].start, spoken[0][0].end, "warning")
    return None


def _after_negation(reading: Reading, at: int) -> bool:
    """Token `at` follows a negation of its own clause closely: « surtout pas changer de service »."""
    scope = scopes(reading.text)
    near = [k for k in range(max(0, at - 4), at) if scope.clause[k] == scope.clause[at]]
    return scope.negated[at] and any(
        reading.words[k].word in ("pas", "plus", "jamais", "aucun", "aucune") for k in near
    )


def _levels_about(fact: Fact, exchange: Exchange, alone: bool) -> list[Level]:
    """Degrees in the sentences of the turn that are about the fact; of the whole turn where it conveys nothing else."""
    said = exchange.said
    about = {said.sentence_at(m.start) for m in said.mentions if m.concept in fact.topics} | {
        s for t, s in zip(said.words, said.sentence, strict=True) if t.key in fact.question.keys
    }
    if alone or not about:
        return list(said.levels)
    near = [v for v in said.levels if said.sentence[v.first] in about]
    return near or [v for v in said.levels if said.sentence[v.first] - 1 in about]


def _by_option(case: Case, fact: Fact, places: list[Exchange]) -> Finding | None:
    option = fact.option
    if option is None:
        return None
    for exchange in places[:1]:
        if not (
            fact.topics & exchange.asked.concepts or fact.question.keys & (exchange.asked.keys | exchange.said.keys)
        ):
            continue
        alone = len(list(case.sharers(exchange))) < 2
        found = [v for v in _levels_about(fact, exchange, alone) if v.family == option.family]
        if not found or any(v.level == option.level for v in found):
            continue
        far = min(abs(v.level - option.level) for v in found)
        if far < 2 and (option.family in ("intensity", "quality") or not any(v.end - v.first >= _WORDY for v in found)):
            continue
        first = exchange.said.words[found[0].first].start
        return contradicted(exchange, fact, first, first + 1)
    return None


_WORDY = 3
"""Words of a degree that is said in full (« plus de la moitié des jours »): one step off is then another answer."""


def _sides(reading: Reading, *, affirmed: bool = False) -> set[tuple[int, int]]:
    """The sides of opposite words that stand in a text; with `affirmed`, those outside the reach of a negation."""
    found = marks(reading.text).get("opposites", ())
    if affirmed and found:
        negated = scopes(reading.text).negated
        return {label for first, _, label in found if not negated[first]}
    return {label for _, _, label in found}


def _about(fact: Fact, exchange: Exchange, at: int) -> bool:
    """Besides the word at `at`, its sentence shares a word of the answer, or answers the very question at once."""
    said = exchange.said
    number = said.sentence[at]
    inside = {t.key for k, t in enumerate(said.words) if said.sentence[k] == number and k != at}
    asked = fact.question.keys & exchange.asked.keys or fact.topics & exchange.asked.concepts
    return bool(fact.given.keys & inside) or (number == 0 and bool(asked))


def _by_opposites(case: Case, fact: Fact, places: list[Exchange]) -> Finding | None:
    mine = _sides(fact.given)
    for exchange in places[:1] if mine else ():
        theirs, said = _sides(exchange.said), _sides(exchange.said, affirmed=True)
        others = {side for f in case.facts for side in _sides(f.given)}
        around = {side for e in case.exchanges if e is not exchange for side in _sides(e.said)}
        for number, side in sorted(mine):
            own = (number, side)
            rivals = sorted(t for t in theirs if t[0] == number and t != own and t not in mine and t not in others)
            if not rivals or own in said or own in around:
                continue
            first = next(first for first, _, label in marks(exchange.said.text)["opposites"] if label == rivals[0])
            number = exchange.said.sentence[first]
            inside = {t.word for t, s in zip(exchange.said.words, exchange.said.sentence, strict=True) if s == number}
            if inside & {"etait", "etaient", "avant", "pensais", "croyais"}:
                continue
            start = exchange.said.words[first].start
            return contradicted(exchange, fact, start, start + 1, None if _about(fact, exchange, first) else "warning")
    return None


def check_polarity(case: Case) -> Iterator[Finding]:
    """Findings of answer_contradicted, at most one a fact."""
    for i, fact in enumerate(case.facts):
        places = case.placed(i)
        if any(said_so(fact, exchange) for exchange in places[:2]):
            continue
        found = (
            by_claims(case, i, fact)
            or _by_option(case, fact, places)
            or by_stance(case, i, fact)
            or by_valence(case, i, fact)
            or _by_opposites(case, fact, places)
            or _by_words(case, i, fact)
            or by_denied_words(case, i, fact)
            or by_denied_matter(case, i, fact)
        )
        if found is not None:
            yield found
