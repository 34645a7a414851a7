"""answer_contradicted, by what is claimed: a concept said to be there and not there, a noun denied and spoken of.

An error needs two signs: the concept and a word besides, and the record's own side said nowhere. Knows no yes and no
to a question: that is `fidelity_stance`.
"""

from colloque.checks.case import Case, quote_of, texts_of
from colloque.checks.claims import POLAR, Claim
from colloque.checks.facts import Exchange, Fact
from colloque.checks.fidelity_book import finding
from colloque.checks.reading import Reading
from colloque.core import Finding, Severity
from colloque.french.concepts import concept_parents
from colloque.french.context import scopes
from colloque.french.lexicon import NEGATIONS, concepts

__all__ = ["by_claims", "by_denied_matter", "by_denied_words", "contradicted", "said_elsewhere"]


def _contradicts(mine: Claim, theirs: Claim) -> bool:
    return (
        mine.concept == theirs.concept
        and mine.sign * theirs.sign == -1
        and mine.kin == theirs.kin
        and theirs.time != "hypothetical"
        and mine.time != "hypothetical"
        and not (mine.time == "past") ^ (theirs.time == "past")
    )


def by_claims(case: Case, i: int, fact: Fact) -> Finding | None:
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
            if clash is None or said_elsewhere(case, exchange, mine):
                continue
            if not _told_anyway(fact, exchange, mine) and not _elsewhere(case, i, clash):
                return contradicted(exchange, fact, clash.start, clash.end)
    return None


_ROOT = 5


def _same_word(fact: Fact, exchange: Exchange, claim: Claim) -> bool:
    """Record and claim share more than a concept: a word or its root; what only agrees to a question, the question's."""
    if concept_parents().get(claim.concept):
        return True  # a complaint told apart: the concept is as narrow as a word
    text = exchange.said if claim.explicit else exchange.asked
    spoken = {t.key for t in text.words if t.weight == 2 and (not claim.explicit or claim.start <= t.start < claim.end)}
    roots = {k[:_ROOT] for k in fact.words}
    return any(k in fact.words or (len(k) >= _ROOT and k[:_ROOT] in roots) for k in spoken)


def said_elsewhere(case: Case, exchange: Exchange, mine: Claim) -> bool:
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


def contradicted(exchange: Exchange, fact: Fact, start: int, end: int, severity: Severity | None = None) -> Finding:
    quote = quote_of(exchange.said, start, end)
    return finding("answer_contradicted", exchange.turn, fact.answer.id, quote, severity, **texts_of(fact))


def by_denied_words(case: Case, i: int, fact: Fact) -> Finding | None:
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
            if _in_doubt(said, k) and not _there(said, k):
                continue
            return contradicted(exchange, fact, token.start, token.end)
    return None


def _in_doubt(said: Reading, at: int) -> bool:
    """Token `at` stands in a question, after an « if », or in a sentence that denies anything."""
    number = said.sentence[at]
    before = [t.word for t, s in zip(said.words[:at], said.sentence[:at], strict=True) if s == number]
    after = [t.word for t, s in zip(said.words[at + 1 :], said.sentence[at + 1 :], strict=True) if s == number]
    return "?" in after or "si" in before or not _DOUBTFUL.isdisjoint([*before, *after])


def _there(said: Reading, at: int) -> bool:
    """« Une petite plaie, elle veut pas fermer »: an article says that there is one, and no denial takes it up (« j'en ai pas »)."""
    number = said.sentence[at]
    before = [t.word for t, s in zip(said.words[:at], said.sentence[:at], strict=True) if s == number]
    after = [t.word for t, s in zip(said.words[at + 1 :], said.sentence[at + 1 :], strict=True) if s == number]
    if (
        not {"un", "une", "des"} & set(before[-2:])
        or "?" in after
        or "si" in before
        or not _DOUBTFUL.isdisjoint(before)
    ):
        return False
    return {"en", "y", "aucun", "aucune", "non", "jamais"}.isdisjoint(after[:8])


_DENYING = frozenset(("pas", "sans", "ni", "aucun", "aucune", "jamais"))


_BETWEEN = frozenset(("de", "d", "les", "le", "la", "l", "des", "un", "une", "du"))


def by_denied_matter(case: Case, i: int, fact: Fact) -> Finding | None:
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
                return contradicted(exchange, fact, claim.start, claim.end)
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
