"""Bare noun phrases as people say them: `vin rouge, règles` → « le vin rouge, les règles »; `mari` → « mon mari ».

The article comes from the noun's gender and from what was asked; where the gender is not sure the words stay as they
were typed. Knows nouns, no questions and no persons.
"""

import re
from functools import cache, lru_cache
from typing import Literal

from colloque.speech.bank import load
from colloque.speech.conjugation import elide
from colloque.speech.gender import Gender
from colloque.speech.letters import lower, upper

__all__ = ["Use", "gender_of_phrase", "is_noun", "listed", "named"]

Use = Literal["the", "some"]
"""`the`: causes, things avoided, loved or feared (« le pollen »); `some`: what one has, takes or does (« du paracétamol »)."""

_WORD = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿœŒ]+(?:[-'][A-Za-zÀ-ÖØ-öø-ÿœŒ]+)*")
_FORE = {
    "gros": "m", "grosse": "f", "petit": "m", "petite": "f", "grand": "m", "grande": "f", "bon": "m", "bonne": "f", "mauvais": "m",
    "mauvaise": "f", "vieux": "m", "vieille": "f", "nouveau": "m", "nouvelle": "f", "long": "m", "longue": "f", "premier": "m", "première": "f",
    "léger": "m", "légère": "f", "fort": "m", "forte": "f", "simple": "", "super": "", "ancien": "m", "ancienne": "f", "double": "", "deuxième": "", "troisième": "", "quatrième": "", "cinquième": "", "sixième": "", "second": "m", "seconde": "f",
}  # fmt: skip
_FORE_MANY = frozenset(
    ["gros", "grosses", "petits", "petites", "grands", "grandes", "bons", "bonnes", "mauvais", "mauvaises", "vieux", "vieilles", "longs", "longues", "légers", "légères", "fortes", "forts", "nouveaux", "nouvelles"]
)  # fmt: skip
_WOMAN_ENDS = re.compile(
    r"(?:ée|euse|ale|elle|ive|ante|ente|enne|ère|oite|aire?sse|ète|uite|ide?use|ouse|èche|ure|ique?use|ine|eine|onne|ogue?use|ouce|anche|igue|che|tte|use|ise|ite|ie|ue|aise)$"
)
_MAN_ENDS = re.compile(r"(?:[^t]é|té|eux|al|el|if|ant|ent|ien|ier|oit|et|is|in|ain|on|ou|ouge?x|it|i|u|ais|eur)$")
_SURE_F = re.compile(
    r"(?:[tsx]ion|ance|ence|[^aeiou]ude|algie|émie|urie|pathie|logie|thérapie|ectomie|scopie|graphie|phobie|plasie|manie|plégie|[^aeiou]ite|[^p]ose|ssure|ûlure|cture|chure|ture|tique?tte|ette|erie|esse|arthrose|ance|ette|aison|ée)$"
)
_SURE_M = re.compile(r"(?:isme|[^aeiou]ement|[aeiou]ment|gramme|phone|scope|ème|oir|eau|ail|ariat|[^ao]ège|ium)$")
_NO_NOUN = frozenset(load("nominal")["no_noun"].split())


@cache
def _nouns() -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str], dict[str, str]]:
    data, own = load("nouns"), load("nominal")
    feminine = frozenset(data["feminine"].split()) | frozenset(own["feminine"].split())
    masculine = frozenset(data["masculine"].split()) | frozenset(own["masculine"].split())
    kin = dict(pair.split("=") for pair in own["kin"].split())
    return feminine, masculine, frozenset(own["mass"].split()), frozenset(own["no_plural"].split()), kin


def _single(word: str) -> str:
    """A noun without its mark of plural."""
    if word in _nouns()[3]:
        return word
    if word.endswith("aux") and len(word) > 4:
        return word[:-1] if word[:-1].endswith("eau") or word[:-1] in _nouns()[1] else word[:-3] + "al"
    return word[:-1] if word.endswith(("s", "x")) and len(word) > 3 else word


@lru_cache(maxsize=8192)
def _gender(word: str) -> Gender | None:
    """The gender of a singular noun where it is sure: by list, or by an ending that leaves no doubt."""
    feminine, masculine, *_ = _nouns()
    if word in masculine:
        return "m"
    if word in feminine:
        return "f"
    if word in _NO_NOUN:
        return None
    if _SURE_F.search(word) and len(word) > 5:
        return "f" if not word.endswith("ée") or word in feminine else None
    return "m" if _SURE_M.search(word) and len(word) > 5 else None


def is_noun(word: str) -> bool:
    """Whether a word is known to be a noun."""
    low = word.lower()
    return low not in _NO_NOUN and (_gender(low) is not None or _gender(_single(low)) is not None)


def gender_of_phrase(phrase: str) -> Gender | None:
    """The gender of a noun phrase without article, by its noun or by the adjective around it; None when unsure."""
    words = [w.lower() for w in _WORD.findall(phrase)[:3]]
    if not words:
        return None
    if _FORE.get(words[0]) and len(words) > 1:
        return "f" if _FORE[words[0]] == "f" else "m"
    head = words[1] if words[0] in _FORE and len(words) > 1 else words[0]
    return _gender(head) or _gender(_single(head))


_ARTICLES = {("the", "m"): "le ", ("the", "f"): "la ", ("some", "m"): "un ", ("some", "f"): "une "}
_SHORT = {
    "ecg": "m",
    "eeg": "m",
    "avc": "m",
    "cdi": "m",
    "cdd": "m",
    "tdah": "m",
    "diu": "m",
    "irm": "f",
    "fiv": "f",
    "ivg": "f",
    "ist": "f",
    "fausse": "f",
}


@lru_cache(maxsize=16384)
def named(phrase: str, use: Use) -> str | None:
    """A bare noun phrase with its article, or None where it is no noun phrase or its gender is not sure.

    >>> named("vin rouge", "the"), named("fièvre", "some"), named("petites billes dures", "some")
    ('le vin rouge', 'de la fièvre', 'des petites billes dures')
    """
    found = _WORD.match(phrase)
    if not found:
        return None
    if phrase[:1].isupper() and lower(phrase) == phrase:
        short = _SHORT.get(found.group().lower())
        return f"{_ARTICLES[use, short]}{phrase}" if short else None
    low = lower(phrase)
    words = [w.lower() for w in _WORD.findall(low)[:3]]
    first = words[0]
    if first in _NO_NOUN or "'" in first:
        return None
    if _STITCHES.match(low):
        return "les " + low
    owner = _nouns()[4].get(first)
    if owner:
        return f"{owner} {low}" if owner != "-" else low
    fore = first in _FORE or first in _FORE_MANY
    if fore and (len(words) == 1 or not (is_noun(words[1]) or first in _FORE_MANY)):
        return None
    head = words[1] if fore else first
    article = _article(low, head, first, use)
    return article + low if article else None


_STITCHES = re.compile(r"fils (?:retir|enlev|résorb|ôt|tomb|à retirer|résorbables)")


def _article(low: str, head: str, first: str, use: Use) -> str:
    """The article of a phrase, with its space or apostrophe; "" where its gender is not sure."""
    body = head in _body() or _single(head) in _body()
    the = use == "the" or body
    if _plural(head, first):
        return "les " if the else "des "
    gender = gender_of_phrase(low)
    if gender is None:
        return ""
    if the:
        return "l'" if elide("le", low).endswith("'") else "la " if gender == "f" else "le "
    if head in _nouns()[2] and head == first:
        return "de l'" if elide("de", low).endswith("'") else "de la " if gender == "f" else "du "
    return "une " if gender == "f" else "un "


@cache
def _body() -> frozenset[str]:
    """Parts of the body: one's own, hence « la nuque sur un pull », « le dos bloqué »."""
    return frozenset(word for words in load("weave")["body"].values() for word in words.split()) - {
        "peau",
        "cicatrice",
        "côte",
        "langue",
        "dent",
        "bouche",
    }


def _plural(head: str, first: str) -> bool:
    """Whether a word is a plural noun: by its singular, or by an ending that only nouns have."""
    if head in _nouns()[3] or not head.endswith(("s", "x")):
        return False
    if first in _FORE_MANY and first not in {"gros", "mauvais", "vieux"}:
        return True
    return _single(head) in _body() or _gender(_single(head)) is not None


_BEFORE = re.compile(
    r"^(?P<before>(?:le soir|le matin|le midi|à midi|l'après-midi|le dimanche|le week-end|parfois|souvent|surtout|plutôt|aussi|genre|sinon|avant|maintenant) )(?P<noun>.+)$"
)
_PIECES = re.compile(r"(, (?:et |ou |surtout |parfois |puis )?| et | ou |\. | puis )")


@lru_cache(maxsize=16384)
def listed(text: str, use: Use) -> tuple[str, bool]:
    """A text whose pieces are given their articles where they are bare nouns, and whether its first piece was.

    >>> listed("Choux, lentilles, pain frais.", "the")
    ('Les choux, les lentilles, le pain frais.', True)
    """
    parts = _PIECES.split(text)
    if any(p[:1].isupper() for p in parts[2::2] if p) and "." not in "".join(parts[1::2]):
        return text, False
    first, found = False, 0
    for i in range(0, len(parts), 2):
        body = parts[i].rstrip(".")
        if not body or (i and "." in parts[i - 1] and i and not body):
            continue
        bound = i > 0 and parts[i - 1] in {" et ", " ou "} and not _noun_before(parts, i)
        said = None if bound else _said(body, use)
        if said is None:
            continue
        starts = i == 0 or "." in parts[i - 1]
        parts[i] = (upper(said) if starts and parts[i][:1].isupper() else said) + parts[i][len(body) :]
        first = first or i == 0
        found += 1
    if found:
        _others(parts, use)
    return "".join(parts), first


_LIKE_PLURAL = re.compile(r"^[a-zà-ÿœ]{3,}(?<!eu)(?<!ai)(?<!oi)(?<!ui)(?<!è)[sx](?=[ .]|$)")
_ADJECTIVE = re.compile(
    r"(?:euses|ales|elles|ives|ides|ibles|ables|iques|antes|entes|ées|és|eux|aux|ants|ents|is|us|as)$"
)


def _others(parts: list[str], use: Use) -> None:
    """In a list where some nouns were known, an unknown plural is a noun, too: `pots de yaourt` → des pots de yaourt."""
    for i in range(2, len(parts), 2):
        word = _LIKE_PLURAL.match(parts[i])
        if (
            word
            and parts[i - 1].startswith(",")
            and word.group() not in _NO_NOUN
            and not _ADJECTIVE.search(word.group())
        ):
            parts[i] = ("les " if use == "the" else "des ") + parts[i]


def _noun_before(parts: list[str], i: int) -> bool:
    """Whether what stands before « et » was itself a bare noun: else it may join two adjectives or verbs."""
    return bool(re.match(r"(?:des |les |du |de la |de l'|une? |le |la |l'|mon |ma |mes )", parts[i - 2], re.IGNORECASE))


_RELATED = re.compile(r"^(?P<who>[\wÀ-ÿ-]+) (?P<what>[\wÀ-ÿ].*)$")
_ANSWERED = re.compile(
    r"^(?P<noun>[\wÀ-ÿ' -]+?),? (?P<mark>oui|non|parfois|jamais|beaucoup|aucune?|pas)$", re.IGNORECASE
)


def _said(body: str, use: Use) -> str | None:
    kin = _nouns()[4]
    related = _RELATED.match(body)
    if (
        related
        and related["who"].lower() in kin
        and (is_noun(related["what"].split(" ")[0]) or related["what"].split(" ")[0].lower() in _SHORT)
    ):
        who = named(related["who"], use) or related["who"]
        return f"{who}, {named(related['what'], 'some') or related['what']}"
    before = _BEFORE.match(body)
    if before:
        said = named(before["noun"], use)
        return before["before"] + said if said else None
    return named(body, use)
