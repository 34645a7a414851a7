"""The words of an answer: oui and non with what they answer, figures in whole sentences, options of a scale, the topic said again.

Facts come from the record alone. Knows no turn and no dialogue: `patient` puts sounds and remarks around these words.
"""

import re
from random import Random

from colloque.core import Persona
from colloque.french import fold
from colloque.speech.answers import lowered
from colloque.speech.articles import with_articles
from colloque.speech.bank import load
from colloque.speech.clause import say
from colloque.speech.facts import RISK_BAND, Fact
from colloque.speech.gender import Gender
from colloque.speech.letters import lower, upper
from colloque.speech.oral import spoken
from colloque.speech.persons import mine
from colloque.speech.weave import weave

__all__ = ["DURATION", "FIGURE", "content", "gender", "plainly", "yes_no"]


def gender(persona: Persona) -> Gender:
    """The gender that this person's words agree with."""
    return persona.gender or "m"


def content(fact: Fact, persona: Persona, positive: bool) -> str:
    """The statement inside a yes-or-no question in the patient's words, or "" where it cannot be said simply."""
    clause = fact.form.clause
    if clause is None or fact.form.kind not in {"yesno", "statement"}:
        return ""
    if clause.negative or (clause.subject in {"ils", "elles", "c'", "on"} and not clause.rest):
        return ""
    if (
        " ou " in clause.subject
        or (not positive and re.match(r"quelqu'un|un proche|personne|certain", clause.subject))
        or (not positive and " et " in clause.rest)
    ):
        return ""
    long = clause.rest.count(" ") > 9
    shaky = re.search(r"\b(?:ou|vous-même|soi|etc|cela|ceci|celui)\b|[(/]", clause.rest)
    listed = re.match(r"(?:des |du |de la |de l')", clause.rest) and not positive and not long
    if long or (shaky and not listed and (not positive or clause.subject != "vous" or " ou " in clause.rest)):
        return ""
    if not positive and (clause.subject == "c'" or re.search(r"\bqu(?:e\b|')", clause.rest)):
        return ""
    if not positive and re.search(r", (?!(?:des|du|de|une?) )", clause.rest):
        return ""
    if not positive and re.match(
        r"(?:mal|peu|trop|moins|plus|si|tant|assez|toujours|suffisamment|certaine?s|plusieurs|tou(?:te?s?)|l'impression)\b",
        clause.rest,
    ):
        return ""
    return spoken(say(clause, "je", positive, persona.style == "careful", gender(persona)), persona.style)


_AFTER_LEAD = re.compile(
    r"^(?:mais|surtout|depuis|un peu|parfois|souvent|très|trop|beaucoup|pas|plus|jamais|et|car|parce|quand|à|au|aux|en|dans|avec|sans|par|de|d'|du|des|la|le|les|l'|une?|mon|ma|mes|\w+ fois|presque|surtout|tous|toute?s?|assez|énormément|seulement|juste|comme|sauf|chez|pour)\b",
    re.IGNORECASE,
)


def yes_no(fact: Fact, persona: Persona, rng: Random, *, plain: bool, short: bool = False) -> str:
    """`Oui`, `Non` or `Si`, with the rest of the answer, or with what the question asked."""
    reading = fact.reading
    positive = reading.kind == "yes"
    bank = load("phrases")
    bare = reading.lead.lower() in {"oui", "non"}
    lead = str(rng.choice(bank["yes" if positive else "no"][persona.style])) if bare and not plain else reading.lead
    if not reading.rest:
        what = (
            content(fact, persona, positive)
            if not short and (rng.random() < 0.45 + 0.45 * persona.talkative or fact.risk not in {"none", "denied"})
            else ""
        )
        if what and bare:
            return f"{lead}, {what}."
        if bare and not plain and not (fact.form.clause and fact.form.clause.negative):
            return str(rng.choice(bank["bare_yes" if positive else "bare_no"][persona.style]))
        return f"{reading.lead}."
    rest = spoken(reading.rest, persona.style)
    if not short:
        rest = with_articles(fact, rest)
    if _AFTER_LEAD.match(rest) or rng.random() < 0.5:
        return f"{lead}, {lower(rest)}"
    if fact.band != RISK_BAND and rng.random() < 0.25 and bare and not re.search(r"\bj[e']", rest[:4].lower()):
        what = content(fact, persona, positive)
        if what:
            return f"{lead}, {what}. {rest}"
    return f"{lead}. {rest}" if rng.random() < 0.5 else f"{lead}... {lower(rest)}"


DURATION = re.compile(
    r"^(?:depuis )?(?P<about>environ |à peu près |plus de |presque |au moins |moins de |bientôt )?(?P<n>(?:\w+(?:-\w+)*|\d+)(?: et \w+)?) (?P<unit>jours?|semaines?|mois|ans?|années?|heures?|nuits?)(?P<tail>(?: et demie?| environ| à peu près)?)\.?$",
    re.IGNORECASE,
)


def plainly(fact: Fact, persona: Persona, rng: Random) -> str:
    """An answer that is neither yes nor no, woven into speech."""
    rest = spoken(fact.reading.rest, persona.style)
    if fact.band == RISK_BAND and not fact.scale and re.match(r"(?:jamais|pas|aucun)", rest, re.IGNORECASE):
        return f"Non, {lower(rest)}"
    if fact.scale:
        return _scale(fact, persona, rng, rest)
    clause = fact.form.clause
    if fact.form.kind == "wh" and clause and clause.subject == "vous" and rng.random() < 0.6:
        told = _told(fact, persona, rest)
        if told:
            return told
    core = weave(fact, rest, persona, rng)
    if fact.form.kind == "wh" and clause and clause.subject == "vous" and rng.random() < 0.35:
        front = _fronted(fact, core, persona)
        if front:
            return front
    per = _PER.search(fact.form.text)
    if per and _ALONE.match(lowered(core)) and rng.random() < 0.6:
        return f"{core.rstrip('.')} {per['per']}."
    return _picked_up(fact, core, persona, rng)


_PER = re.compile(r"combien .*\b(?P<per>par (?:jour|semaine|nuit|mois|an))\b", re.IGNORECASE)
_CIRCUMSTANCE = re.compile(
    r"^(?:pendant|avant|après|pour|le soir|la nuit|le matin|au|à la|depuis|dans|chez|lorsque|quand) ", re.IGNORECASE
)


def _fronted(fact: Fact, core: str, persona: Persona) -> str:
    """The circumstance of the question said first: « Avant de dormir, l'ordinateur. »"""
    clause = fact.form.clause
    if clause is None or not _CIRCUMSTANCE.match(clause.rest) or clause.rest.count(" ") > 6 or fact.words > 20:
        return ""
    front = spoken(mine(clause.rest), persona.style)
    if fold(front.split(" ")[-1])[:5] in fold(core) or re.match(r"(?:pour|à|au|en|depuis|dans) ", lowered(core)):
        return ""
    return f"{upper(front)}, {lower(core)}"


def _picked_up(fact: Fact, core: str, persona: Persona, rng: Random) -> str:
    """The topic said again before the answer, as people do: « Le sommeil ? Mal, je me réveille toutes les deux heures. »"""
    if FIGURE.fullmatch(core) and fact.form.kind != "noun":
        return core
    label = load("topics")["labels"].get(fact.topic or "")
    asked = fact.form.kind == "noun" or re.match(
        r"comment (?:est|va|sont|vont|se passe|dorm)", fact.form.text, re.IGNORECASE
    )
    if not label or fold(label.split("'")[-1].split(" ")[-1])[:5] not in fold(fact.form.text):
        return core
    if (
        not (asked or fact.form.kind == "wh")
        or fact.words > 25
        or rng.random() > 0.08 + (0.3 if asked else 0.2) * persona.talkative
    ):
        return core
    if re.match(r"(?:Elle |Il |Je |J'|Ça |C'est |Oui|Y a )", core) or fold(label.split("'")[-1].split(" ")[-1])[
        :5
    ] in fold(core):
        return core
    ways = [f"Pour {label}, {lower(core)}"]
    if asked:
        ways += [
            f"{upper(label)} ? {core}",
            f"{upper(label)}... {lower(core)}",
            f"{upper(label)}, {lower(core)}",
            f"{upper(label)}, c'est simple : {lower(core)}",
        ]
    return str(rng.choice(ways))


_VALUE = re.compile(
    r"^(?:(?:environ|à peu près|au moins|au plus|presque|entre|vers|à) )?(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix-\w+|vingt|trente|quarante|cinquante|soixante|cent|mille|[a-z]+-[a-z-]+|\d)",
    re.IGNORECASE,
)
_ALONE = re.compile(
    r"^(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|vingt)(?: (?:ou|à) (?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix))?$"
)
FIGURE = re.compile(
    r"(?:(?:je dirais|je mettrais|environ|à peu près|entre|vers|au moins) )?(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cinquante|[a-zé]+-[a-zé-]+|[\d,.]+)(?: (?:ou|à|sur|et) [a-z-]+)?(?: (?:fois|ans?|jours?|heures?|kilos?|par jour|par semaine|mois|semaines?|demie?))*\.",
    re.IGNORECASE,
)
"""A bare figure: nobody adds a remark to « cinq »."""
_NOUN_OF = re.compile(r"^combien d(?:e |')(?P<noun>[\wÀ-ÿ-]+)")


def _told(fact: Fact, persona: Persona, rest: str) -> str:
    """A figure or an hour said as a whole sentence: `Je dors quatre heures par nuit.`; "" where it does not fit."""
    clause = fact.form.clause
    assert clause is not None
    value = lowered(rest)
    if len(value) > 60 or not _VALUE.match(value):
        return ""
    verb = spoken(
        say(clause._replace(rest="", lead=""), "je", True, persona.style == "careful", gender(persona)), persona.style
    )
    noun = _NOUN_OF.match(fact.form.wh)
    per = (
        re.fullmatch(r"par (?:jour|semaine|nuit|mois)", clause.rest)
        if "par " not in value and "," not in value and " ou " not in value
        else None
    )
    if (
        noun
        and not re.match(r"(?:vers|à|entre) ", value)
        and noun["noun"].lower()[:4] in value.lower()
        and (not clause.rest or per)
    ):
        return f"{upper(verb)} {value}{' ' + clause.rest if per else ''}."
    if fact.form.wh == "à quelle heure" and not clause.rest and re.search(r"heures?|minuit|midi", value):
        return f"{upper(verb)} {value}." if re.match(r"(?:vers|à|entre)\b", value) else f"{upper(verb)} à {value}."
    times = re.match(r"combien de fois(?P<per> par (?:jour|semaine|nuit|mois|an))?$", fact.form.wh)
    if times and _ALONE.match(value) and not clause.rest.startswith("par"):
        return f"{upper(verb)} {value} fois{times['per'] or ''}{' ' + spoken(mine(clause.rest), persona.style) if clause.rest else ''}."
    if fact.form.wh in {"quel âge"} and "an" in value:
        return f"J'ai {value}."
    return ""


_REPLY = re.compile(r"\b(?:oui|non)\b")


def _scale(fact: Fact, persona: Persona, rng: Random, rest: str) -> str:
    """An option of a scale, said alone or with what it is about."""
    options = load("scales")["say"]
    key = fact.reading.rest.rstrip(".").lower()
    ways = options.get(key, [lowered(rest)])
    if fact.form.kind in {"wh", "order"}:
        ways = [way for way in ways if not _REPLY.search(way)] or ways[:1]
    said = str(rng.choice(ways))
    what = content(fact, persona, True) if rng.random() < 0.5 else ""
    if fact.band == RISK_BAND and "non" not in said and re.match(r"(?:jamais|pas|aucun)", said):
        said = f"non, {said}"
    if said.startswith(("oui", "ça,", "c'est")):
        what = ""
    if (
        what
        and " ou " not in what
        and not re.match(
            r"(?:jamais|presque jamais|rarement|plus|moins|pas|aucun|rien|non|assez|très|plutôt|peu|tout à fait)\b",
            said,
        )
    ):
        return f"{upper(said)}, {what}." if rng.random() < 0.6 else f"{upper(what)} {said}."
    if (
        fact.band != RISK_BAND
        and fact.form.kind not in {"wh", "order"}
        and said == lowered(rest)
        and rng.random() < 0.25 + 0.4 * persona.talkative
    ):
        frames = load("scales")["frames"]["never" if re.match(r"(?:jamais|pas du tout)", said) else "any"]
        return upper(str(rng.choice(frames)).replace("{x}", said)) + "."
    return f"{upper(said)}."
