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
from colloque.checks.stance import Stance, gone, orientation, plainly_opens, stance_of
from colloque.core import Finding, Severity
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
    for j in case.firm(i):
        exchange = case.exchanges[j]
        if exchange.said.hedged:
            continue
        for mine in fact.claims:
            if not _at_issue(fact, exchange, mine.concept) or len(record[mine.concept, mine.kin] - {0}) != 1:
                continue
            theirs = [c for c in exchange.claims if c.concept == mine.concept and c.kin == mine.kin]
            if not theirs or any(c.sign == mine.sign or c.sign == 0 for c in theirs):
                continue
            clash = next(
                (c for c in theirs if _contradicts(mine, c) and _plain(exchange, c) and _same_word(fact, exchange, c)),
                None,
            )
            if clash is None or _said_elsewhere(case, exchange, mine):
                continue
            if not _told_anyway(fact, exchange, mine) and not _elsewhere(case, i, clash):
                return _report(exchange, fact, clash.start, clash.end)
    return None


_ROOT = 5


def _same_word(fact: Fact, exchange: Exchange, claim: Claim) -> bool:
    """Record and claim share more than a concept: a word or its root; what only agrees to a question, the question's."""
    text = exchange.said if claim.explicit else exchange.asked
    spoken = {t.key for t in text.words if t.weight == 2 and (not claim.explicit or claim.start <= t.start < claim.end)}
    roots = {k[:_ROOT] for k in fact.words}
    return any(k in fact.words or (len(k) >= _ROOT and k[:_ROOT] in roots) for k in spoken)


def _said_elsewhere(case: Case, exchange: Exchange, mine: Claim) -> bool:
    """Some other turn of the patient says just what the record does."""
    return any(
        c.concept == mine.concept and c.kin == mine.kin and c.sign == mine.sign and c.explicit
        for e in case.exchanges
        if e is not exchange
        for c in e.claims
    )


_DOUBTFUL = NEGATIONS | {
    "point",
    "nan",
    "nada",
    "niet",
    "evite",
    "fini",
    "finie",
    "termine",
    "arrete",
    "oublie",
    "loin",
    "moins",
    "moindre",
}


def _plain(exchange: Exchange, claim: Claim) -> bool:
    """Nothing near makes the claim doubtful: an affirmed one stands in no sentence that denies, unless after a yes."""
    if not claim.explicit or claim.sign != 1 or exchange.said.lead == "yes":
        return True
    said = exchange.said
    number = said.sentence_at(claim.start)
    return not any(
        t.word in _DOUBTFUL for t, s in zip(said.words, said.sentence, strict=True) if number <= s <= number + 1
    )


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


def _report(exchange: Exchange, fact: Fact, start: int, end: int, severity: Severity | None = None) -> Finding:
    quote = quote_of(exchange.said, start, end)
    return finding("answer_contradicted", exchange.turn, fact.answer.id, quote, severity, **texts_of(fact))


def _by_stance(case: Case, i: int, fact: Fact) -> Finding | None:
    """Yes against no to one closed question, by first words or by the question's own words denied."""
    if not fact.question.closed or fact.option is not None or fact.given.hedged:
        return None
    mine = stance_of(fact.question, fact.given)
    if not mine.sign:
        return None
    for j in case.firm(i)[:1]:
        exchange = case.exchanges[j]
        theirs = stance_of(exchange.asked, exchange.said)
        if exchange.said.lead is None and gone(exchange.said) and case.owner(exchange) == i:
            side = orientation(fact.question.text)
            if mine.lead and mine.sure and mine.sign == {"health": 1, "trouble": -1}.get(side, 0):
                return _report(exchange, fact, 0, len(exchange.said.text))
        if mine.sign * theirs.sign != -1 or not _opposed(fact, mine, exchange, theirs):
            continue
        if case.owner(exchange) != i or not _same_question(fact, exchange):
            continue
        if any(_said_elsewhere(case, exchange, c) for c in fact.claims if c.concept in fact.topics):
            continue
        if not _kept(fact, exchange, plainly=mine.lead and theirs.lead):
            severity: Severity | None = None if plainly_opens(exchange.said) else "warning"
            return _report(exchange, fact, 0, len(exchange.said.text), severity)
    return None


def _opposed(fact: Fact, mine: Stance, exchange: Exchange, theirs: Stance) -> bool:
    """One of the two is said in so many words, and neither by half: « un peu » contradicts only a plain no."""
    no = mine if mine.sign < 0 else theirs
    yes = theirs if no is mine else mine
    if not no.sure or not (mine.lead or theirs.lead):
        return False
    if not (mine.lead and theirs.lead) and exchange.said.hedged:
        return False
    if not yes.lead:
        source = exchange.said if yes is theirs else fact.given
        return no.lead and _says_much(source)
    return True


def _kept(fact: Fact, exchange: Exchange, *, plainly: bool) -> bool:
    """The talk says the same after all: the answer's own claims; where no plain yes meets a plain no, its quantities or most of its other words."""
    ours = {c.concept: c.sign for c in fact.claims if not c.kin and c.explicit}
    about = fact.topics | exchange.asked.concepts
    if any(
        ours.get(c.concept) == c.sign
        for c in exchange.claims
        if not c.kin and c.explicit and (c.concept in about or not plainly)
    ):
        return True
    if plainly:
        return False
    if any(compare_quantities(q, s) == "same" for q in fact.quantities for s in exchange.quantities):
        return True
    rest = fact.given.keys - fact.question.keys
    return bool(rest) and len(rest & exchange.said.keys) > 0.5 * len(rest)


def _same_question(fact: Fact, exchange: Exchange) -> bool:
    """The clinician's question asks what the record's does, and from the same side."""
    sides = {orientation(fact.question.text), orientation(exchange.asked.text)}
    mine, theirs = fact.question.keys, exchange.asked.keys
    named = fact.topics & exchange.asked.concepts
    if any(_asks_for(fact.question, c) != _asks_for(exchange.asked, c) for c in named):
        return False
    shared = len(mine & theirs)
    alike = bool(shared) and (shared / len(mine | theirs) >= 0.5 or shared == len(mine))
    if len(sides) == 1:
        return bool(named) or alike
    inherent = any(concepts()[c].kind in _INHERENT for c in named) or shared
    return "neutral" in sides and bool(inherent) and (bool(named) or alike)


def _asks_for(question: Reading, concept: str) -> bool:
    """The question asks whether the concept is there, rather than whether it is not: « Dormez-vous d'une traite ? »."""
    return not any(m.concept == concept and m.form == "absent" for m in question.mentions)


_INHERENT = frozenset(("symptom", "habit", "history", "risk"))
"""Kinds of concepts that a question asks for by naming them: « Des vertiges ? » needs no word of trouble."""


def _says_much(reading: Reading) -> bool:
    """The words affirm by giving a quantity or a degree: « une dizaine par jour », « souvent », « tous les soirs »."""
    return bool(reading.quantities) or any(
        v.family in ("frequency", "intensity") and v.level >= 1 for v in reading.levels
    )


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
            return _report(case.exchanges[j], fact, spoken[0][0].start, spoken[0][0].end, "warning")
    return None


def _by_denied_words(case: Case, i: int, fact: Fact) -> Finding | None:
    """« Pas de plaie », « pas les pollens » in the record; the talk, where the answer belongs, speaks of one and denies nothing."""
    denied = _plainly_denied(fact.given)
    if not denied:
        return None
    for j in case.firm(i)[:1]:
        exchange = case.exchanges[j]
        said = exchange.said
        if said.lead == "no" or said.hedged:
            continue
        negated = scopes(said.text).negated
        for k, token in enumerate(said.words):
            if token.key not in denied or negated[k]:
                continue
            if _in_doubt(said, k):
                continue
            return _report(exchange, fact, token.start, token.end)
    return None


def _in_doubt(said: Reading, at: int) -> bool:
    """Token `at` stands in a question, after an « if », or in a sentence that denies anything."""
    number = said.sentence[at]
    before = [t.word for t, s in zip(said.words[:at], said.sentence[:at], strict=True) if s == number]
    after = [t.word for t, s in zip(said.words[at + 1 :], said.sentence[at + 1 :], strict=True) if s == number]
    return "?" in after or "si" in before or not _DOUBTFUL.isdisjoint([*before, *after])


_DENYING = frozenset(("pas", "sans", "ni", "aucun", "aucune", "jamais"))
_BETWEEN = frozenset(("de", "d", "les", "le", "la", "l", "des", "un", "une", "du"))


def _by_denied_matter(case: Case, i: int, fact: Fact) -> Finding | None:
    """A hard clinical matter that the record denies by answer to its own question, and that the patient plainly says is there."""
    if fact.given.lead != "no" or fact.given.partial:
        return None
    denied = {
        c.concept
        for c in fact.claims
        if c.sign == -1 and not c.kin and concepts()[c.concept].hard and not concepts()[c.concept].apart
    }
    for other in case.facts:
        denied -= {c.concept for c in other.claims if c.sign >= 0}
    for exchange in case.exchanges if denied else ():
        for claim in exchange.claims:
            text = exchange.said.text[claim.start : claim.end]
            if (
                claim.concept in denied
                and claim.explicit
                and claim.sign == 1
                and not claim.kin
                and claim.time == "now"
                and "," not in text
                and _plain(exchange, claim)
                and _same_word(fact, exchange, claim)
                and not exchange.said.hedged
                and not _elsewhere(case, i, claim)
            ):
                return _report(exchange, fact, claim.start, claim.end)
    return None


def _plainly_denied(given: Reading) -> frozenset[str]:
    """Keys of nouns that a denial stands right before, and that the text holds nowhere else."""
    keys = [t.key for t in given.words]
    out = set()
    for i, token in enumerate(given.words):
        if token.weight < 2 or len(token.key) < 4 or keys.count(token.key) > 1:
            continue
        before = i - 1
        if before >= 0 and given.words[before].word in _BETWEEN:
            before -= 1
            if before >= 0 and given.words[before].word in _DENYING:
                out.add(token.key)
    return frozenset(out)


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
        return _report(exchange, fact, first, first + 1)
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
            return _report(exchange, fact, start, start + 1, None if _about(fact, exchange, first) else "warning")
    return None


def check_polarity(case: Case) -> Iterator[Finding]:
    """Findings of answer_contradicted, at most one a fact."""
    for i, fact in enumerate(case.facts):
        places = case.places(i)
        found = (
            _by_claims(case, i, fact)
            or _by_option(case, fact, places)
            or _by_stance(case, i, fact)
            or _by_opposites(case, fact, places)
            or _by_words(case, i, fact)
            or _by_denied_words(case, i, fact)
            or _by_denied_matter(case, i, fact)
        )
        if found is not None:
            yield found
