"""Which exchange of the talk conveys which answer of the record: evidence by topic, by words, by quantities.

Evidence is weighed by how particular it is to the answer: a topic that three questions share tells little. Gives
numbers and places; whether something is missing or wrong is for the rules.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import fsum
from typing import NamedTuple

from colloque.checks.facts import Exchange, Fact
from colloque.french.agree import compare_quantities
from colloque.french.quantities import Quantity

__all__ = ["Alignment", "Evidence", "align"]


_WORD = 0.55
"""What one long word of the answer is worth, that no other answer holds."""


class Evidence(NamedTuple):
    """How far one exchange conveys one answer, each in [0, 1]: topic asked or named, words of the answer, quantities.

    `own` is the total of what no other answer of the record shares: it holds even where another answer accounts
    better for the exchange.
    """

    asked: float
    said: float
    counted: float
    own: float

    @property
    def total(self) -> float:
        """One figure: any of the three is enough, together they are surer."""
        return _total(self.asked, self.said, self.counted)


def _total(asked: float, said: float, counted: float) -> float:
    return 1.0 - (1.0 - asked * 0.8) * (1.0 - said * 0.8) * (1.0 - counted * 0.8)


_NOTHING = Evidence(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Alignment:
    """Evidence of every fact (row) in every exchange (column)."""

    facts: tuple[Fact, ...]
    exchanges: tuple[Exchange, ...]
    evidence: tuple[tuple[Evidence, ...], ...]

    held: tuple[tuple[float, ...], ...]

    @cached_property
    def spots(self) -> tuple[tuple[int, ...], ...]:
        """For each fact the columns that convey it, the best first: those within 0.6 of the best, and above 0.3."""
        return tuple([_columns(row, max(0.3, max(row, default=0.0) * 0.6)) for row in self.held])

    def places(self, i: int) -> tuple[int, ...]:
        """The columns that convey fact `i`, the best first."""
        return self.spots[i]

    def best(self, i: int) -> float:
        """The strongest evidence of fact `i` anywhere."""
        return max(self.held[i], default=0.0)

    def firm(self, i: int, floor: float = 0.5) -> tuple[int, ...]:
        """Columns that convey fact `i` beyond doubt, the best first, two at most: where a contradiction may be read."""
        return _columns(self.held[i], floor)[:2]


def _columns(row: Sequence[float], least: float) -> tuple[int, ...]:
    """Columns of at least that much, the most first."""
    return tuple(sorted([j for j, v in enumerate(row) if v >= least], key=lambda j: -row[j]))


def _held(evidence: Sequence[Sequence[Evidence]]) -> tuple[tuple[float, ...], ...]:
    """Totals, halved where another fact accounts better for the exchange, but for what is the fact's own."""
    totals = [[e.total for e in row] for row in evidence]
    out = []
    columns = [max(column) for column in zip(*totals, strict=True)]
    for i, row in enumerate(totals):
        held = []
        for j, total in enumerate(row):
            if total >= 0.2:
                rival = columns[j]  # itself where it is the best: then no rival is better
                if rival > total + 0.1:
                    total = max(evidence[i][j].own, total * 0.5)
            held.append(total)
        out.append(tuple(held))
    return tuple(out)


class _Shares(NamedTuple):
    """How little is shared: what each topic, family and key of the record weighs, one over the facts that hold it.

    `sole`: the topics and keys that one fact alone holds; `quantities`: all of them, by fact.
    """

    topics: dict[str, float]
    families: dict[str, float]
    keys: dict[str, float]
    sole_topics: frozenset[str]
    sole_keys: frozenset[str]
    quantities: tuple[tuple[int, Quantity], ...]


def _shares(facts: Sequence[Fact]) -> _Shares:
    topics: Counter[str] = Counter()
    families: Counter[str] = Counter()
    keys: Counter[str] = Counter()
    for fact in facts:
        topics.update(fact.topics | fact.told)
        keys.update(fact.question.keys | fact.given.keys)
        families.update(fact.families)
    return _Shares(
        topics=_weights(topics),
        families=_weights(families),
        keys=_weights(keys),
        sole_topics=_sole(topics),
        sole_keys=_sole(keys),
        quantities=tuple([(i, q) for i, f in enumerate(facts) for q in f.quantities]),
    )


def _weights(counts: Counter[str]) -> dict[str, float]:
    return {name: 1.0 / n for name, n in counts.items()}


def _sole(counts: Counter[str]) -> frozenset[str]:
    return frozenset([name for name, n in counts.items() if n == 1])


def _found(wanted: frozenset[str], heard: frozenset[str], shares: _Shares) -> tuple[float, float]:
    """Share of the wanted keys that are heard, rare ones weighing more, and the part of it that no other fact holds."""
    common = wanted & heard
    if not common:
        return 0.0, 0.0
    whole = fsum([shares.keys[k] for k in wanted])
    return fsum([shares.keys[k] for k in common]) / whole, len(common & shares.sole_keys) / whole


def _named(wanted: frozenset[str], named: frozenset[str], shares: _Shares) -> tuple[float, float]:
    """What the most particular of the wanted topics that are named weighs, and whether no other fact holds one."""
    common = wanted & named
    if not common:
        return 0.0, 0.0
    return max([shares.topics[c] for c in common]), 0.0 if common.isdisjoint(shares.sole_topics) else 1.0


def _evidence(i: int, fact: Fact, exchange: Exchange, shares: _Shares) -> Evidence:
    named, heard, families = exchange.named, exchange.heard, exchange.families
    if (
        fact.quantities == ()
        and fact.matters.isdisjoint(named)
        and fact.words.isdisjoint(heard)
        and fact.families.isdisjoint(families)
        and fact.generic.isdisjoint(exchange.asked.generic)
    ):
        return _NOTHING
    if fact.question.quantities and any(
        compare_quantities(q, s) == "same" for q in fact.question.quantities for s in exchange.asked.quantities
    ):
        heard = heard | fact.question.keys
    topic, sole_topic = _named(fact.topics, named, shares)
    words, sole_words = _found(fact.question.keys, heard, shares)
    asked = max(topic, words)
    kin = fact.families & families
    if not asked and fact.topics and kin:
        asked = max([(0.75 if f in named else 0.45) * shares.families[f] for f in kin])
    if (not fact.topics and fact.generic & exchange.asked.generic) or (
        fact.hint and fact.hint == exchange.hint and not fact.topics
    ):
        asked = max(asked, 0.6)
    told, sole_told = _named(fact.told, exchange.said.concepts, shares)
    answer, sole_answer = _found(fact.given.keys, exchange.said.keys, shares)
    said = max(0.8 * told, answer)
    if (
        said < _WORD
        and sole_answer
        and any(len(k) >= 5 for k in fact.given.keys & exchange.said.keys & shares.sole_keys)
    ):
        said = _WORD
    counted, alone = _counted(i, fact, exchange, shares)
    only = 0.75 if any(f in named and shares.families[f] == 1.0 for f in fact.families) else 0.0
    own = _total(
        max(only, sole_topic, sole_words),
        max(0.8 * sole_told, sole_answer, _WORD if said == _WORD else 0.0),
        alone,
    )
    if fact.family and not exchange.said.persons and not exchange.asked.family:
        return Evidence(asked * 0.4, said * 0.4, counted, own * 0.4)
    return Evidence(asked, said, counted, own)


def _weight(wanted: Quantity, spoken: Quantity) -> float:
    """How telling it is that two quantities agree: 2019 or 16/9 much, « une fois » or a bare six little."""
    if wanted.kind != spoken.kind:
        return 0.4 if wanted.value < 20 else 0.7
    if wanted.kind == "number" and wanted.unit != "rang" and wanted.value < 10 and wanted.value == int(wanted.value):
        return 0.4
    return 0.9


def _counted(i: int, fact: Fact, exchange: Exchange, shares: _Shares) -> tuple[float, float]:
    """Weighted share of the fact's quantities that are said, and the same for those that no other fact holds."""
    wanted = fact.quantities
    if not wanted:
        return 0.0, 0.0
    spoken = exchange.quantities
    full = alone = 0.0
    for quantity in wanted:
        hit = max((_weight(quantity, s) for s in spoken if compare_quantities(quantity, s) == "same"), default=0.0)
        full += hit
        if hit and not any(k != i and compare_quantities(quantity, q) == "same" for k, q in shares.quantities):
            alone += hit
    return full / len(wanted), alone / len(wanted)


def align(facts: tuple[Fact, ...], exchanges: tuple[Exchange, ...]) -> Alignment:
    """The evidence table of a record and a talk."""
    shares = _shares(facts)
    evidence = tuple(tuple(_evidence(i, f, e, shares) for e in exchanges) for i, f in enumerate(facts))
    return Alignment(facts, exchanges, evidence, _held(evidence))
