"""A record and a talk laid side by side: what the fidelity rules look at. Finds nothing itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from colloque.checks.align import Alignment, align
from colloque.checks.facts import Exchange, Fact, exchanges_of, facts_of, family_of, is_about_child, sentences_of
from colloque.checks.order import by_order
from colloque.checks.reading import Reading, read_text
from colloque.core import Dialogue, Questionnaire
from colloque.french.agree import compare_quantities
from colloque.french.persons import persons
from colloque.french.quantities import Quantity, quantities

__all__ = ["FLOOR", "Case", "case_of", "quote_of", "said_so", "texts_of"]


FLOOR = 0.4
"""Evidence below which a fact counts as not conveyed: 2 % of the faithful facts of the corpus, 90 % of those cut out."""


@dataclass(frozen=True)
class Case:
    """Facts, exchanges and their alignment; `child`: the patient is a child and a parent speaks.

    `echoes`: what the clinician states, by turn, without what is asked, where it holds a number or a person. `stated`: for
    a fact, the exchanges that the writer says to state it, where the writer says so.
    """

    facts: tuple[Fact, ...]
    exchanges: tuple[Exchange, ...]
    alignment: Alignment
    child: bool
    last_turn: int
    echoes: dict[int, Reading]
    stated: dict[int, tuple[int, ...]]

    def places(self, i: int) -> list[Exchange]:
        """The exchanges that convey fact `i`, the best first; where only order tells, the one that order gives."""
        found = self.placed(i)
        return found or ([self.exchanges[self.ordered[i]]] if i in self.ordered else [])

    def placed(self, i: int) -> list[Exchange]:
        """The exchanges that convey fact `i` by words, topic, quantities, or because the writer says so, the best first."""
        columns = self.alignment.places(i)
        if i in self.stated:
            columns = (*self.stated[i], *(j for j in columns if j not in self.stated[i]))
        return [self.exchanges[j] for j in columns]

    def firm(self, i: int) -> tuple[int, ...]:
        """Columns that convey fact `i` beyond doubt: by the evidence, or because the writer says so."""
        return (self.stated[i][:1] if i in self.stated else ()) or self.alignment.firm(i)

    @cached_property
    def ordered(self) -> dict[int, int]:
        """Facts that only their order places, and the exchange."""
        return by_order(self.alignment.held, ["?" in e.clinician for e in self.exchanges])

    def by_order_only(self, fact: Fact, exchange: Exchange) -> bool:
        """Nothing but the order of the record says that the exchange conveys the fact."""
        i = next(k for k, f in enumerate(self.facts) if f is fact)
        return i in self.ordered and self.exchanges[self.ordered[i]] is exchange and not self.alignment.places(i)

    @cached_property
    def record_concepts(self) -> frozenset[str]:
        """Every clinical matter that the record names, in question or answer, told or not."""
        return frozenset(c for f in self.facts for c in f.topics | f.told)

    @cached_property
    def record_families(self) -> frozenset[str]:
        """The families of those matters."""
        return frozenset(family_of(c) for c in self.record_concepts)

    @cached_property
    def record_keys(self) -> frozenset[str]:
        """Keys of all words of the record that carry content."""
        return frozenset(k for f in self.facts for k in f.question.keys | f.given.keys)

    @cached_property
    def record_quantities(self) -> list[Quantity]:
        """All quantities of the record's answers and questions, pairs of numbers included."""
        asked = [q for f in self.facts for q in f.question.quantities]
        return asked + [q for f in self.facts for q in (f.quantities or f.given.quantities)]

    @cached_property
    def record_kins(self) -> frozenset[str]:
        """Kin classes of all persons in the record."""
        return frozenset(p.kin for f in self.facts for r in (f.given, f.question) for p in r.persons)

    def explained(self, quantity: Quantity) -> bool:
        """Some quantity of the record can be what is said."""
        return any(compare_quantities(q, quantity) == "same" for q in self.record_quantities)

    @cached_property
    def free(self) -> list[Exchange]:
        """Exchanges that are no fact's first place and tell something: an answer may hide there in unknown words."""
        used = {self.alignment.places(i)[0] for i in range(len(self.facts)) if self.alignment.best(i) >= FLOOR}
        return [
            e for j, e in enumerate(self.exchanges) if j not in used and ("?" in e.clinician or len(e.said.keys) >= 3)
        ]

    def lost(self, i: int) -> bool:
        """Fact `i` is conveyed nowhere that its words, topic or quantities would show."""
        return self.alignment.best(i) < FLOOR and not self._states(i)

    def _states(self, i: int) -> bool:
        """The writer says where the fact is stated, and a word, number or topic of it is there, or it has none to show."""
        fact = self.facts[i]
        return any(
            self.alignment.held[i][j] > 0 or not (fact.given.keys or fact.quantities) for j in self.stated.get(i, ())
        )

    def owner(self, exchange: Exchange) -> int:
        """The fact that the exchange conveys best."""
        j = next(k for k, e in enumerate(self.exchanges) if e is exchange)
        here = [i for i, columns in self.stated.items() if j in columns]
        if here:
            return max(here, key=lambda i: (self.alignment.held[i][j], -i))
        return max(range(len(self.facts)), key=lambda i: (self.alignment.held[i][j], -i))

    def sharers(self, exchange: Exchange) -> Iterator[int]:
        """Facts that the exchange conveys."""
        for i in range(len(self.facts)):
            if exchange in self.places(i):
                yield i


def case_of(questionnaire: Questionnaire, dialogue: Dialogue) -> Case:
    """The case of a record and the talk made of it."""
    facts = facts_of(questionnaire)
    child = is_about_child(facts)
    exchanges = exchanges_of(dialogue, child)
    echoes = {
        i: read_text(text)
        for i, turn in enumerate(dialogue.turns)
        if i and turn.role == "clinician" and (text := _statements(turn.text)) and (quantities(text) or persons(text))
    }
    stated = _stated(facts, exchanges, dialogue)
    return Case(facts, exchanges, align(facts, exchanges), child, len(dialogue.turns) - 1, echoes, stated)


def _stated(facts: tuple[Fact, ...], exchanges: tuple[Exchange, ...], dialogue: Dialogue) -> dict[int, tuple[int, ...]]:
    """What the writer says of where each fact is stated, by fact and exchange; empty where he says nothing."""
    rows = {fact.answer.id: i for i, fact in enumerate(facts)}
    out: dict[int, tuple[int, ...]] = {}
    for j, exchange in enumerate(exchanges):
        for stated in dialogue.turns[exchange.turn].states:
            i = rows.get(stated.answer)
            if i is not None and j not in out.get(i, ()):
                out[i] = (*out.get(i, ()), j)
    return out


def _statements(text: str) -> str:
    """The sentences of a clinician's turn that ask nothing."""
    return " ".join(s for s in sentences_of(text) if "?" not in s)


def quote_of(reading: Reading, start: int, end: int) -> str:
    """The sentence around characters [start, end) of a text, as the quote of a finding."""
    first, last = reading.sentence_at(start), reading.sentence_at(max(start, end - 1))
    inside = [t for t, s in zip(reading.words, reading.sentence, strict=True) if first <= s <= last]
    return reading.text[inside[0].start : inside[-1].end] if inside else reading.text


def texts_of(fact: Fact) -> dict[str, str]:
    """The record's words that a finding quotes."""
    return {"question": fact.answer.question, "given": fact.answer.answer}


_BARE = frozenset(("oui", "non", "ouais", "nan", "si"))


def said_so(fact: Fact, exchange: Exchange) -> bool:
    """The reply holds the answer's own words in their order, or its very degree: then it contradicts nothing."""
    said = [t.word for t in exchange.said.words if t.word[0].isalnum()]
    wanted = [t.word for t in fact.given.words if t.word[0].isalnum()]
    if wanted and not (len(wanted) == 1 and wanted[0] in _BARE):
        size = len(wanted)
        if any(said[k : k + size] == wanted for k in range(len(said) - size + 1)):
            return True
    option = fact.option
    return option is not None and any(
        (v.family, v.level) == (option.family, option.level) for v in exchange.said.levels
    )
