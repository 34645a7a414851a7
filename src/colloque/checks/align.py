"""Which exchange of the talk conveys which answer of the record: evidence by topic, by words, by quantities.

Evidence is weighed by how particular it is to the answer: a topic that three questions share tells little. Gives
numbers and places; whether something is missing or wrong is for the rules.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from colloque.checks.facts import Exchange, Fact
from colloque.french.agree import compare_quantities
from colloque.french.quantities import Quantity

__all__ = ["Alignment", "Evidence", "align"]


_WORD = 0.55
"""What one long word of the answer is worth, that no other answer holds."""


@dataclass(frozen=True, slots=True)
class Evidence:
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


@dataclass(frozen=True, slots=True)
class Alignment:
    """Evidence of every fact (row) in every exchange (column)."""

    facts: tuple[Fact, ...]
    exchanges: tuple[Exchange, ...]
    evidence: tuple[tuple[Evidence, ...], ...]

    held: tuple[tuple[float, ...], ...]

    def places(self, i: int, share: float = 0.6, floor: float = 0.3) -> tuple[int, ...]:
        """Columns that convey fact `i`, the best first: those within `share` of the best, above `floor`."""
        row = self.held[i]
        least = max(floor, max(row, default=0.0) * share)
        return tuple(sorted((j for j, v in enumerate(row) if v >= least), key=lambda j: (-row[j], j)))

    def best(self, i: int) -> float:
        """The strongest evidence of fact `i` anywhere."""
        return max(self.held[i], default=0.0)

    def firm(self, i: int, floor: float = 0.5) -> tuple[int, ...]:
        """Columns that convey fact `i` beyond doubt, the best first, two at most: where a contradiction may be read."""
        row = self.held[i]
        return tuple(sorted((j for j, v in enumerate(row) if v >= floor), key=lambda j: (-row[j], j))[:2])


def _held(evidence: Sequence[Sequence[Evidence]]) -> tuple[tuple[float, ...], ...]:
    """Totals, halved where another fact accounts better for the exchange, but for what is the fact's own."""
    totals = [[e.total for e in row] for row in evidence]
    out = []
    for i, row in enumerate(totals):
        held = []
        for j, total in enumerate(row):
            if total >= 0.2:
                rival = max((other[j] for k, other in enumerate(totals) if k != i), default=0.0)
                if rival > total + 0.1:
                    total = max(evidence[i][j].own, total * 0.5)
            held.append(total)
        out.append(tuple(held))
    return tuple(out)


@dataclass(frozen=True, slots=True)
class _Shares:
    """How many facts of the record hold each topic, each key; and all their quantities, by fact."""

    topics: Counter[str]
    families: Counter[str]
    keys: Counter[str]
    quantities: tuple[tuple[int, Quantity], ...]


def _shares(facts: Sequence[Fact]) -> _Shares:
    topics: Counter[str] = Counter()
    families: Counter[str] = Counter()
    keys: Counter[str] = Counter()
    for fact in facts:
        topics.update(fact.topics | fact.told)
        keys.update(fact.question.keys | fact.given.keys)
        families.update(fact.families)
    return _Shares(topics, families, keys, tuple((i, q) for i, f in enumerate(facts) for q in f.quantities))


def _share(wanted: frozenset[str], found: frozenset[str], counts: Counter[str], most: int = 99) -> float:
    """Share of the wanted keys that are found, rare ones weighing more; only those of at most `most` facts count as found."""
    whole = sum(1.0 / counts[k] for k in wanted)
    return sum(1.0 / counts[k] for k in wanted if k in found and counts[k] <= most) / whole if whole else 0.0


def _topic(wanted: frozenset[str], found: frozenset[str], counts: Counter[str], most: int = 99) -> float:
    return max((1.0 / counts[c] for c in wanted if c in found and counts[c] <= most), default=0.0)


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
    asked = max(_topic(fact.topics, named, shares.topics), _share(fact.question.keys, heard, shares.keys))
    if not asked and fact.topics:
        asked = max(
            ((0.75 if f in named else 0.45) / shares.families[f] for f in fact.families if f in families), default=0.0
        )
    if (not fact.topics and fact.generic & exchange.asked.generic) or (
        fact.hint and fact.hint == exchange.hint and not fact.topics
    ):
        asked = max(asked, 0.6)
    said = max(
        0.8 * _topic(fact.told, exchange.said.concepts, shares.topics),
        _share(fact.given.keys, exchange.said.keys, shares.keys),
    )
    if said < _WORD and any(shares.keys[k] == 1 and len(k) >= 5 for k in fact.given.keys & exchange.said.keys):
        said = _WORD
    counted, alone = _counted(i, fact, exchange, shares)
    only = max((0.75 for f in fact.families if f in named and shares.families[f] == 1), default=0.0)
    own = _total(
        max(only, _topic(fact.topics, named, shares.topics, 1), _share(fact.question.keys, heard, shares.keys, 1)),
        max(
            0.8 * _topic(fact.told, exchange.said.concepts, shares.topics, 1),
            _share(fact.given.keys, exchange.said.keys, shares.keys, 1),
            _WORD if said == _WORD else 0.0,
        ),
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
