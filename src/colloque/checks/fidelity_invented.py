"""symptom_invented, history_invented: the patient states a clinical fact that the record does not hold.

Only concepts marked as hard facts count (a headache, a fall, a drug by name), said to be there, by or of somebody, now
or in the past. What the record names in any question or answer is no invention; neither is colour, nor what is denied.
"""

import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from colloque.checks.case import Case, quote_of
from colloque.checks.claims import Claim
from colloque.checks.facts import Exchange, family_of
from colloque.checks.fidelity_book import finding
from colloque.core import Code, Finding, Severity
from colloque.french.lexicon import concepts
from colloque.french.normalise import fold_word
from colloque.french.phrases import marks
from colloque.french.quantities import Quantity
from colloque.french.tokens import key_of, tokens

__all__ = ["check_invented"]

_HISTORY = frozenset(("history", "treatment", "habit"))


@lru_cache(maxsize=2)
def _keys(name: str) -> frozenset[str]:
    """Keys of a list of `data/invented.toml`."""
    data = tomllib.loads((files("colloque.checks") / "data" / "invented.toml").read_text("utf-8"))
    return frozenset(key_of(fold_word(word)) for word in data[name])


def _generic() -> frozenset[str]:
    """Keys of words that name a whole kind (« opéré »), where the record may hold one of it."""
    return _keys("generic")


def _of_known_part(case: Case, claim: Claim, exchange: Exchange) -> bool:
    """A bodily complaint whose sentence names a part of the body that a complaint of the record names too."""
    if concepts()[claim.concept].kind != "symptom":
        return False
    said = exchange.said
    number = said.sentence_at(claim.start)
    parts = {t.key for t, s in zip(said.words, said.sentence, strict=True) if s == number} & _keys("body")
    return bool(parts & case.record_keys)


_ROOT = 6
"""Letters that a derived word shares: « agressé », « une agression »."""


def _known(case: Case, claim: Claim, exchange: Exchange) -> bool:
    spoken = {t.key for t in tokens(exchange.said.text[claim.start : claim.end]) if t.weight == 2}
    apart = concepts()[claim.concept].apart and not (spoken and spoken <= _generic())
    if not apart and (claim.concept in case.record_concepts or family_of(claim.concept) in case.record_families):
        return True
    roots = {k[:_ROOT] for k in case.record_keys if len(k) >= _ROOT}
    if any(len(k) >= _ROOT and k[:_ROOT] in roots for k in spoken):
        return True
    return bool(spoken & case.record_keys) or _measured(case, claim, exchange) or _of_known_part(case, claim, exchange)


def _measured(case: Case, claim: Claim, exchange: Exchange) -> bool:
    """Its sentence gives a measure that the record holds: « cinq kilos en plus » for « +5 kg »."""
    number = exchange.said.sentence_at(claim.start)
    return any(
        q.kind == "weight" and case.explained(q)
        for q in exchange.quantities
        if exchange.said.sentence_at(q.start) == number
    )


def _states(claim: Claim) -> bool:
    """The claim is a clinical fact that the patient states: hard, in own words, there, and not supposed."""
    return concepts()[claim.concept].hard and claim.explicit and claim.sign == 1 and claim.time != "hypothetical"


def _broken(claim: Claim, exchange: Exchange) -> bool:
    """The form is cut by a comma or a pause: « ma tête, elle tourne » is no firm match of « la tête qui tourne »."""
    text = exchange.said.text[claim.start : claim.end]
    return any(mark in text for mark in ",…:") or ".." in text


def _is_history(claims: list[Claim], exchange: Exchange, sentence: int) -> bool:
    """A treatment, an antecedent, an event, a relative, or anything dated by a year."""
    if any(concepts()[c.concept].kind in _HISTORY or c.kin or c.time == "past" for c in claims):
        return True
    said = exchange.said
    return any(q.kind == "date" and q.unit == "an" and said.sentence_at(q.start) == sentence for q in said.quantities)


def _years(case: Case, exchange: Exchange) -> list[Quantity]:
    """Years that the talk dates something by and the record does not hold."""
    return [q for q in exchange.quantities if q.kind == "date" and q.unit == "an" and not case.explained(q)]


def _once_before(case: Case, exchange: Exchange) -> int | None:
    """The sentence that tells of the same trouble once before, where the record speaks of nothing before."""
    found = marks(exchange.said.text).get("again")
    if not found:
        return None
    if any("before" in marks(text) for f in case.facts for text in (f.answer.question, f.answer.answer)):
        return None
    number = exchange.said.sentence[found[0][0]]
    inside = {t.word for t, s in zip(exchange.said.words, exchange.said.sentence, strict=True) if s == number}
    return number if inside & {"j", "je", "m", "c", "ma", "mon", "comme"} and "jamais" not in inside else None


def _span_of(exchange: Exchange, sentence: int) -> tuple[int, int]:
    inside = [t for t, s in zip(exchange.said.words, exchange.said.sentence, strict=True) if s == sentence]
    return inside[0].start, inside[-1].end


def _only_answer(case: Case, exchange: Exchange, sentence: int, claims: list[Claim]) -> bool:
    """Without these words the turn would answer nothing: then they may be the answer itself, in an idiom of another matter."""
    said = exchange.said
    if said.lead is not None or "?" not in exchange.clinician:
        return False
    spans = [(c.start, c.end) for c in claims]
    rest = [
        t
        for t, s in zip(said.words, said.sentence, strict=True)
        if t.weight == 2 and (s != sentence or not any(a <= t.start < b for a, b in spans))
    ]
    elsewhere = [t for t in rest if said.sentence_at(t.start) != sentence]
    answered = bool(elsewhere) or any(t.key in case.record_keys for t in rest) or bool(exchange.quantities)
    return not answered


def check_invented(case: Case) -> Iterator[Finding]:
    """Findings of invented symptoms and histories, one a sentence, each concept once a talk."""
    seen: set[str] = set()
    for exchange in case.exchanges:
        by_sentence: dict[int, list[Claim]] = {}
        for claim in exchange.claims:
            if (
                _states(claim)
                and not _broken(claim, exchange)
                and claim.concept not in seen
                and not _known(case, claim, exchange)
            ):
                by_sentence.setdefault(exchange.said.sentence_at(claim.start), []).append(claim)
        missing = {q.unit for f in case.facts for q in f.quantities if q.kind == "date"}
        for year in _years(case, exchange) if "an" not in missing else ():
            if exchange.said.sentence_at(year.start) not in by_sentence:
                quote = quote_of(exchange.said, year.start, year.end)
                yield finding("history_invented", exchange.turn, None, quote, "warning", said=f"« {year.text} »")
        once = _once_before(case, exchange)
        if once is not None and once not in by_sentence:
            start, end = _span_of(exchange, once)
            words = exchange.said.text[start:end]
            yield finding("history_invented", exchange.turn, None, words, None, said=f"« {words} »")
        for sentence, claims in sorted(by_sentence.items()):
            seen.update(c.concept for c in claims)
            words = ", ".join(f"« {exchange.said.text[c.start : c.end]} »" for c in claims)
            code: Code = "history_invented" if _is_history(claims, exchange, sentence) else "symptom_invented"
            quote = quote_of(exchange.said, claims[0].start, claims[0].end)
            severity: Severity | None = "warning" if _only_answer(case, exchange, sentence, claims) else None
            yield finding(code, exchange.turn, None, quote, severity, said=words)
