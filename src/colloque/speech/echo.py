"""The clinician takes up what was just said: an echo made of the patient's own words, or a plain acknowledgement.

An echo that cannot be sure to be right is not made: a wrong echo is worse than « je vois ». No comfort that is not
known, no judgement, no diagnosis.
"""

import re
from collections.abc import Sequence
from functools import cache
from random import Random

from colloque.core import Persona
from colloque.french import fold
from colloque.speech.answers import lowered
from colloque.speech.bank import load
from colloque.speech.clause import say
from colloque.speech.facts import Fact, sad
from colloque.speech.gender import Gender
from colloque.speech.letters import lower, upper
from colloque.speech.numbers import drugs
from colloque.speech.persons import yours
from colloque.speech.weave import with_articles

__all__ = ["acknowledge"]

_BODY = frozenset({2})
_SHARE = {"brief": 0.3, "empathic": 0.5, "motivational": 0.45, "methodical": 0.5}
"""Share of turns that take up the patient's words rather than acknowledge them plainly, by school."""
_SILENT = {"brief": 0.38, "empathic": 0.2, "motivational": 0.25, "methodical": 0.28}
"""Share of plain answers after which the next question comes at once, as in seven of ten turns of the corpus."""
_CARE = 11
"""The band of treatments and history: facts to note, seldom burdens."""
_SAYS_MUCH = 7
"""Words of an answer after which going on without a word would be rude."""
_BY_BAND = {4: "mood", 6: "sleep", 12: "use", 2: "body"}


def acknowledge(fact: Fact, persona: Persona, rng: Random, used: set[str], gender: Gender) -> str:
    """What the clinician says to a fact before going on, "" where the question comes at once; never the same twice."""
    bank = load("regard")
    kind = fact.reading.kind
    if kind in {"unknown", "refused"}:
        return _fresh(bank[kind]["any"], rng, used)
    if kind in {"nothing", "blank", "inapplicable", "emoji"}:
        return _fresh(bank["nothing"]["any"], rng, used)
    if fact.alarm:
        return _fresh(bank["alarm"]["any"], rng, used)
    if fact.mood == "hard" and fact.band == _CARE and not fact.heavy:
        fact = fact._replace(mood="plain")
    if fact.mood != "hard" and rng.random() < _SILENT[persona.school] * (1 if fact.words <= _SAYS_MUCH else 0.3):
        return ""
    if rng.random() < _SHARE[persona.school]:
        words = _echo(fact, gender)
        if words and (fact.mood != "hard" or (persona.school != "brief" and _weighs(words))):
            frames = bank["echo"][_frames(fact, persona, words)]
            if " " not in words:
                frames = [frame for frame in frames if not frame.startswith(("Donc", "Si ", "En somme"))]
            frame = _fresh(frames, rng, used)
            return frame.replace("{X}", upper(words)).replace("{x}", lower(words))
    return _plainly(fact, persona, rng, used)


_FIGURE = re.compile(
    r"\d|\b(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cinquante|soixante|cent|mille)\b",
    re.IGNORECASE,
)


def _plainly(fact: Fact, persona: Persona, rng: Random, used: set[str]) -> str:
    """An acknowledgement without the patient's words: care for a burden, by what it is about; else a short one."""
    bank = load("regard")
    if fact.mood == "hard" and not fact.heavy:
        return _fresh(bank["hard"]["sober"], rng, used)
    if fact.mood == "hard":
        own = bank["hard"].get(_BY_BAND.get(fact.band, ""), [])
        if persona.school == "brief":
            return _fresh(bank["hard"]["brief"], rng, used)
        if own and rng.random() < 0.45:
            return _fresh(own, rng, used)
        return _fresh(bank["hard"]["body" if fact.band in _BODY else "any"], rng, used)
    if fact.mood == "plain" and (fact.band == 0 or fact.heavy):
        # What brings the patient is never met with « très bien ».
        return _fresh(bank["hard"]["sober"], rng, used)
    if fact.mood == "good" and rng.random() < 0.6:
        return _fresh(bank["good"]["any"], rng, used)
    if rng.random() < 0.4 and _FIGURE.search(fact.reading.rest):
        return _fresh(bank["figure"]["any"], rng, used)
    fine = fact.mood == "good" or fact.reading.kind == "no" or fact.band in _NEUTRAL
    return _fresh(_common(fine), rng, used)


_NEUTRAL = frozenset({1, 9, 11, 15})
"""Bands of plain facts (age, work, history), where « très bien » judges nothing."""
_FINE = frozenset({"Très bien.", "Parfait.", "Bien.", "Bon."})


@cache
def _common(fine: bool) -> tuple[str, ...]:
    """The short acknowledgements, each as often as its weight; without `fine`, none that sounds pleased."""
    weights = load("regard")["common"]["weights"].items()
    return tuple(phrase for phrase, weight in weights for _ in range(weight) if fine or phrase not in _FINE)


def _frames(fact: Fact, persona: Persona, words: str) -> str:
    if fact.mood == "hard" and fact.band not in _BODY and fact.words > 1:
        return "hard"
    if persona.school == "brief" and " " in words:
        return "brief"
    if fact.mood == "good":
        return "good"
    return "words" if re.match(r"(?:vous |ça |c'est |il |elle |on |votre \w+ \w+ )", words) else "figure"


def _weighs(words: str) -> bool:
    """The echo itself says what is hard, so that it may be met with more than « je vois »."""
    return sad(words) or words.startswith("vous ")


def _fresh(options: Sequence[str], rng: Random, used: set[str]) -> str:
    """One of the phrases not yet said in this dialogue, while there is one."""
    left = [o for o in options if o not in used] or options
    choice = str(rng.choice(left))
    used.add(choice)
    return choice


def _echo(fact: Fact, gender: Gender) -> str:
    """The patient's words as the clinician may repeat them, short; "" where none is safe."""
    reading = fact.reading
    if reading.kind in {"yes", "no"} and not reading.rest:
        return _of_question(fact, gender, reading.kind == "yes")
    head = _head(reading.rest)
    if (
        not head
        or _POOR.match(head)
        or re.match(r", (?:oui|non|parfois|jamais|aucun)\b| (?:et|/) [-\d]", reading.rest[len(head) :])
    ):
        return ""
    if reading.kind == "no" and not re.search(r"\b(?:je|j'|on|il|elle|c'est|ça)\b", head, re.IGNORECASE):
        return ""
    if reading.kind == "yes" and (len(head.split()) < 2 or re.match(r"[\wà-ÿ]+(?:é|ée|és|ées)\b", head)):
        return ""
    if _BLAMING.search(head) or any(fold(word) in drugs() for word in re.findall(r"\w+", head)):
        # A drug or its dose in the clinician's mouth would read like a prescription.
        return ""
    if fact.scale and re.search(r"difficile|^(?:jamais|pas du tout)", head):
        return ""
    if fact.scale or not re.search(r"\b(?:je|j'|me|m'|mon|ma|mes|moi|nous|notre|nos|vous|tu)\b", head, re.IGNORECASE):
        return head if fact.scale else lower(with_articles(fact, head))
    if len(head.split()) < 3:
        return ""
    turned = yours(head) or ""
    return "" if _BLAMING.search(turned) else turned


_POOR = re.compile(
    r"^(?:(?:mais|et|ou|on|donc|car|sauf|puis|ben|bah|bof)\b.*|mal|bien|très|trop|pas mal|aucune?|rien|ça va|bof.*|plus trop|pas trop|je (?:ne )?(?:sais|sait) .*|moyen|normal|idem|pareil|voilà|ok|\d+|ça,? non|nulle part|[\w-]+ment|\w{1,2})$",
    re.IGNORECASE,
)
# Harmless in themselves, but they sound like blame, order or comfort when the clinician says them.
_BLAMING = re.compile(
    r"\bvous faites\b|\bfaites vomir|\bvoulez\b|\bdevez\b|\bfaut\b|\bdit\b|\bmême pas\b|inquiétude|\bbien entouré|\bpensé\b|\bnul(?:le)?s?\b|\bgross?e?s?\b|\bmoche|\blâche|\bbête|\braté|\binutile|\bfolle?\b|\bbon à rien|\bprenez\b.*\b(?:mg|milligrammes?|comprimés?)",
    re.IGNORECASE,
)
_DANGLING = re.compile(
    r"(?:[,;:]| (?:et|ou|mais|de|à|que|qui|le|la|les|un|une|des|du|en|dans|pour|par|avec|sans|si|car|donc|quand|parce))$",
    re.IGNORECASE,
)


def _head(rest: str) -> str:
    """The first short phrase of an answer that stands by itself, without capital; "" when there is none."""
    first = re.split(r"(?<=[^\d])[.!?;:]|\.\.\.|, (?=\w)| - | mais | puis | parce que | car | sauf ", rest, maxsplit=1)[
        0
    ].strip()
    if "?" in rest[: len(first) + 3] or not first:
        return ""
    words = first.split(" ")
    if len(words) > 9:
        return ""
    if _DANGLING.search(first) or (re.search(r"\b(?:jamais|rien|personne)$", first) and len(words) > 1):
        return ""
    return lowered(first)


_BEING = frozenset(["êtes", "est", "sont", "étiez"])
_PARTITIVE = re.compile(r"(?:des |du |de la |de l'|une? )")


def _of_question(fact: Fact, gender: Gender, positive: bool) -> str:
    """`Avez-vous des vertiges ?` — Non → « pas de vertiges »; Oui → « des vertiges »."""
    clause = fact.form.clause
    if clause is None or clause.negative or fact.form.kind not in {"yesno", "statement"}:
        return ""
    if (
        clause.rest.count(" ") > 7
        or _BLAMING.search(" ".join((*clause.clitics, clause.verb, clause.rest)))
        or re.search(r"\b(?:ou|et|que|quand|si|vous-même)\b|,", clause.rest)
    ):
        return ""
    if not clause.clitics and clause.verb not in _BEING and _PARTITIVE.match(clause.rest):
        if positive:
            return clause.rest if clause.verb in {"avez", "a"} else say(clause, "vous", True, True, gender)
        said = say(clause, "vous", False, True, gender)
        return "pas " + said.split(" pas ", 1)[1] if " pas " in said else ""
    if not positive and re.match(
        r"(?:peu|trop|moins|plus|si|tant|assez|toujours|suffisamment|bien|encore|souvent)\b", clause.rest
    ):
        return ""
    return say(clause, "vous", positive, True, gender)
