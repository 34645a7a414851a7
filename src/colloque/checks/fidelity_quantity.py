"""quantity_changed: a number, unit, duration, frequency, dose or date of the record is replaced by another in the talk.

An error needs both sides: the record's quantity is said nowhere it belongs, and where it belongs another quantity of
its kind stands that the record does not hold. A quantity merely left out is no change; numbers of pure colour meet no
missing quantity, so they raise nothing.
"""

from collections.abc import Iterator
from itertools import pairwise

from colloque.checks.case import Case, quote_of, said_so
from colloque.checks.facts import Exchange, Fact
from colloque.checks.fidelity_book import finding
from colloque.checks.reading import Reading
from colloque.core import Finding
from colloque.french.agree import compare_quantities
from colloque.french.quantities import Quantity

__all__ = ["check_quantities"]


def _said_somewhere(case: Case, wanted: Quantity, places: list[Exchange]) -> bool:
    """The quantity is said where the fact is conveyed; elsewhere only in a form that nothing else accounts for."""
    for exchange in case.exchanges:
        same = [s for s in exchange.quantities if compare_quantities(wanted, s) == "same"]
        if exchange in places or not places:
            if any(_likeness(wanted, s) > 1 or s.value >= 3 for s in same) or (same and exchange in places[:1]):
                return True
            continue
        telling = [s for s in same if (s.kind == wanted.kind and s.unit == wanted.unit) or s.value >= 20 or s.value % 1]
        if telling and not any(
            compare_quantities(q, wanted) == "same" for i in case.sharers(exchange) for q in case.facts[i].quantities
        ):
            return True
    return False


def _likeness(a: Quantity, b: Quantity) -> int:
    """How surely one quantity is the other: of one kind and unit, of one kind, or a bare number."""
    return 3 if a.kind == b.kind and a.unit == b.unit else 2 if a.kind == b.kind else 1


def _unclaimed(case: Case, exchange: Exchange) -> list[Quantity]:
    """Spoken quantities that no quantity of the facts conveyed here takes, each taking one, and none elsewhere explains."""
    wanted = [q for i in case.sharers(exchange) for q in case.facts[i].quantities]
    left = list(exchange.quantities)
    pairs = sorted(
        (
            (-_likeness(w, s), m, n)
            for m, w in enumerate(wanted)
            for n, s in enumerate(left)
            if compare_quantities(w, s) == "same"
        )
    )
    taken_wanted: set[int] = set()
    taken: set[int] = set()
    for _, m, n in pairs:
        if m not in taken_wanted and n not in taken:
            taken_wanted.add(m)
            taken.add(n)
    spans = [(left[n].start, left[n].end) for n in taken]
    return [
        s
        for n, s in enumerate(left)
        if n not in taken
        and not any(start <= s.start and s.end <= end for start, end in spans)
        and not any(
            _likeness(q, s) > 1 and compare_quantities(q, s) == "same"
            for q in case.record_quantities
            if q not in wanted
        )
    ]


def _rivals(case: Case, fact: Fact, wanted: Quantity, exchange: Exchange) -> list[Quantity]:
    return [
        s
        for s in _unclaimed(case, exchange)
        if compare_quantities(wanted, s) == "different"
        and _comparable(fact, wanted, s, exchange)
        and not _denied(exchange, s)
        and (_in_place(fact, exchange, wanted, s) or (_likeness(wanted, s) >= 2 and _sure(case, fact, exchange)))
    ]


def _sure(case: Case, fact: Fact, exchange: Exchange) -> bool:
    """The exchange is the fact's beyond doubt, or its place by order where nothing else places it."""
    if case.by_order_only(fact, exchange):
        return True
    i = next(k for k, f in enumerate(case.facts) if f is fact)
    j = next(k for k, e in enumerate(case.exchanges) if e is exchange)
    return case.alignment.held[i][j] >= 0.7 and case.owner(exchange) == i


def _comparable(fact: Fact, wanted: Quantity, said: Quantity, exchange: Exchange) -> bool:
    """The two measure the same thing: one kind, or a bare number where the question counts; of a rank, the thing ranked too."""
    if said.value == 0 and wanted.value and said.kind != "scale":
        return False
    if said.unit == "fois" and said.value == 1 and not said.per and not exchange.hint:
        return False
    if said.unit == "rang" and wanted.kind == "number" and not wanted.unit:
        return _next_key(exchange.said, said) in fact.words
    if "rang" in (wanted.unit, said.unit):
        return wanted.unit == said.unit and _next_key(fact.given, wanted) == _next_key(exchange.said, said)
    if wanted.kind == said.kind:
        return not ({wanted.unit, said.unit} == {"", "fois"} and said.value == 1 and wanted.per != said.per)
    if "percent" in (wanted.kind, said.kind) or (said.kind == "number" and said.unit == "fois" and said.value == 1):
        return False
    return bool(wanted.unit or said.unit or exchange.hint or fact.hint or wanted.value >= 10)


def _next_key(reading: Reading, quantity: Quantity) -> str:
    return next((t.key for t in reading.words if t.start >= quantity.end and t.word[0].isalpha()), "")


def _in_place(fact: Fact, exchange: Exchange, wanted: Quantity, said: Quantity) -> bool:
    """The quantity answers the question, or stands in a sentence that is about the fact, or just after one."""
    reading = exchange.said
    number = reading.sentence_at(said.start)
    about = {reading.sentence_at(m.start) for m in reading.mentions if m.concept in fact.matters}
    about |= {s for t, s in zip(reading.words, reading.sentence, strict=True) if t.key in fact.words}
    alike = wanted.kind == said.kind and wanted.unit == said.unit
    if number in about or (alike and number - 1 in about):
        return True
    if fact.hint and fact.hint == exchange.hint and said.kind == wanted.kind:
        return True
    asked = (
        fact.topics & exchange.asked.concepts
        or fact.generic & exchange.asked.generic
        or fact.question.keys & exchange.asked.keys
    )
    first = min((reading.sentence_at(q.start) for q in exchange.quantities if q.kind == said.kind), default=-1)
    return bool(asked) and number <= max(first, 0)


def _denied(exchange: Exchange, quantity: Quantity) -> bool:
    """« Pas toutes les nuits », « pas deux »: said only to be denied."""
    before = exchange.said.text[: quantity.start].lower().replace("’", "'").split()[-2:]
    if before and before[-1][-1:] in ",.;:…!?":
        return False
    if len(before) == 2 and before[0][-1:] in ",.;:…!?":
        before = before[1:]
    return any(word in ("pas", "non", "ni", "sans") for word in before)


def _changed(case: Case, fact: Fact, wanted: Quantity, places: list[Exchange]) -> Finding | None:
    if _said_somewhere(case, wanted, places):
        return None
    for exchange in places:
        rivals = _rivals(case, fact, wanted, exchange)
        if _reckoned(exchange, wanted, rivals):
            continue
        if not rivals and wanted.kind == "number" and wanted.value > 1:
            rivals = _counted_nouns(fact, exchange)
        if rivals:
            return _report(exchange, fact, wanted, rivals[0])
    return None


def _reckoned(exchange: Exchange, wanted: Quantity, rivals: list[Quantity]) -> bool:
    """Several numbers in one sentence, or one « sur » another, are a reckoning of the speaker's own, not another number."""
    values = sorted({q.value for q in rivals})
    numbers = {exchange.said.sentence_at(q.start) for q in rivals}
    if len(values) > 1 and len(numbers) == 1 and len(rivals) > 1:
        return True
    made = {a + b for a in values for b in values} | {a - b for a in values for b in values}
    if len(values) > 1 and any(abs(m - wanted.value) < 0.01 for m in made):
        return True
    return any(
        exchange.said.text[: q.start].lower().rstrip().endswith(" sur")
        or exchange.said.text[: q.start].lower().strip() == "sur"
        for q in rivals
    )


def _report(exchange: Exchange, fact: Fact, wanted: Quantity, rival: Quantity) -> Finding:
    quote = quote_of(exchange.said, rival.start, rival.end)
    parts = {"said": rival.text, "wanted": wanted.text}
    return finding("quantity_changed", exchange.turn, fact.answer.id, quote, None, **parts)


def _counted_nouns(fact: Fact, exchange: Exchange) -> list[Quantity]:
    """« Une otite » where the record counts otites: an article that counts."""
    words = exchange.said.words
    return [
        Quantity("number", 1.0, "", False, a.start, b.end, exchange.said.text[a.start : b.end])
        for a, b in pairwise(words)
        if a.word in ("un", "une") and b.key in fact.question.keys
    ]


def _hidden(case: Case, i: int, fact: Fact) -> Finding | None:
    """A fact conveyed nowhere, and an exchange left over that gives another quantity of just its kind."""
    if not case.lost(i):
        return None
    for exchange in case.free:
        if not (fact.hint and fact.hint == exchange.hint) and not fact.generic & exchange.asked.generic:
            continue
        for wanted in fact.quantities:
            rivals = [s for s in _rivals(case, fact, wanted, exchange) if _likeness(wanted, s) >= 2]
            if rivals:
                return _report(exchange, fact, wanted, rivals[0])
    return None


_AHEAD = frozenset(
    ("revoit", "reverra", "revoyons", "rendez", "rappelle", "rappellerai", "prochaine", "prochain", "appelez", "numero")
)
"""Words of a clinician who speaks of what comes next, not of what was said."""


def _misquoted(case: Case, fact: Fact, places: list[Exchange]) -> Finding | None:
    """The clinician takes up what was rightly said with another number: « Trois fois par jour, j'ai compris »."""
    for exchange in places[:1]:
        echo = case.echoes.get(exchange.turn + 1)
        if echo is None or not _AHEAD.isdisjoint(t.word for t in echo.words):
            continue
        said = list(exchange.quantities)
        for wanted in fact.quantities:
            right = [s for s in said if compare_quantities(wanted, s) == "same"]
            for spoken in echo.quantities:
                if (
                    right
                    and spoken.kind != "date"
                    and not (spoken.approx or wanted.approx or spoken.text.lower().startswith(("chaque", "tou")))
                    and _likeness(wanted, spoken) == 3
                    and (wanted.unit or wanted.per)
                    and not any(_likeness(s, spoken) == 3 and compare_quantities(s, spoken) == "same" for s in said)
                    and compare_quantities(wanted, spoken) == "different"
                    and not case.explained(spoken)
                ):
                    parts = {"said": spoken.text, "wanted": wanted.text}
                    quote = quote_of(echo, spoken.start, spoken.end)
                    return finding("quantity_changed", exchange.turn + 1, fact.answer.id, quote, None, **parts)
    return None


def check_quantities(case: Case) -> Iterator[Finding]:
    """Findings of quantity_changed, at most one a fact."""
    for i, fact in enumerate(case.facts):
        places = case.places(i)
        if fact.quantities and any(said_so(fact, exchange) for exchange in places[:2]):
            continue
        for wanted in fact.quantities:
            found = _changed(case, fact, wanted, places)
            if found is not None:
                break
        else:
            found = _hidden(case, i, fact) or _misquoted(case, fact, places)
        if found is not None:
            yield found
