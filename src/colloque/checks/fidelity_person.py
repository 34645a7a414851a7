"""attribution_changed: a fact of the record is told of somebody else, or of another time.

A relative's illness told in the first person, the patient's own told of a relative, one relative put for another.
"""

from collections.abc import Iterator

from colloque.checks.case import Case, quote_of, texts_of
from colloque.checks.claims import POLAR
from colloque.checks.facts import Exchange, Fact
from colloque.checks.fidelity_book import finding
from colloque.checks.reading import Reading
from colloque.core import Finding, Severity
from colloque.french.agree import compare_quantities
from colloque.french.lexicon import NEGATIONS, concepts
from colloque.french.persons import Person
from colloque.french.phrases import marks
from colloque.french.tokens import Token, key_of

__all__ = ["check_persons"]

_FIRST = frozenset(("j", "je"))
_KIN_KEYS = frozenset(
    key_of(w) for w in ("pere", "mere", "frere", "soeur", "mari", "femme", "fils", "fille", "oncle", "tante", "cousin", "voisine", "voisin", "amie", "ami", "grand")
)  # fmt: skip
_NOT_KIN = frozenset(("soignant", "chef", "collegue"))


def _report(exchange: Exchange, fact: Fact, start: int, end: int, severity: Severity | None = None) -> Finding:
    quote = quote_of(exchange.said, start, end)
    return finding("attribution_changed", exchange.turn, fact.answer.id, quote, severity, **texts_of(fact))


def _theirs_alone(fact: Fact) -> bool:
    """The answer opens with somebody else and speaks of no « je »."""
    words = [t.word for t in fact.given.words]
    opening = [w for w in words[: fact.given.persons[0].first] if w[0].isalnum()]
    return len(opening) <= 4 and set(opening) <= _OPENERS and not _FIRST & set(words)


_OPENERS = frozenset(
    ("oui", "non", "pas", "moi", "mais", "c", "est", "seulement", "juste", "que", "ah", "si", "la", "le")
)


def _self_swapped(case: Case, fact: Fact, places: list[Exchange]) -> Finding | None:
    """« Pas moi, ma sœur » in the record; in the talk it is the speaker, and she never."""
    words = [t.word for t in fact.given.words]
    if "moi" not in words[:3]:
        return None
    kins = {p.kin for p in fact.given.persons}
    for exchange in {id(e): e for e in (*places, *case.exchanges)}.values():
        said = exchange.said
        theirs = [p for p in said.persons if any(_alike(p.kin, k, case.child) for k in kins)]
        if not theirs or not (fact.given.keys | fact.question.keys) & said.keys - _KIN_KEYS:
            continue
        person = theirs[0]
        part = _clause_of(said, person.end)
        denied = any(t.word in NEGATIONS or t.word == "rien" for t in part)
        mine = [t for t in said.words[: person.first] if t.word in ("moi", "j", "je")]
        own = [
            t
            for t in said.words[: person.first]
            if t.word in NEGATIONS and said.sentence_at(t.start) == said.sentence[person.first]
        ]
        if denied and mine and not own:
            return _report(exchange, fact, mine[0].start, mine[0].end)
    return None


def _clause_of(reading: Reading, at: int) -> list[Token]:
    """The words from token `at` to the next comma that follows a verb, or the end of the sentence."""
    out: list[Token] = []
    for token in reading.words[at : at + 12]:
        if token.word in (".", "?", "!", ";", "...", "…") or (token.word == "," and len(out) > 2):
            break
        out.append(token)
    return out


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
            if any(t.word in _FIRST for t in inside[-_NEAR:]) and concepts()[claim.concept].hard:
                return _report(exchange, fact, claim.start, claim.end)
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
            return _report(exchange, fact, start, start + 1, None if fact.words & said.keys else "warning")
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


_ALIKE = frozenset(
    frozenset(pair) for pair in (("conjoint", "ami"), ("parents", "pere"), ("parents", "mere"), ("collegue", "chef"), ("collegue", "ami"), ("voisin", "ami"), ("soignant", "aide"))
)  # fmt: skip
"""Classes that one word may mean: « mon ami », « les parents »."""
_ALIKE_OF_CHILD = frozenset(
    frozenset(pair) for pair in (("conjoint", "pere"), ("conjoint", "mere"), ("enfant", "frere"), ("enfant", "soeur"))
)
"""What a parent says: « mon mari » is the child's father, « la grande » its sister."""


def _alike(a: str, b: str, child: bool) -> bool:
    return a == b or frozenset((a, b)) in _ALIKE or (child and frozenset((a, b)) in _ALIKE_OF_CHILD)


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
        if any(_alike(kin, p.kin, case.child) for kin in kins for p in here) or case.owner(exchange) != i:
            continue
        head = _head(exchange)
        new = head if head and not any(_alike(head.kin, k, case.child) for k in kins) else None
        if new is None or (exchange.asked.persons and not _family_question(exchange)):
            continue
        asked = _asks_who(exchange.asked) and (_asks_who(fact.question) or fact.given.persons[0].first <= 1)
        if asked or (
            fact.given.persons[0].first <= 1 and not any(_alike(k, e, case.child) for k in kins for e in everywhere)
        ):
            words = exchange.said.words
            return _report(exchange, fact, words[new.first].start, words[new.end - 1].end)
    return None


def _parts(reading: Reading) -> dict[str, list[Token]]:
    """The words that follow each person named, up to the next one; of a kin named twice, all."""
    out: dict[str, list[Token]] = {}
    for k, person in enumerate(reading.persons):
        last = reading.persons[k + 1].first if k + 1 < len(reading.persons) else len(reading.words)
        out.setdefault(person.kin, []).extend(reading.words[person.end : last])
    return out


_WELL = frozenset(
    (
        "bien",
        "tranquille",
        "forme",
        "cool",
        "nickel",
        "impeccable",
        "va",
        "gentil",
        "gentille",
        "adorable",
        "adore",
        "soutient",
        "super",
    )
)
_ILL = frozenset(
    (
        "pas",
        "plus",
        "jamais",
        "rien",
        "mal",
        "dispute",
        "disputes",
        "engueule",
        "conflit",
        "tendu",
        "deteste",
        "insupportable",
    )
)


_ANSWERS = {"oui": 1, "ouais": 1, "si": 1, "non": -1, "nan": -1, "jamais": -1}


def _mood(words: list[Token]) -> int:
    """1: only good is said of somebody, -1: only bad, 0: both or neither."""
    answer = next((t.word for t in words[:4] if t.word in _ANSWERS), None)
    if answer is not None:
        return _ANSWERS[answer]
    found = {t.word for t in words}
    good, bad = bool(found & _WELL), bool(found & _ILL)
    return good - bad


def _swapped(case: Case, fact: Fact, places: list[Exchange]) -> Finding | None:
    """Two persons of one answer, and what is said of each told of the other."""
    mine = _parts(fact.given)
    for exchange in places[:1] if len(mine) == 2 else ():
        spoken = _parts(exchange.said)
        theirs = {k: words for kin in mine for k, words in ((kin, next((w for s, w in spoken.items() if _alike(kin, s, case.child)), None)),) if words is not None}  # fmt: skip
        if len(theirs) != 2:
            continue
        (a, b) = mine
        keys = {kin: {t.key for t in words if t.weight == 2} - _KIN_KEYS for kin, words in mine.items()}
        heard = {kin: {t.key for t in words} for kin, words in theirs.items()}
        crossed = any(
            (keys[x] - keys[y]) & heard[y] and not keys[x] & heard[x] and not keys[y] & heard[y]
            for x, y in ((a, b), (b, a))
        )
        moods = {_mood(mine[a]) * _mood(mine[b]), _mood(theirs[a]) * _mood(theirs[b])}
        turned = moods == {-1} and _mood(mine[a]) != _mood(theirs[a])
        if crossed or turned:
            start = theirs[a][0].start if theirs[a] else 0
            return _report(exchange, fact, start, start + 1)
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
            return _report(exchange, fact, start, end, None if plainly else "warning")
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
                return _report(exchange, fact, start, end, "warning")
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
                return _report(exchange, fact, theirs[0].start, theirs[0].end)
    return None


def _named_with(case: Case, fact: Fact, kins: set[str]) -> bool:
    """The record's person, or one that the same word may mean, is spoken of by the patient in a turn that holds any of the answer."""
    return any(
        _alike(k, p.kin, case.child)
        for e in case.exchanges
        if fact.told & e.said.concepts or (fact.given.keys - _KIN_KEYS) & e.said.keys or fact.topics & e.named
        for k in kins
        for p in e.said.persons
    )


def check_persons(case: Case) -> Iterator[Finding]:
    """Findings of attribution_changed, at most one a fact."""
    for i, fact in enumerate(case.facts):
        places = case.places(i)
        kins = {p.kin for p in fact.given.persons}
        if case.child:
            kins.discard("enfant")
        found = None
        if kins:
            found = _swapped(case, fact, places)
            if found is None and _theirs_alone(fact):
                found = _self_swapped(case, fact, places)
            found = found or _claimed(fact, places)
            if found is None and not _named_with(case, fact, kins):
                found = _replaced(case, i, fact, places, kins)
        else:
            found = _to_relative(case, fact, places) or _disowned(fact, places) or _cleft(fact, places)
        found = found or _by_time(fact, places)
        if found is not None:
            yield found
