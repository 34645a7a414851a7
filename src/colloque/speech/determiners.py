"""Titles of forms with their determiners: `poids actuel` → le poids actuel, `métier` → votre métier, `aliments` → les aliments.

Knows nouns, not what is asked of them.
"""

import re
from functools import cache

from colloque.speech.bank import load
from colloque.speech.conjugation import elide
from colloque.speech.gender import noun_gender
from colloque.speech.letters import lower
from colloque.speech.nominal import gender_of_phrase

__all__ = ["DETERMINED", "feminine", "many", "of_the", "owned"]

DETERMINED = re.compile(
    r"^(?:le |la |les |l'|votre |vos |un |une |des |du |de la |de l'|ce |cette |ces |cet |son |sa |ses |d'autres |notre |nos )",
    re.IGNORECASE,
)
# What is the patient's own is said with « votre »: le poids → votre poids.
_OWN = re.compile(
    r"^(?:métier|profession|travail|poste|emploi|situation|traitements?|entourage|alimentation|groupe|couple|enfance|quotidien|logement|loisirs|attentes?|motivation|projets?|souhaits?|objectifs?|journées?|horaires|activité|ancienneté|parents|scolarité|études)\b",
    re.IGNORECASE,
)


def owned(noun: str, *, own: bool = True) -> str:
    """A bare title with its determiner: `métier actuel` → votre métier actuel, `aliments` → les aliments."""
    if DETERMINED.match(noun):
        return lower(noun)
    if own and _OWN.match(noun):
        return ("vos " if many(noun) else "votre ") + lower(noun)
    if many(noun):
        return "les " + lower(noun)
    if elide("le", noun) == "l'":
        return "l'" + lower(noun)
    return ("la " if feminine(noun) else "le ") + lower(noun)


def feminine(noun: str) -> bool:
    known = gender_of_phrase(noun)
    return (known or noun_gender(re.split(r"[ ,]", noun)[0])) == "f"


@cache
def _singular() -> frozenset[str]:
    return frozenset(load("nominal")["no_plural"].split())


def many(noun: str) -> bool:
    first = re.split(r"[ ,]", noun.lower())[0]
    return first.endswith(("s", "x")) and first not in _singular() and not first.endswith("eux")


def of_the(named: str) -> str:
    """`de` before a determined phrase: de le → du, de les → des."""
    if named.startswith("le "):
        return "du " + named[3:]
    if named.startswith("les "):
        return "des " + named[4:]
    return elide("de", named) + named
