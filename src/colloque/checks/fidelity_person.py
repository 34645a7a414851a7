"""attribution_changed: a fact of the record is told of somebody else, or of another time.

A relative's illness told in the first person, the patient's own told of a relative, one relative put for another.
"""

from collections.abc import Iterator

from colloque.checks.case import Case
from colloque.checks.claims import POLAR
from colloque.checks.facts import Exchange, Fact
from colloque.checks.fidelity_swap import FIRST, KIN_KEYS, alike, reattributed, self_swapped, swapped, theirs_alone
from colloque.checks.reading import Reading
from colloque.core import Finding
from colloque.french.agree import compare_quantities
from colloque.french.lexicon import NEGATIONS, concepts
from colloque.french.persons import Person
from colloque.french.phrases import marks

__all__ = ["check_persons"]

_NOT_KIN = frozenset(("soignant", "chef", "collegue"))


_SUFFERED = frozenset(("symptom", "history", "risk"))
"""What somebody has, unlike a medicine that may be another's."""


def _claimed(fact: Fact, places: list[Exchange]) -> Finding | None:
    """A relative's illness in the record, said to be the speaker's own in the talk."""
    theirs = {c.concept for c in fact.claims if c.kin and c.kin != "famille" and c.sign == 1}
    for exchange in places[:2]:
        for claim in exchange.claims:
            same = [c for c in exchange.claims if c.concept == claim.concept and c.explicit]
            if concepts()[claim.concept].kind not in _SUFFERED:
                continue
            if claim.concept not in theirs or not claim.explicit or claim.sign != 1 or any(c.kin for c in same):
                continue
            sentence = exchange.said.sentence_at(claim.start)
            inside = [
                t
                for t, s in zip(exchange.said.words, exchange.said.sentence, strict=True)
                if s == sentence and t.start < claim.start
            ]
            if any(t.word in FIRST for t in inside[-_NEAR:]) and concepts()[claim.concept].hard:
                return reattributed(exchange, fact, claim.start, claim.end)
    return None


_NEAR = 6
"""Words before a claim within which « j'ai » makes it the speaker's own."""


def _by_time(fact: Fact, places: list[Exchange]) -> Finding | None:
    """What the record says is over, said to go on: in a sentence about it, with « toujours » or its like and nothing denied."""
    if "over" not in marks(fact.given.text):
        return None
    for exchange in places[:1]:
        said = exchange.said
        words = {t.word for t in said.words}
        going = marks(said.text).get("ongoing")
        if not going or "over" in marks(said.text) or words & NEGATIONS or words & _DROPPED:
            continue
        number = said.sentence[going[0][0]]
        about = {said.sentence_at(m.start) for m in said.mentions if m.concept in fact.matters}
        about |= {s for t, s in zip(said.words, said.sentence, strict=True) if t.key in fact.words}
        if number in about or (number == 0 and fact.topics & exchange.asked.concepts):
            start = said.words[going[0][0]].start
            return reattributed(exchange, fact, start, start + 1, None if fact.words & said.keys else "warning")
    return None


_DROPPED = frozenset(
    (
        "laisse",
        "laissee",
        "lache",
        "tombe",
        "tomber",
        "jete",
        "avais",
        "etais",
        "prenais",
        "fumais",
        "buvais",
        "mis",
        "cesse",
        "quitte",
        "termine",
    )
)


def _family_question(exchange: Exchange) -> bool:
    return "famill" in exchange.asked.text.lower()


_WHO = frozenset(("qui", "quelqu", "personne", "entourage", "autour", "proche", "proches", "lequel", "laquelle"))


def _asks_who(reading: Reading) -> bool:
    return not _WHO.isdisjoint(t.word for t in reading.words)


def _head(exchange: Exchange) -> Person | None:
    """The person whom a reply names first, with a possessive or an article, as its subject or its whole answer."""
    said = exchange.said
    for person in said.persons:
        if person.kin in _NOT_KIN or person.end - person.first < 2:
            continue
        before = [t.word for t in said.words[: person.first] if t.word[0].isalnum()]
        return person if said.sentence[person.first] == 0 and len(before) <= 3 else None
    return None


def _replaced(case: Case, i: int, fact: Fact, places: list[Exchange], kins: set[str]) -> Finding | None:
    """One person put for another: another answers the question who, or stands where the record's stands, who is not named there."""
    everywhere = {p.kin for e in case.exchanges for r in (e.said, e.asked) for p in r.persons}
    for exchange in places[:1]:
        echo = case.echoes.get(exchange.turn + 1)
        here = [*exchange.said.persons, *exchange.asked.persons, *(echo.persons if echo else ())]
        if any(alike(kin, p.kin, case.child) for kin in kins for p in here) or case.owner(exchange) != i:
            continue
        head = _head(exchange)
        new = head if head and not any(alike(head.kin, k, case.child) for k in kins) else None
        if new is None or (exchange.asked.persons and not _family_question(exchange)):
            continue
        first = fact.given.persons[0].first <= 1
        asked = _asks_who(exchange.asked) and (_asks_who(fact.question) or first)
        unheard = not any(alike(k, e, case.child) for k in kins for e in everywhere) and not _named_with(
            case, fact, kins
        )
        if asked or (first and unheard):
            words = exchange.said.words
            return reattributed(exchange, fact, words[new.first].start, words[new.end - 1].end)
    return None


def _disowned(fact: Fact, places: list[Exchange]) -> Finding | None:
    """« C'est mon mari, pas moi »: the patient's own fact, handed to somebody whom the answer does not name."""
    for exchange in places[:1]:
        said = exchange.said
        new = [
            p for p in said.persons if p.kin not in _NOT_KIN and p.kin not in {q.kin for q in exchange.asked.persons}
        ]
        apart = {said.sentence[first] for first, _, _ in marks(said.text).get("not_me", ())}
        new = [p for p in new if p.kin != "enfant" and said.sentence[p.first] in apart]
        if new and not fact.given.keys & said.keys:
            words = [t.word for t in said.words]
            plainly = words[max(0, new[0].first - 3) : new[0].first][:2] == ["c", "est"] or words[
                max(0, new[0].first - 2) : new[0].first
            ] == ["c", "est"]
            start, end = said.words[new[0].first].start, said.words[new[0].end - 1].end
            return reattributed(exchange, fact, start, end, None if plainly else "warning")
    return None


def _cleft(fact: Fact, places: list[Exchange]) -> Finding | None:
    """« C'est ma femme qui est arrêtée, depuis trois semaines »: the fact's own words in a sentence that names another."""
    for exchange in places[:1]:
        said = exchange.said
        for person in said.persons:
            words = [t.word for t in said.words]
            if (
                person.kin in _NOT_KIN
                or words[max(0, person.first - 2) : person.first] != ["c", "est"]
                or words[person.end : person.end + 1] != ["qui"]
                or not {"me", "m", "nous"}.isdisjoint(words[person.end + 1 : person.end + 2])
            ):
                continue
            inside = [t for t, s in zip(said.words, said.sentence, strict=True) if s == said.sentence[person.first]]
            start, end = inside[0].start, inside[-1].end
            told = {t.key for t in inside} & fact.given.keys or any(
                compare_quantities(q, s) == "same"
                for q in fact.quantities
                for s in exchange.quantities
                if start <= s.start < end
            )
            if told:
                return reattributed(exchange, fact, start, end, "warning")
    return None


def _to_relative(case: Case, fact: Fact, places: list[Exchange]) -> Finding | None:
    """A claim of the patient's own, told of a relative whom the record does not know, and of nobody else."""
    for exchange in places[:1]:
        if _head(exchange) is None or not {"j", "je", "moi", "m"}.isdisjoint(t.word for t in exchange.said.words):
            continue
        for mine in fact.claims:
            theirs = [c for c in exchange.claims if c.concept == mine.concept and c.explicit]
            if (
                concepts()[mine.concept].kind not in POLAR
                or mine.kin
                or not mine.explicit
                or mine.sign != 1
                or not theirs
            ):
                continue
            if all(
                c.kin and c.kin not in case.record_kins and c.kin not in ("famille", *_NOT_KIN) and c.sign == 1
                for c in theirs
            ):
                return reattributed(exchange, fact, theirs[0].start, theirs[0].end)
    return None


def _named_with(case: Case, fact: Fact, kins: set[str]) -> bool:
    """The record's person, or one that the same word may mean, is spoken of by the patient in a turn that holds any of the answer."""
    return any(
        alike(k, p.kin, case.child)
        for e in case.exchanges
        if fact.told & e.said.concepts or (fact.given.keys - KIN_KEYS) & e.said.keys or fact.topics & e.named
        for k in kins
        for p in e.said.persons
    )


def check_persons(case: Case) -> Iterator[Finding]:
    """Findings of attribution_changed, at most one a fact."""
    for i, fact in enumerate(case.facts):
        places = case.placed(i)
        kins = {p.kin for p in fact.given.persons}
        if case.child:
            kins.discard("enfant")
        found = None
        if kins:
            found = swapped(case, fact, places)
            if found is None and theirs_alone(fact):
                found = self_swapped(case, fact, places)
            found = found or _claimed(fact, places)
            found = found or _replaced(case, i, fact, places, kins)
        else:
            found = _to_relative(case, fact, places) or _disowned(fact, places) or _cleft(fact, places)
        found = found or _by_time(fact, places)
        if found is not None:
            yield found
