"""What a question wants to know of its topic: since when, how often, how much, where… Knows no topic and judges nothing."""

import re
from functools import lru_cache

from colloque.french.patterns import plain
from colloque.french.sieve import Sieve, sieve_for

__all__ = ["facet_of"]

_FACETS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("onset", re.compile(r"depuis (?:quand|combien)|ca fait combien de temps|(?:est-ce|cela) (?:venu|arrive) quand|a commence|ca (?:a )?commenc|remonte|debut|depuis longtemps|depuis le|date de quand|vous situez ca|ca dure depuis|c'est arrive quand|commence quand")),
    ("duration", re.compile(r"combien de temps|dure(?:nt|r|e)?\b.*combien|pendant combien|quelle duree|a-t-elle dure|a-t-il dure|longtemps|elle dure|il dure|ca dure")),
    ("count", re.compile(r"combien de fois|frequence|souvent|combien par|fois par|tous les jours|regulierement|combien de (?:jours|nuits|crises)|a quel rythme|quelle cadence|combien en faites|combien de soirs")),
    ("dose", re.compile(r"dose|dosage|posologie|milligrammes|\bmg\b|combien (?:de (?:comprimes|cachets|gouttes|bouffees)|en prenez)")),
    ("amount", re.compile(r"\bcombien\b|quelle quantite|quel nombre|chiffre|temperature")),
    ("age", re.compile(r"quel age|age a-t|ans avez")),
    ("where", re.compile(r"\bou (?:avez|est|sont|se|ca|avez|exactement|precisement)|quel endroit|localis|situez|a quel niveau|d'un cote|des deux cotes")),
    ("trigger", re.compile(r"declench|provoque|a cause|qu'est-ce qui (?:fait|met|vous (?:met|fait))|dans quelle(?:s)? (?:circonstance|situation|occasion)|a quels? moments?")),
    ("clock", re.compile(r"quelle heure|a quelle|vers quelle")),
    ("scale", re.compile(r"sur (?:dix|10|une echelle)|de (?:zero|0|1) a (?:dix|10)|note")),
    ("effect", re.compile(r"support|toler|efficac|soulag|marche|aide|effet|ca va mieux|disparu|passe[e]? depuis|ameliore")),
    ("how", re.compile(r"\bcomment\b|ca se passe|se passe-t|ca va\b|va-t-|ambiance|\bbien$|decri|ressembl|a quoi|quelle sorte|quel genre|quel type|laquelle|lesquels?\b|qui brule|qui serre|qui pique|raconte")),
    ("why", re.compile(r"^(?:et |mais |alors )?(?:que |qu')(?!est-ce)|pourquoi|qu'est-ce qui|qu'est-ce que|que se passe|quelles? raisons?")),
    ("who", re.compile(r"\bqui\b|avec qui|quelqu'un")),
)  # fmt: skip


@lru_cache(maxsize=512)
def facet_of(question: str) -> str:
    """What a question wants to know of its topic: onset, duration, count, dose, amount, where…; `presence` else."""
    folded = plain(question)
    for number in _facets_sieve().likely(folded):
        name, pattern = _FACETS[number]
        if pattern.search(folded):
            return name
    return "presence"


@lru_cache(maxsize=1)
def _facets_sieve() -> Sieve:
    return sieve_for([pattern.pattern for _, pattern in _FACETS])
