"""Bare nouns of an answer with the articles, and the verb, that their question calls for.

Knows what was asked; the nouns themselves are known to `nominal`.
"""

import re
from random import Random

from colloque.speech.clause import say
from colloque.speech.conjugation import is_infinitive
from colloque.speech.facts import Fact
from colloque.speech.letters import lower, upper
from colloque.speech.nominal import Use, is_noun, listed

__all__ = ["PAST", "contracted", "nominal", "with_articles"]

PAST = re.compile(r"\b(?:arrêt|stop|avant|ancien|fini|plus|terminé|jusqu|pris|essay|supporté|mal)", re.IGNORECASE)
"""What is over: no « je prends » before it."""
_CAUSE = re.compile(
    r"déclench|provoqu|aggrav|soulag|allergi|évit|facteur|cause|toléré|aimez|préfér|effray|peur|gêne|endroits|lieux|pays|passion|loisir|plaisir|passe-temps|hobby|calme|apaise|détend|sport|activit|situations|plaît|compter|entour|soutien",
    re.IGNORECASE,
)
_HAVING = re.compile(
    r"^(?:avez-vous|vous avez|présentez-vous|ressentez-vous|souffrez-vous|quels? (?:sont|est) (?:vos|votre|les) (?:symptôme|signe|douleur|trouble|problème|difficulté|effet)|quels? (?:symptôme|signe|effet|problème|trouble|difficulté|antécédent|maladie)|de quoi souffrez|que ressentez|qu'avez-vous|antécédents|symptômes|effets|allergies)",
    re.IGNORECASE,
)
_TAKING = re.compile(r"prenez|traitement|médicament|antidouleur|complément|laxatif", re.IGNORECASE)
_BORNE = re.compile(r"tolér|support|effet|indésirable|allergi|arrêt|pourquoi|préparé", re.IGNORECASE)
_ADDRESSED = re.compile(r"\b(?:vous|votre|vos|prenez|tu|ton|tes)\b", re.IGNORECASE)
"""The form speaks to who answers. A title (« Traitement : ») may be about a child or a parent: no « je » before the answer."""
_MARKED = re.compile(r", (?:oui|non|parfois|jamais)\b")


def with_articles(fact: Fact, rest: str) -> str:
    """What follows oui or non, its bare nouns with their articles."""
    if not rest or len(rest) > 160:
        return rest
    return listed(rest, "the" if _CAUSE.search(fact.form.text) else "some")[0]


def nominal(fact: Fact, rest: str, rng: Random) -> str:
    """Bare nouns with their articles, and where it fits the verb that the question calls for."""
    asked = fact.form.text
    use: Use = "the" if _CAUSE.search(asked) or _MARKED.search(rest) else "some"
    said, first = listed(rest, use)
    if not first:
        return said if said != rest else ""
    if re.match(r"De la (?:peur|honte|colère) de ", said):
        return "J'ai " + lower(rest)
    clause = fact.form.clause
    small = lower(said)
    if re.match(r"(?:mon|ma|mes|papa|maman)\b", small):
        return said
    if (
        clause
        and clause.subject == "vous"
        and not clause.negative
        and not clause.rest
        and re.match(r"(?:quel(?:le)?s? |que$|qu'$)", fact.form.wh)
        and rng.random() < 0.6
    ):
        return f"{upper(say(clause._replace(lead=''), 'je', True, True, 'm'))} {small}"
    if (
        fact.form.kind == "yesno"
        and fact.reading.kind == "words"
        and not _MARKED.search(rest)
        and clause
        and not clause.negative
        and rng.random() < 0.5
    ):
        return f"Oui, {small}"
    draw = rng.random()
    if (
        use == "some"
        and _TAKING.search(asked)
        and not _BORNE.search(asked)
        and draw < 0.45
        and _ADDRESSED.search(fact.question)
        and not PAST.search(asked + rest)
    ):
        return f"Je prends {small}"
    if (
        use == "some"
        and _HAVING.search(asked)
        and _ADDRESSED.search(fact.question)
        and draw < 0.5
        and not re.search(r"famille|dans le passé|déjà", asked)
    ):
        return f"J'ai {small}"
    if use == "the" and draw < 0.25 and rest.count(",") + rest.count(" et ") > 0:
        return f"Y a {small}"
    if draw > 0.75 and "," not in rest and fact.form.kind != "yesno" and not small.startswith("des "):
        return f"C'est {small}"
    return said


_SPLIT = re.compile(r"\b(?P<prep>[dD]e|[àÀ]) (?P<art>les?) (?P<noun>[\wÀ-ÿ-]+)")
_JOINED = {("de", "le"): "du", ("de", "les"): "des", ("à", "le"): "au", ("à", "les"): "aux"}
_TWICE = re.compile(r"\b([dlnsj])['’]\1['’]", re.IGNORECASE)


def contracted(text: str) -> str:
    """« de le poids » → « du poids », « d'd'habitude » → « d'habitude »; « de le dire » stays: that is no article."""

    def joined(match: re.Match[str]) -> str:
        noun = match["noun"]
        if is_infinitive(noun) or not is_noun(noun):
            return match.group()
        whole = _JOINED[match["prep"].lower(), match["art"]]
        return f"{upper(whole) if match['prep'][0].isupper() else whole} {noun}"

    return _TWICE.sub(r"\1'", _SPLIT.sub(joined, text) if " le" in text else text)
