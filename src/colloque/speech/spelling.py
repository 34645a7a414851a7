"""Spelling of hurried writers put right where it can be read in one way only: abbreviations, accents, plain typos.

A word is mended against a list by exchanging two neighbouring letters, by a doubled letter, or, in a long one, by one missing letter; nothing else is
guessed, so that a drug or a name is never turned into another word.
"""

import re
import unicodedata
from functools import cache, lru_cache

from colloque.speech.bank import load
from colloque.speech.letters import upper

__all__ = ["mended"]

_WORD = re.compile(r"(?<![\w])[a-zà-ÿœ]+(?:u'un\b)?(?![\w])", re.IGNORECASE)
_A = re.compile(
    r"\b(?P<before>jusqu'|jusque |grâce |face |quant |suite |du mal |commence |commencé |arrive |arrivé |réussi |mal |[\w]+ fois )a\b"
    r"|\ba (?=(?:cause|droite|gauche|chaque|petit|force|côté|travers|terre|moitié|peine|tour|cheval|midi|minuit|pied|vélo|table|part|peu|nouveau|jeun|terme|risque|domicile|temps|plat|bout|fond|l'|la |mon |ma |mes |cet|ce |\d)|(?:\w{2,}er|faire|dire|lire|boire|dormir|sortir|vivre|prendre|suivre|tenir|courir)\b)",
    re.IGNORECASE,
)
_HAS_SUBJECT = re.compile(
    r"\b(?:il|elle|on|ça|qui|y|m'|l'|t'|s'|lui|mère|père|femme|mari|fils|fille|frère|s(?:œ|oe)ur|médecin)\s*$",
    re.IGNORECASE,
)


def _fold(word: str) -> str:
    plain = unicodedata.normalize("NFD", word.replace("œ", "oe"))
    return "".join(c for c in plain if not unicodedata.combining(c))


@cache
def _tables() -> tuple[dict[str, str], frozenset[str]]:
    vocabulary, spelling = load("vocabulary"), load("spelling")
    accents = {_fold(word): word for word in vocabulary["accents"].split()}
    accents.update(line.split("=", 1) for line in spelling["words"].strip().splitlines())
    return accents, frozenset(vocabulary["words"].split()) | frozenset(accents.values())


@lru_cache(maxsize=16384)
def _word(word: str) -> str:
    full, known = _tables()
    low = word.lower()
    mended = full.get(low)
    if mended is None and len(low) >= 6 and low not in known and word[0].islower():
        candidates = {full.get(c, c) for c in _neighbours(low) if c in known or c in full}
        mended = candidates.pop() if len(candidates) == 1 else None
    if mended is None or (word.isupper() and len(word) > 1):
        return word
    return upper(mended) if word[0].isupper() else mended


def _neighbours(word: str) -> set[str]:
    """Words one slip of the fingers away: two letters exchanged, one typed twice, a double typed once."""
    out = set()
    for i in range(len(word) - 1):
        if word[i] == word[i + 1]:
            out.add(word[:i] + word[i + 1 :])
        else:
            out.add(word[:i] + word[i + 1] + word[i] + word[i + 2 :])
        if i > 0:
            out.add(word[: i + 1] + word[i:])
    return out | set(_shortened().get(word, ()))


@cache
def _shortened() -> dict[str, list[str]]:
    """Long words of the list by what is left when one letter, neither the first nor among the last two, is missing."""
    out: dict[str, list[str]] = {}
    for word in sorted(_tables()[1]):
        for i in range(1, len(word) - 2 if len(word) >= 7 else 0):
            out.setdefault(_fold(word[:i] + word[i + 1 :]), []).append(word)
    return out


def mended(text: str) -> str:
    """The text with its words put right."""
    text = _A.sub(lambda m: _with_accent(m, text), text)
    return _WORD.sub(lambda m: _word(m.group()), text)


def _with_accent(match: re.Match[str], text: str) -> str:
    if match["before"]:
        return match["before"] + "à"
    return match.group() if _HAS_SUBJECT.search(text[: match.start()]) else "à" + match.group()[1:]
