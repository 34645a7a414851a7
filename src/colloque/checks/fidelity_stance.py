"""answer_contradicted, by yes and no: the stance of the talk against that of the record, to one closed question.

Knows no degrees and no opposites; what a reply amounts to is `stance`.
"""

from colloque.checks.case import Case
from colloque.checks.facts import Exchange, Fact
from colloque.checks.fidelity_claims import contradicted, said_elsewhere
from colloque.checks.reading import Reading
from colloque.checks.stance import Stance, gone, orientation, plainly_opens, stance_of, valence_of
from colloque.core import Finding, Severity
from colloque.french.agree import compare_quantities
from colloque.french.lexicon import concepts

__all__ = ["by_stance", "by_valence"]


def by_stance(case: Case, i: int, fact: Fact) -> Finding | None:
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
                return contradicted(exchange, fact, 0, len(exchange.said.text))
        if mine.sign * theirs.sign != -1 or not _opposed(fact, mine, exchange, theirs):
            continue
        if case.owner(exchange) != i or not _same_question(fact, exchange):
            continue
        if any(said_elsewhere(case, exchange, c) for c in fact.claims if c.concept in fact.topics):
            continue
        if not _kept(fact, exchange, plainly=mine.lead and theirs.lead):
            sure = plainly_opens(exchange.said) or plainly_opens(fact.given)
            severity: Severity | None = None if sure else "warning"
            return contradicted(exchange, fact, 0, len(exchange.said.text), severity)
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


def by_valence(case: Case, i: int, fact: Fact) -> Finding | None:
    """All is well in the record and ill in the talk, or the reverse, where the clinician asks of the very matter."""
    mine = valence_of(fact.question, fact.given)
    for j in case.firm(i)[:1] if mine else ():
        exchange = case.exchanges[j]
        asked = fact.topics & exchange.asked.concepts or fact.question.keys & exchange.asked.keys
        if not asked or case.owner(exchange) != i or (fact.given.lead and fact.given.lead == exchange.said.lead):
            continue
        if mine * valence_of(exchange.asked, exchange.said, phrased=True) != -1:
            continue
        if any(said_elsewhere(case, exchange, c) for c in fact.claims if c.concept in fact.topics):
            continue
        if not _kept(fact, exchange, plainly=False):
            return contradicted(exchange, fact, 0, len(exchange.said.text))
    return None
