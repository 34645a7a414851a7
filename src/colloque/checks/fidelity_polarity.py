"""answer_contradicted: the talk says the opposite of the record, or another option of its scale.

Compares claims made about the same concept, `Oui` and `Non` to the same question, degrees of one scale, and words that
exclude each other. Unsure claims contradict nothing.
"""

from collections.abc import Iterator

from colloque.checks.case import Case, quote_of, texts_of
from colloque.checks.claims import POLAR, Claim
from colloque.checks.facts import Exchange, Fact
from colloque.checks.fidelity_book import finding
from colloque.checks.reading import Reading
from colloque.core import Finding
from colloque.french.agree import compare_quantities
from colloque.french.context import scopes
from colloque.french.lexicon import NEGATIONS, concepts
from colloque.french.phrases import marks
from colloque.french.scales import Level

__all__ = ["check_polarity"]


def _contradicts(mine: Claim, theirs: Claim) -> bool:
    return (
        mine.concept == theirs.concept
        and mine.sign * theirs.sign == -1
        and mine.kin == theirs.kin
        and theirs.time != "hypothetical"
        and mine.time != "hypothetical"
        and not (mine.time == "past") ^ (theirs.time == "past")
    )


def _by_claims(case: Case, i: int, fact: Fact) -> Finding | None:
    record = {
        (c.concept, c.kin): {d.sign for d in fact.claims if (d.concept, d.kin) == (c.concept, c.kin)}
        for c in fact.claims
    }
    for j in case.alignment.firm(i):
        exchange = case.exchanges[j]
        if exchange.said.hedged:
            continue
        for mine in fact.claims:
            if not _at_issue(fact, exchange, mine.concept) or len(record[mine.concept, mine.kin] - {0}) != 1:
                continue
            theirs = [c for c in exchange.claims if c.concept == mine.concept and c.kin == mine.kin]
            if not theirs or any(c.sign == mine.sign or c.sign == 0 for c in theirs):
                continue
            clash = next((c for c in theirs if _contradicts(mine, c)), None)
            if clash is not None and not _told_anyway(fact, exchange, mine) and not _elsewhere(case, i, clash):
                return _report(exchange, fact, clash.start, clash.end)
    return None


def _at_issue(fact: Fact, exchange: Exchange, concept: str) -> bool:
    """The concept is there or not, and it is what the record's question or the clinician's is about."""
    known = concepts()[concept]
    if known.kind not in POLAR:
        return False
    asked = bool(fact.topics & exchange.asked.concepts or fact.question.keys & exchange.asked.keys)
    return asked or (concept in fact.topics and not known.apart)


def _elsewhere(case: Case, i: int, clash: Claim) -> bool:
    """Another answer of the record says just that of the same concept."""
    return any(
        c.concept == clash.concept and c.kin == clash.kin and c.sign == clash.sign
        for k, other in enumerate(case.facts)
        if k != i
        for c in other.claims
    )


def _told_anyway(fact: Fact, exchange: Exchange, mine: Claim) -> bool:
    """The answer's other words are said all the same: then what seems to deny it belongs to something else."""
    own = {t.key for t in fact.given.words if mine.start <= t.start < mine.end} if mine.explicit else set()
    rest = fact.given.keys - own - fact.question.keys
    return len(rest) > 0 and len(rest & exchange.said.keys) >= 0.5 * len(rest)


def _report(exchange: Exchange, fact: Fact, start: int, end: int) -> Finding:
    quote = quote_of(exchange.said, start, end)
    return finding("answer_contradicted", exchange.turn, fact.answer.id, quote, None, **texts_of(fact))


def _orientation(question: Reading) -> str:
    """Whether a question asks for trouble, for health, or for neither: `Non` means the contrary in the first two."""
    sides = {label for _, _, label in marks(question.text).get("orientation", ())}
    return sides.pop() if len(sides) == 1 else "both" if sides else "neutral"


def _same_question(fact: Fact, exchange: Exchange) -> bool:
    mine, theirs = fact.question.keys, exchange.asked.keys
    shared = len(mine & theirs)
    ours = {c.concept: c.sign for c in fact.claims if not c.kin}
    if any(ours.get(c.concept) == c.sign for c in exchange.claims if not c.kin):
        return False
    if not shared and fact.topics & exchange.asked.concepts:
        return _orientation(fact.question) == _orientation(exchange.asked)
    alike = bool(shared) and (
        shared / len(mine | theirs) >= 0.5 or shared == len(mine) or bool(fact.topics & exchange.asked.concepts)
    )
    return alike and _orientation(fact.question) == _orientation(exchange.asked)


def _by_lead(case: Case, i: int, fact: Fact, places: list[Exchange]) -> Finding | None:
    lead = fact.given.lead
    if lead not in ("yes", "no") or fact.given.partial:
        return None
    for exchange in places[:1]:
        other = exchange.said.lead
        if exchange.said.partial or exchange.said.hedged or case.owner(exchange) != i:
            continue
        if fact.given.keys & exchange.said.keys:
            continue
        if other in ("yes", "no") and other != lead and _same_question(fact, exchange):
            return _report(exchange, fact, 0, len(exchange.said.text))
    return None


def _sole(case: Case, i: int) -> Exchange | None:
    """The exchange that conveys fact `i` firmly and no other fact better."""
    for j in case.alignment.firm(i)[:1]:
        exchange = case.exchanges[j]
        if case.owner(exchange) == i and not exchange.said.hedged and not exchange.said.partial:
            return exchange
    return None


def _says_much(reading: Reading) -> bool:
    """The words affirm by giving a quantity or a degree: « une dizaine par jour », « souvent », « tous les soirs »."""
    return bool(reading.quantities) or any(
        v.family in ("frequency", "intensity") and v.level >= 1 for v in reading.levels
    )


def _by_denial(case: Case, i: int, fact: Fact) -> Finding | None:
    """A closed question that the record affirms in its own words and the talk plainly denies, or the other way round."""
    given = fact.given
    if not fact.question.closed or given.partial or given.hedged or fact.option or given.lead in ("unsure", "fine"):
        return None
    exchange = _sole(case, i)
    if exchange is None or _orientation(fact.question) != _orientation(exchange.asked):
        return None
    said = exchange.said
    if given.keys & said.keys or not (fact.topics & exchange.named or fact.question.keys & exchange.heard):
        return None
    ours = {c.concept: c.sign for c in fact.claims if not c.kin}
    if any(ours.get(c.concept) == c.sign for c in exchange.claims if not c.kin):
        return None
    affirmed = given.lead is None and not _negates(given) and bool(given.keys or fact.quantities or given.levels)
    denied = said.lead == "no" and not any(
        compare_quantities(q, s) == "same" for q in fact.quantities for s in exchange.quantities
    )
    if affirmed and denied:
        return _report(exchange, fact, 0, len(said.text))
    if given.lead == "no" and not given.quantities and said.lead is None and not _negates(said) and _says_much(said):
        return _report(exchange, fact, 0, len(said.text))
    return None


def _by_words(case: Case, i: int, fact: Fact) -> Finding | None:
    """The answer's own particular words, said under a negation that the record does not have, or without the one it has."""
    own = {
        t.key: n
        for t, n in zip(fact.given.words, scopes(fact.given.text).negated, strict=True)
        if t.key in fact.given.keys
    }
    for j in case.alignment.firm(i)[:1] if own and fact.given.lead is None else ():
        said = case.exchanges[j].said
        spoken = [(t, _after_negation(said, k)) for k, t in enumerate(said.words) if t.key in own and len(t.key) >= 4]
        if (
            spoken
            and len({t.key for t, _ in spoken}) >= 0.5 * len(own)
            and all(n and not own[t.key] for t, n in spoken)
        ):
            if said.hedged or said.partial or fact.given.partial:
                return None
            return _report(case.exchanges[j], fact, spoken[0][0].start, spoken[0][0].end)
    return None


def _after_negation(reading: Reading, at: int) -> bool:
    """Token `at` follows a negation of its own clause closely: « surtout pas changer de service »."""
    scope = scopes(reading.text)
    near = [k for k in range(max(0, at - 4), at) if scope.clause[k] == scope.clause[at]]
    return scope.negated[at] and any(
        reading.words[k].word in ("pas", "plus", "jamais", "aucun", "aucune") for k in near
    )


def _negates(reading: Reading) -> bool:
    return any(t.word in NEGATIONS for t in reading.words)


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
        if option.family in ("intensity", "quality") and min(abs(v.level - option.level) for v in found) < 2:
            continue
        first = exchange.said.words[found[0].first].start
        return _report(exchange, fact, first, first + 1)
    return None


def _sides(reading: Reading, *, affirmed: bool = False) -> set[tuple[int, int]]:
    """The sides of opposite words that stand in a text; with `affirmed`, those outside the reach of a negation."""
    found = marks(reading.text).get("opposites", ())
    if affirmed and found:
        negated = scopes(reading.text).negated
        return {label for first, _, label in found if not negated[first]}
    return {label for _, _, label in found}


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
            start = exchange.said.words[first].start
            return _report(exchange, fact, start, start + 1)
    return None


def check_polarity(case: Case) -> Iterator[Finding]:
    """Findings of answer_contradicted, at most one a fact."""
    for i, fact in enumerate(case.facts):
        places = case.places(i)
        found = (
            _by_claims(case, i, fact)
            or _by_option(case, fact, places)
            or _by_lead(case, i, fact, places)
            or _by_opposites(case, fact, places)
            or _by_denial(case, i, fact)
            or _by_words(case, i, fact)
        )
        if found is not None:
            yield found
