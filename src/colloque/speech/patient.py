"""The patient's side: one fact in the patient's own words, stated once, with the characters that state it.

Facts come from the record alone; what is added (a sound, a « voilà ») says nothing. Knows no clinician.
"""

import re
from random import Random
from typing import NamedTuple

from colloque.core import Persona, Stated, Turn
from colloque.french import fold
from colloque.speech.answers import lowered
from colloque.speech.bank import load
from colloque.speech.clause import say
from colloque.speech.facts import RISK_BAND, Fact
from colloque.speech.gender import Gender
from colloque.speech.letters import lower, upper
from colloque.speech.oral import colour, hesitate, opener, spoken, tagged
from colloque.speech.persons import mine
from colloque.speech.weave import weave, with_articles

__all__ = ["DURATION", "Said", "chunks", "content", "patient_turn", "state"]

_LONG = 60
"""Words above which an answer is told over several turns (p90 of a caller's turn in SIMSAMU is 40)."""


class Said(NamedTuple):
    """Words of a turn and the part of them, [start, end), that states the answer `id`."""

    id: str
    text: str
    start: int
    end: int


def gender(persona: Persona) -> Gender:
    """The gender that this person's words agree with."""
    return persona.gender or "m"


def _agree(text: str, persona: Persona) -> str:
    return text.replace("{e}", "e" if gender(persona) == "f" else "")


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
    if not positive and re.search(r"\bqu(?:e\b|')", clause.rest):
        return ""
    if not positive and re.search(r", (?!(?:des|du|de|une?) )", clause.rest):
        return ""
    if not positive and re.match(
        r"(?:mal|peu|trop|moins|plus|si|tant|assez|toujours|suffisamment|certaine?s|plusieurs|tou(?:te?s?)|l'impression)\b",
        clause.rest,
    ):
        return ""
    return spoken(say(clause, "je", positive, persona.style == "careful", gender(persona)), persona.style)


def state(fact: Fact, persona: Persona, rng: Random, used: set[str] | None = None, *, same: bool = False) -> Said:
    """Answer a question that was just put. `used` holds the remarks of this talk, so that none comes twice; `same`: the
    answer before was « jamais », too."""
    used = set() if used is None else used
    reading = fact.reading
    if reading.kind in {"nothing", "blank", "inapplicable", "unknown", "refused", "emoji"}:
        return _set_piece(fact, persona, rng)
    if fact.band == RISK_BAND:
        # No sound and no afterthought around what is said of death: « non... euh » would be another answer.
        core = _yes_no(fact, persona, rng, plain=True) if reading.kind in {"yes", "no"} else _plain(fact, persona, rng)
        return _assemble(fact.id, "", core, "")
    if reading.kind in {"yes", "no"}:
        again = _asked_again(fact, persona, rng)
        before = again or (opener(persona, rng, fact.mood, fact.words) if rng.random() < 0.35 else "")
        core = _yes_no(fact, persona, rng, plain=bool(before), short=bool(again))
        kind = (
            "hard"
            if fact.mood == "hard"
            else "no"
            if reading.kind == "no"
            else "yes"
            if fact.band == _SUBSTANCES
            else "plain"
        )
    else:
        core = _plain(fact, persona, rng)
        if same and rng.random() < 0.5:
            core = str(rng.choice(load("scales")["again"]["never"]))
        before = opener(persona, rng, fact.mood, fact.words)
        kind = "hard" if fact.mood == "hard" else "plain"
    core = hesitate(core, persona, rng)
    if kind == "plain" and reading.kind == "words":
        core = tagged(core, persona, rng, used)
    if "? " in core[:30]:
        before = before if again_said(before) else ""
    after = (
        colour(persona, rng, kind, used, short=core.count(" ") < 4)
        if fact.words < 25 and not core.endswith(_TAGS)
        else ""
    )
    return _assemble(fact.id, before, core, _agree(after, persona))


_SUBSTANCES = 12
_TAGS = (", quoi.", ", hein.", ", voilà.", ", docteur.", ", voyez-vous.", ", si vous voulez.")


def again_said(before: str) -> bool:
    """Whether what comes before is the thing asked about, said again."""
    return before.endswith("? ")


_THING = re.compile(r"^(?:déjà )?(?:eu )?(?P<what>(?:des|du|de la|de l'|une?) (?:[\wÀ-ÿ'-]+ ){0,2}[\wÀ-ÿ'-]+)$")


def _asked_again(fact: Fact, persona: Persona, rng: Random) -> str:
    """The thing asked about said again before oui or non, as people do: « Des vertiges ? Non. »"""
    clause = fact.form.clause
    if (
        clause is None
        or clause.negative
        or clause.subject not in {"vous", "il y"}
        or rng.random() > 0.05 + 0.15 * persona.talkative
    ):
        return ""
    thing = _THING.match(clause.rest)
    if not thing or re.search(r"\b(?:vous|votre|vos|ou|et)\b", thing["what"]):
        return ""
    return f"{upper(thing['what'])} ? "


def _assemble(identity: str, before: str, core: str, after: str) -> Said:
    if before:
        small = before.rstrip()[-1] in ",.)" and not core.startswith("I ")
        core = lower(core) if small and not before.startswith("(") else core
    text = f"{before}{core}"
    start = len(before)
    if core.endswith("?") or len(core) > 220:
        after = ""
    return Said(identity, f"{text} {after}" if after else text, start, len(text))


def _set_piece(fact: Fact, persona: Persona, rng: Random) -> Said:
    reading = fact.reading
    data = load("spelling")[reading.kind] if reading.kind != "emoji" else {}
    if reading.kind in {"unknown", "refused"} and reading.rest:
        core = spoken(reading.rest, persona.style)
    elif reading.kind == "emoji":
        core = f"J'ai juste mis {reading.rest}, là."
    else:
        options = data["careful"] if persona.style == "careful" and "careful" in data else data["say"]
        core = _agree(rng.choice(options), persona)
    return Said(fact.id, core, 0, len(core))


_AFTER_LEAD = re.compile(
    r"^(?:mais|surtout|depuis|un peu|parfois|souvent|très|trop|beaucoup|pas|plus|jamais|et|car|parce|quand|à|au|aux|en|dans|avec|sans|par|de|d'|du|des|la|le|les|l'|une?|mon|ma|mes|\w+ fois|presque|surtout|tous|toute?s?|assez|énormément|seulement|juste|comme|sauf|chez|pour)\b",
    re.IGNORECASE,
)


def _yes_no(fact: Fact, persona: Persona, rng: Random, *, plain: bool, short: bool = False) -> str:
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
    if rng.random() < 0.25 and bare and not re.search(r"\bj[e']", rest[:4].lower()):
        what = content(fact, persona, positive)
        if what:
            return f"{lead}, {what}. {rest}"
    return f"{lead}. {rest}" if rng.random() < 0.5 else f"{lead}... {lower(rest)}"


DURATION = re.compile(
    r"^(?:depuis )?(?P<about>environ |à peu près |plus de |presque |au moins |moins de |bientôt )?(?P<n>(?:\w+(?:-\w+)*|\d+)(?: et \w+)?) (?P<unit>jours?|semaines?|mois|ans?|années?|heures?|nuits?)(?P<tail>(?: et demie?| environ| à peu près)?)\.?$",
    re.IGNORECASE,
)


def _plain(fact: Fact, persona: Persona, rng: Random) -> str:
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
    r"^(?:pendant|avant|après|pour|le soir|la nuit|le matin|au|à la|en|depuis|dans|chez|lorsque|quand) ", re.IGNORECASE
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
    ways = [f"Pour {label}, {lower(core)}", f"Alors {label}, {lower(core)}"]
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


def chunks(
    fact: Fact, persona: Persona, rng: Random, used: set[str] | None = None, *, same: bool = False
) -> list[Said]:
    """What is said to a question; a long answer is cut between sentences into several turns of at most some 45 words."""
    if fact.words <= _LONG or fact.reading.kind not in {"yes", "no", "words"}:
        return [state(fact, persona, rng, used, same=same)]
    parts: list[str] = []
    lead = f"{fact.reading.lead}. " if fact.reading.lead else ""
    for sentence in fact.reading.sentences:
        for piece in _pieces(spoken(sentence, persona.style)):
            if parts and parts[-1].count(" ") + piece.count(" ") < 45:
                parts[-1] += " " + piece
            else:
                parts.append(piece)
    parts[0] = lead + parts[0]
    return [Said(fact.id, part, 0, len(part)) for part in parts]


def _pieces(sentence: str) -> list[str]:
    """A sentence of more than some fifty words cut at its commas, or at spaces when it has none."""
    words = sentence.split(" ")
    if len(words) <= 50:
        return [sentence]
    out, current = [], []
    for word in words:
        current.append(word)
        if (len(current) >= 25 and word.endswith(",")) or len(current) >= 45:
            out.append(" ".join(current).rstrip(",") + "...")
            current = []
    return [*out, " ".join(current)] if current else out


def patient_turn(said: list[Said], extra: str = "") -> Turn:
    """One turn made of one or more statements, with their spans; `extra` are words before them."""
    text, states = extra, []
    for piece in said:
        offset = len(text) + 1 if text else 0
        text = f"{text} {piece.text}" if text else piece.text
        states.append(Stated(answer=piece.id, start=offset + piece.start, end=offset + piece.end))
    return Turn(role="patient", text=text, states=tuple(states))
