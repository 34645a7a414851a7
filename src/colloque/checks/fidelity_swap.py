"""attribution_changed between two who are both named: what is said of each told of the other, « pas moi, ma sœur » turned round.

Also which classes of persons one word may mean. Knows nothing of a person put in where the record's is not named.
"""

from colloque.checks.case import Case, quote_of, texts_of
from colloque.checks.facts import Exchange, Fact
from colloque.checks.fidelity_book import finding
from colloque.checks.reading import Reading
from colloque.core import Finding, Severity
from colloque.french.lexicon import NEGATIONS
from colloque.french.tokens import Token, key_of

__all__ = ["FIRST", "KIN_KEYS", "alike", "reattributed", "self_swapped", "swapped", "theirs_alone"]

FIRST = frozenset(("j", "je"))


KIN_KEYS = frozenset(
    key_of(w) for w in ("pere", "mere", "frere", "soeur", "mari", "femme", "fils", "fille", "oncle", "tante", "cousin", "voisine", "voisin", "amie", "ami", "grand")
)  # fmt: skip


def reattributed(exchange: Exchange, fact: Fact, start: int, end: int, severity: Severity | None = None) -> Finding:
    quote = quote_of(exchange.said, start, end)
    return finding("attribution_changed", exchange.turn, fact.answer.id, quote, severity, **texts_of(fact))


_OPENERS = frozenset(
    ("oui", "non", "pas", "moi", "mais", "c", "est", "seulement", "juste", "que", "ah", "si", "la", "le")
)


def theirs_alone(fact: Fact) -> bool:
    """The answer opens with somebody else and speaks of no « je »."""
    words = [t.word for t in fact.given.words]
    opening = [w for w in words[: fact.given.persons[0].first] if w[0].isalnum()]
    return len(opening) <= 4 and set(opening) <= _OPENERS and not FIRST & set(words)


def self_swapped(case: Case, fact: Fact, places: list[Exchange]) -> Finding | None:
    """« Pas moi, ma sœur » in the record; in the talk it is the speaker, and she never."""
    words = [t.word for t in fact.given.words]
    if "moi" not in words[:3]:
        return None
    kins = {p.kin for p in fact.given.persons}
    for exchange in {id(e): e for e in (*places, *case.exchanges)}.values():
        said = exchange.said
        theirs = [p for p in said.persons if any(alike(p.kin, k, case.child) for k in kins)]
        if not theirs or not (fact.given.keys | fact.question.keys) & said.keys - KIN_KEYS:
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
            return reattributed(exchange, fact, mine[0].start, mine[0].end)
    return None


def _clause_of(reading: Reading, at: int) -> list[Token]:
    """The words from token `at` to the next comma that follows a verb, or the end of the sentence."""
    out: list[Token] = []
    for token in reading.words[at : at + 12]:
        if token.word in (".", "?", "!", ";", "...", "…") or (token.word == "," and len(out) > 2):
            break
        out.append(token)
    return out


_ALIKE = frozenset(
    frozenset(pair) for pair in (("conjoint", "ami"), ("parents", "pere"), ("parents", "mere"), ("collegue", "chef"), ("collegue", "ami"), ("voisin", "ami"), ("soignant", "aide"))
)  # fmt: skip
"""Classes that one word may mean: « mon ami », « les parents »."""


_ALIKE_OF_CHILD = frozenset(
    frozenset(pair) for pair in (("conjoint", "pere"), ("conjoint", "mere"), ("enfant", "frere"), ("enfant", "soeur"))
)
"""What a parent says: « mon mari » is the child's father, « la grande » its sister."""


def alike(a: str, b: str, child: bool) -> bool:
    return a == b or frozenset((a, b)) in _ALIKE or (child and frozenset((a, b)) in _ALIKE_OF_CHILD)


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


def swapped(case: Case, fact: Fact, places: list[Exchange]) -> Finding | None:
    """Two persons of one answer, and what is said of each told of the other."""
    mine = _parts(fact.given)
    for exchange in places[:1] if len(mine) == 2 else ():
        spoken = _parts(exchange.said)
        theirs = {k: words for kin in mine for k, words in ((kin, next((w for s, w in spoken.items() if alike(kin, s, case.child)), None)),) if words is not None}  # fmt: skip
        if len(theirs) != 2:
            continue
        (a, b) = mine
        keys = {kin: {t.key for t in words if t.weight == 2} - KIN_KEYS for kin, words in mine.items()}
        heard = {kin: {t.key for t in words} for kin, words in theirs.items()}
        crossed = any(
            (keys[x] - keys[y]) & heard[y] and not keys[x] & heard[x] and not keys[y] & heard[y]
            for x, y in ((a, b), (b, a))
        )
        moods = {_mood(mine[a]) * _mood(mine[b]), _mood(theirs[a]) * _mood(theirs[b])}
        turned = moods == {-1} and _mood(mine[a]) != _mood(theirs[a])
        if crossed or turned:
            start = theirs[a][0].start if theirs[a] else 0
            return reattributed(exchange, fact, start, start + 1)
    return None
