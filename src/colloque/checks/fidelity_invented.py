"""symptom_invented, history_invented: the patient states a clinical fact that the record does not hold.

Only concepts marked as hard facts count (a headache, a fall, a drug by name), said to be there, by or of somebody, now
or in the past. What the record names in any question or answer is no invention; neither is colour, nor what is denied.
"""

from collections.abc import Iterator

from colloque.checks.case import Case, finding, quote_of
from colloque.checks.facts import Claim, Exchange, family_of
from colloque.core import Finding
from colloque.french.lexicon import concepts
from colloque.french.tokens import tokens

__all__ = ["check_invented"]

_HISTORY = frozenset(("history", "treatment", "habit"))


def _known(case: Case, claim: Claim, exchange: Exchange) -> bool:
    apart = concepts()[claim.concept].apart
    if not apart and (claim.concept in case.record_concepts or family_of(claim.concept) in case.record_families):
        return True
    spoken = {t.key for t in tokens(exchange.said.text[claim.start : claim.end])}
    return bool(spoken & case.record_keys)


def check_invented(case: Case) -> Iterator[Finding]:
    """Findings of invented symptoms and histories, one a concept."""
    seen: set[str] = set()
    for exchange in case.exchanges:
        for claim in exchange.claims:
            concept = concepts()[claim.concept]
            if not concept.hard or not claim.explicit or claim.sign != 1 or claim.time == "hypothetical":
                continue
            if claim.concept in seen or _known(case, claim, exchange):
                continue
            seen.add(claim.concept)
            history = concept.kind in _HISTORY or bool(claim.kin)
            yield finding(
                "history_invented" if history else "symptom_invented", exchange.turn, None,
                quote_of(exchange.said, claim.start, claim.end),
                f"« {exchange.said.text[claim.start : claim.end]} » n'est pas dans le questionnaire", "retirer ce fait",
            )  # fmt: skip
