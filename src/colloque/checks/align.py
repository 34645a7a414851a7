"""Which exchange of the talk conveys which answer of the record: evidence by topic, by words, by quantities.

Evidence is weighed by how particular it is to the answer: a topic that three questions share tells little. Gives
numbers and places; whether something is missing or wrong is for the rules.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from colloque.checks.facts import Exchange, Fact, family_of
from colloque.french.agree import compare_quantities
from colloque.french.quantities import Quantity

__all__ = ["Alignment", "Evidence", "align", "spoken_quantities"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """How far one exchange conveys one answer, each in [0, 1]: topic asked or named, words of the answer, quantities."""

    asked: float
    said: float
    counted: float

    @property
    def total(self) -> float:
        """One figure: any of the three is enough, together they are surer."""
        return 1.0 - (1.0 - self.asked * 0.8) * (1.0 - self.said * 0.8) * (1.0 - self.counted * 0.7)


@dataclass(frozen=True, slots=True)
class Alignment:
    """Evidence of every fact (row) in every exchange (column)."""

    facts: tuple[Fact, ...]
    exchanges: tuple[Exchange, ...]
    evidence: tuple[tuple[Evidence, ...], ...]

    def places(self, i: int, share: float = 0.6, floor: float = 0.3) -> tuple[int, ...]:
        """Columns that convey fact `i`, the best first: those within `share` of the best, above `floor`."""
        row = [e.total for e in self.evidence[i]]
        best = max(row, default=0.0)
        if best < floor:
            return ()
        return tuple(
            sorted((j for j, v in enumerate(row) if v >= max(floor, best * share)), key=lambda j: (-row[j], j))
        )

    def best(self, i: int) -> float:
        """The strongest evidence of fact `i` anywhere."""
        return max((e.total for e in self.evidence[i]), default=0.0)


def spoken_quantities(quantities: Sequence[Quantity], text: str) -> list[Quantity]:
    """The quantities of a text, and those that two bare numbers make together: « trente-huit deux », « seize neuf »."""
    out = list(quantities)
    for a, b in pairwise(quantities):
        between = text[a.end : b.start].strip(" ,")
        if a.kind != "number" or a.unit or a.high or b.high or between not in ("", "virgule", "et", "sur", "/"):
            continue
        if b.kind == "number" and not b.unit and 0 < b.value < 100 and b.value == int(b.value):
            value = float(f"{int(a.value)}.{int(b.value)}") if a.value == int(a.value) else a.value
            out.append(Quantity("number", value, "", False, a.start, b.end, text[a.start : b.end]))
            if 6 <= a.value <= 25 and 3 <= b.value <= 14:
                out.append(
                    Quantity(
                        "pressure", a.value + b.value / 100, "tension", False, a.start, b.end, text[a.start : b.end]
                    )
                )
    return out


def _weights(facts: Sequence[Fact]) -> tuple[Counter[str], Counter[str]]:
    topics: Counter[str] = Counter()
    keys: Counter[str] = Counter()
    for fact in facts:
        topics.update(fact.topics | fact.told)
        keys.update(fact.question.keys | fact.given.keys)
    return topics, keys


def _share(wanted: frozenset[str], found: frozenset[str], counts: Counter[str]) -> float:
    whole = sum(1.0 / counts[k] for k in wanted)
    return sum(1.0 / counts[k] for k in wanted if k in found) / whole if whole else 0.0


def _evidence(fact: Fact, exchange: Exchange, topics: Counter[str], keys: Counter[str]) -> Evidence:
    named = exchange.asked.concepts | exchange.said.concepts
    heard = exchange.asked.keys | exchange.said.keys
    asked = max((1.0 / topics[c] for c in fact.topics if c in named), default=0.0)
    if not asked and fact.topics:
        families = {family_of(c) for c in named}
        asked = max((0.45 / topics[c] for c in fact.topics if family_of(c) in families), default=0.0)
    asked = max(asked, _share(fact.question.keys, heard, keys))
    if not fact.topics and fact.generic & exchange.asked.generic:
        asked = max(asked, 0.6)
    told = max((1.0 / topics[c] for c in fact.told if c in exchange.said.concepts), default=0.0)
    said = max(told * 0.8, _share(fact.given.keys, exchange.said.keys, keys))
    return Evidence(asked, said, _counted(fact, exchange))


def _counted(fact: Fact, exchange: Exchange) -> float:
    wanted = fact.given.quantities
    if not wanted:
        return 0.0
    spoken = spoken_quantities(exchange.said.quantities, exchange.said.text)
    hits = sum(any(compare_quantities(q, s) == "same" for s in spoken) for q in wanted)
    return hits / len(wanted)


def align(facts: tuple[Fact, ...], exchanges: tuple[Exchange, ...]) -> Alignment:
    """The evidence table of a record and a talk."""
    topics, keys = _weights(facts)
    return Alignment(facts, exchanges, tuple(tuple(_evidence(f, e, topics, keys) for e in exchanges) for f in facts))
