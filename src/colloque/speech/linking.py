"""What leads from one question to the next: a link, a sign that something was already heard, « Parlons du sommeil. »

Chooses words only; the order of the talk is the plan's.
"""

import re

from colloque.speech.bank import load
from colloque.speech.facts import RISK_BAND, Fact
from colloque.speech.lines import about
from colloque.speech.talking import Talk, stems_of

__all__ = ["LED_BY", "link_to", "named_twice"]


def link_to(talk: Talk, fact: Fact, silent: bool) -> str:
    """What leads to the next question; after no acknowledgement it is shorter."""
    last = talk.last
    if fact.leans:
        return str(talk.rng.choice(("Et ", "")))
    if fact.band == RISK_BAND and (last is None or last.band != RISK_BAND or _again(talk, fact)):
        return _before_risk(talk, fact)
    if _again(talk, fact):
        return talk.pick("links", "again")
    if fact.band == 13 and fact.topic == "libido":
        return talk.pick("links", "intimate")
    if len(talk.queue) == 1 and talk.told > 4 and talk.rng.random() < 0.4:
        return talk.pick("links", "last")
    if last is not None and last.band == fact.band:
        return str(talk.rng.choice(talk.bank["links"]["same"]))
    if last is not None and last.band != fact.band and talk.rng.random() < 0.3:
        turned = _turned_to(talk, fact)
        if turned:
            return turned
    if silent:
        return str(
            talk.rng.choice(("", "", "", "", "Et ", "Et ", "Et ", "Et ", "Sinon, ", "Dites-moi, ", "Et sinon, "))
        )
    return str(talk.rng.choice(talk.bank["links"]["methodical" if talk.persona.school == "methodical" else "next"]))


def _before_risk(talk: Talk, fact: Fact) -> str:
    """The question of suicide is announced as one that everybody is asked, or put plainly."""
    if _again(talk, fact):
        return "Pour bien comprendre, "
    return talk.pick("links", "risk") if talk.rng.random() < 0.7 else ""


LED_BY = re.compile(r".*\. $|(?:Et c|C)ôté |Pour (?:le |la |les |l'|ce qui )|Du côté |À propos |Concernant |Question ")


def named_twice(talk: Talk, fact: Fact, question: str) -> bool:
    """Whether a question names the topic that « Parlons du sommeil. » has just named."""
    label = str(load("topics")["labels"].get(fact.topic or "", ""))
    return label.split("'")[-1].split(" ")[-1][:6] in question.lower()


_LEANS_BACK = re.compile(r"\b(?:cela|ça|ce|ces|cette|en|y)\b", re.IGNORECASE)


def _turned_to(talk: Talk, fact: Fact) -> str:
    """« Parlons du sommeil. » before a question that comes to a new topic; "" where the topic has no plain name."""
    label = load("topics")["labels"].get(fact.topic or "")
    if (
        not label
        or fact.topic not in load("topics")["turned"].split()
        or " de moi" in label
        or _LEANS_BACK.search(fact.form.text)
        or len(fact.form.text) < 22
        or fact.form.kind == "noun"
    ):
        return ""
    whole = talk.rng.random() < 0.5
    frame = talk.pick("turn", "to" if whole else "side", bank=load("regard"))
    bare = re.sub(r"^(?:le |la |les |l')", "", label)
    told = (
        frame.replace("{of}", about(label))
        .replace("{the}", label)
        .replace("{to}", about(label, "à"))
        .replace("{bare}", bare)
    )
    return told + " " if whole else told


def _again(talk: Talk, fact: Fact) -> bool:
    """The question comes near to what was already said: it is put with a sign that this was heard."""
    asked = stems_of(fact.form.text)
    near = asked & talk.heard
    share = 4 if fact.form.wh.startswith(("combien", "à quelle heure", "à quelle fréquence")) else 2
    return bool(near) and len(near) * share >= len(asked)
