"""answer_omitted: an answer of the record is conveyed nowhere in the talk.

Absence is only sure where nothing is left over: an exchange that no answer accounts for may say it in words that no
lexicon knows, and then the finding is a warning.
"""

from collections.abc import Iterator

from colloque.checks.case import Case, texts_of
from colloque.checks.claims import POLAR
from colloque.checks.facts import Exchange, Fact, family_of
from colloque.checks.fidelity_book import finding
from colloque.checks.reading import read_text
from colloque.core import Finding, Severity
from colloque.french.agree import compare_quantities
from colloque.french.lexicon import concepts
from colloque.french.quantities import Quantity

__all__ = ["check_omitted"]


def _could_hold(fact: Fact, exchange: Exchange) -> bool:
    """The exchange has what the answer needs: a quantity for a quantity, a person for a person, yes or no for a yes or no."""
    said = exchange.said
    if fact.quantities:
        return any(compare_quantities(q, s) != "apart" for q in fact.quantities for s in exchange.quantities)
    if fact.given.persons:
        return bool(said.persons or exchange.asked.persons)
    if fact.option is not None:
        return any(level.family == fact.option.family for level in said.levels)
    if fact.given.lead is not None and not fact.given.keys:
        return said.lead is not None
    return True


def _numbers_told(case: Case, fact: Fact) -> bool:
    """All the answer's quantities are said somewhere: with their unit, or large or precise enough to be no other's."""

    def told(wanted: Quantity) -> bool:
        return any(
            compare_quantities(wanted, s) == "same"
            and ((wanted.kind == s.kind and bool(s.unit)) or wanted.value >= 3 or wanted.value % 1 > 0)
            for e in case.exchanges
            for s in e.quantities
        )

    return bool(fact.quantities) and all(told(q) for q in fact.quantities)


def _kin_told(case: Case, fact: Fact) -> bool:
    """Somebody whom only this answer names is spoken of by the patient."""
    mine = {p.kin for p in fact.given.persons}
    others = {p.kin for f in case.facts if f is not fact for r in (f.given, f.question) for p in r.persons}
    return bool((mine - others) & {p.kin for e in case.exchanges for p in e.said.persons})


def _asked_literally(fact: Fact, exchange: Exchange) -> bool:
    """The clinician's words hold all of the question's that tell anything: « Est-ce que vous y pensez aujourd'hui ? »."""
    mine = {t.key for t in fact.question.words if t.weight}
    theirs = {t.key for t in exchange.asked.words if t.weight}
    return len(mine) >= 2 and mine <= theirs


def _words_told(fact: Fact, exchange: Exchange) -> bool:
    """Half of the answer's words, two at least, or one and its root: « siffle » for a « sifflement »."""
    mine, theirs = fact.given.keys, exchange.said.keys
    shared = len(mine & theirs)
    roots = {k[:_ROOT] for k in theirs if len(k) >= _ROOT}
    shared += sum(1 for k in mine - theirs if len(k) >= _ROOT and k[:_ROOT] in roots)
    return shared >= 2 and shared >= 0.5 * len(mine)


_ROOT = 5
"""Letters of a key that a derived word shares with it."""


_AND = frozenset(
    ("et", "ah", "puis", "pis", "sinon", "ailleurs", "fait", "avant", "tiens", "mais", "apres", "pour", "oh", "au")
)
"""Openings of a sentence in which people tell what nobody has asked: « Et avant que vous demandiez… »."""


def _volunteered(case: Case, i: int) -> bool:
    """Some sentence is told unasked, and no other answer explains it: the missing one may be told there in unknown words."""
    others = [f for k, f in enumerate(case.facts) if k != i and not case.lost(k)]
    words = frozenset(w for f in others for w in f.words)
    matters = frozenset(c for f in others for c in f.matters)
    for exchange in case.exchanges:
        said = exchange.said
        for number in range(1, said.sentence[-1] + 1 if said.sentence else 0):
            inside = [t for t, s in zip(said.words, said.sentence, strict=True) if s == number]
            keys = {t.key for t in inside if t.weight == 2}
            heard = {m.concept for m in said.mentions if said.sentence[m.at] == number}
            if len(keys) >= 2 and inside[0].word in _AND and not keys & words and not heard & matters:
                return True
    return False


def _telling(fact: Fact) -> bool:
    """What the answer or its question is about would be known again: a matter of the lexicon, a number, a person, a medicine."""
    clinical = any(concepts()[c].kind in POLAR for c in fact.matters)
    return clinical or any(q.unit != "rang" for q in fact.quantities) or bool(fact.given.persons)


def _silent(case: Case, fact: Fact) -> bool:
    """Neither clinician nor patient says a word of it anywhere: no topic, no family, no concept or root of the answer."""
    heard = [r for e in case.exchanges for r in (read_text(e.clinician), e.said)]
    concepts_ = {c for r in heard for c in r.concepts}
    families = {family_of(c) for c in concepts_ if concepts()[c].kind in POLAR}
    roots = {k[:_ROOT] for r in heard for k in r.keys if len(k) >= _ROOT} | {k for r in heard for k in r.keys}
    words = fact.words - {"avoir", "etre"}
    return (
        fact.matters.isdisjoint(concepts_)
        and families.isdisjoint(family_of(c) for c in fact.matters)
        and not any(k in roots or (len(k) >= _ROOT and k[:_ROOT] in roots) for k in words)
    )


def check_omitted(case: Case) -> Iterator[Finding]:
    """Findings of answer_omitted."""
    for i, fact in enumerate(case.facts):
        if not case.lost(i):
            continue
        perhaps = (
            any(_could_hold(fact, exchange) for exchange in case.free)
            or any(_asked_literally(fact, e) or _words_told(fact, e) for e in case.exchanges)
            or _numbers_told(case, fact)
            or _kin_told(case, fact)
        )
        sure = not perhaps and _telling(fact) and _silent(case, fact) and not _volunteered(case, i)
        severity: Severity = "error" if sure else "warning"
        yield finding("answer_omitted", case.last_turn, fact.answer.id, "", severity, **texts_of(fact))
