"""Is what the patient has just said received? An answer that weighs, and a reply that turns away from it dryly.

Two things are weighed apart: what the answer asks for (a confidence, grief, fear; an answer to « what weighs on you »; a
red flag) and what the reply does with it (takes something up, hums, turns to papers or the weather). Only both together
make a finding: a change of subject after a plain answer is the way of any interview.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

from colloque.checks.conduct_book import finding
from colloque.checks.conduct_risk import alarm_of
from colloque.checks.conduct_scene import Scene
from colloque.core import Finding
from colloque.french.denied import polarity_at
from colloque.french.patterns import lexicon, plain, sentences
from colloque.french.questions import questions_in
from colloque.french.risk import asks_about_risk
from colloque.french.words import matter, stems, topics

__all__ = ["answer_ignored"]

Manner = Literal["received", "bare", "aside"]

_FELT = frozenset(("humeur", "larmes", "interet", "angoisse", "colere", "estime", "suicide"))
_LEANS = re.compile(r"\b(?:ca|cela|ce|cette|ces|celui|celle|y|en)\b|^(?:et )?(?:ils?|elles?) ")
_FRONTED = re.compile(
    r"^(?:et |alors |sinon,? |bon,? )*(?:du cote de |cote |pour |au )?(?:le|la|les|l'|votre|vos|l'un|de votre) ?[\w'-]+(?: [\w'-]+){0,4},"
)
"""« Le magasin, on vous y a dit quelque chose ? »: the pronoun stands for what the question itself puts first."""
_TOKEN = re.compile(r"[a-z'-]+")
_BARE = frozenset(
    ["d'accord", "bien", "tres", "ok", "okay", "hm", "hum", "mhm", "oui", "bon", "entendu", "je", "note", "c'est", "vois", "parfait", "compris", "ah", "alors", "et", "passons", "continuons", "suite", "la", "a", "super", "donc", "eh", "fort", "impeccable", "genial"]
)  # fmt: skip
_HEARD = re.compile(r"\bje (?:vois|comprends|entends|sens|devine|mesure|imagine)\b")
_PLAIN = re.compile(
    r"^(?:(?:ah |oh |ben |bah |mais )?(?:non|nan|jamais|aucune?|pas|rien|oui|ouais|si)\b[^.?!]{0,40}[.!…]?){1,2}$"
)
"""A yes or a no and little more."""
_LONG = 14
_MANY = 9
"""Words from which an answer is more than its bare matter."""


def answer_ignored(scene: Scene) -> Iterator[Finding]:
    """The patient has just said something that weighs; the reply hums, or turns to papers, and goes elsewhere."""
    if not scene.last:
        return
    manner = _manner(scene.reply)
    if manner == "received" or (manner == "bare" and lexicon("alarms").has(scene.reply, "answers")):
        return
    weight, words = _weight(scene)
    if not weight or (manner == "bare" and not scene.questions) or _taken_up(scene, weight, words, manner):
        return
    strong = weight == "grave" or (manner == "aside" and _turned(scene)) or _points(scene, weight) >= _STRONG
    label = "last_answer_ignored" if strong else "last_answer_ignored.light"
    yield finding(label, scene.turn, scene.reply[:80], f"« {words} »")


def _weight(scene: Scene) -> tuple[str, str]:
    """How much the answer weighs (grave, heavy, told, or nothing) and the words that make it so."""
    history = topics(" ".join(questions_in(scene.asked or ""))) & {"famille", "antecedents"}
    if not history and (grave := _told(scene.last, "grave")):
        return "grave", grave
    if heavy := _told(scene.last, "heavy"):
        return "heavy", heavy
    if _PLAIN.match(plain(scene.last)):
        return "", ""
    if alarm := alarm_of(scene.last):
        return "heavy", alarm[1]
    if asked_back := _asks_back(scene.last):
        return "grave", asked_back
    felt = lexicon("welcome").has(scene.asked or "", "feeling_asked") and len(stems(scene.last)) >= 2
    return ("told", scene.last[:40]) if felt or len(scene.last.split()) >= _MANY else ("", "")


_BACK = re.compile(
    r"est-ce que|est-ce|vous (?:croyez|pensez|pouvez|savez)|(?:c'est|ce serait|serait-ce) (?:grave|normal|dangereux)|je vais (?:\w+ )?(?:perdre|mourir|guerir|pouvoir|devoir|rester|garder)|(?:on|je) (?:peut|peux|pourra|pourrai)|il faut|faut-il|pourquoi|combien de temps"
)


def _asks_back(text: str) -> str:
    """The patient's question to the clinician, where the turn ends with one; « vous voyez ? » is none."""
    spans = sentences(text)
    last = text[slice(*spans[-1])].strip() if spans else ""
    return last if last.endswith("?") and len(last.split()) > 3 and _BACK.search(plain(last)) else ""


@lru_cache(maxsize=512)
def _told(text: str, label: str) -> str | None:
    """The first words of that label that the patient does not deny."""
    for hit in lexicon("welcome").all(text, label):
        if polarity_at(text, hit.start, hit.end) == "asserted":
            return text[hit.start : hit.end]
    return None


def _taken_up(scene: Scene, weight: str, words: str, manner: Manner) -> bool:
    """Something of the answer comes back in the reply, or its question stays with it.

    Where something grave was said, its own sentence or a neighbour must come back, and not what stood beside it.
    """
    asked = scene.questions[0] if scene.questions else ""
    heart = _around(scene.last, words) if weight == "grave" else scene.last
    if stems(scene.reply) & stems(heart) or _shares_figure(scene):
        return True
    if manner == "aside" and (_turned(scene) or _confided(scene.last)):
        return False
    if asks_about_risk(asked) or topics(asked) & _FELT or (manner == "bare" and topics(heart) & topics(scene.reply)):
        return True  # still with what is felt, though not in the same words
    folded = plain(asked)
    return not matter(asked) or bool(_LEANS.search(folded) and not _FRONTED.match(folded))


_FIGURE = re.compile(
    r"\d|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cinquante"
)


def _shares_figure(scene: Scene) -> bool:
    return bool(set(_FIGURE.findall(plain(scene.last))) & set(_FIGURE.findall(plain(scene.reply))))


@lru_cache(maxsize=512)
def _around(text: str, words: str) -> str:
    """The sentence of the words and its neighbours."""
    spans = sentences(text)
    at = max(0, text.find(words))
    here = next((n for n, (start, end) in enumerate(spans) if start <= at < end), 0)
    near = spans[max(0, here - 1) : here + 2]
    return text[near[0][0] : near[-1][1]] if near else text


def _confided(text: str) -> bool:
    return lexicon("welcome").has(text, "confided")


def _turned(scene: Scene) -> bool:
    """The reply turns to something that is no matter of care, whatever the answer was."""
    return lexicon("welcome").has(scene.reply, "papers")


_MINE = re.compile(r"\b(?:je|me|moi|mon|ma|mes)\b|\b[jm]'")
_STRONG = 3
"""Points from which what is missed is an error: heavy words and one sign more."""


def _points(scene: Scene, weight: str) -> int:
    """Signs that the answer asked for a word: heavy words, a question about feelings, length, approval that does not fit."""
    book = lexicon("welcome")
    heavy = 2 if weight == "heavy" else 0
    felt = book.has(scene.asked or "", "feeling_asked")
    long = len(scene.last.split()) >= _LONG and _MINE.search(plain(scene.last)) is not None
    return heavy + felt + long + book.has(scene.reply[:24], "cheerful")


@lru_cache(maxsize=512)
def _manner(reply: str) -> Manner:
    """What the reply does before it asks: takes up, hums, or turns to something else."""
    hits = lexicon("welcome").all(reply, "aside", "papers", "procedure", "formula", "empathy")
    spans = sentences(reply)
    asking = [span for span in spans if "?" in reply[slice(*span)] and questions_in(reply[slice(*span)])]
    for start, end in spans:
        within = [hit for hit in hits if start <= hit.start < end]
        if (start, end) in asking or any(hit.label in ("aside", "papers") for hit in within):
            continue
        statement, moves = reply[start:end], [hit for hit in within if hit.label == "procedure"]
        for hit in reversed(moves):
            statement = statement[: hit.start - start] + statement[hit.end - start :]
        words = [word for word in _TOKEN.findall(plain(statement)) if word not in _BARE]
        said = [
            h for h in within if h.label == "formula" and not any(m.start < h.end and h.start < m.end for m in moves)
        ]
        if len(words) >= 2 or said or (words and _HEARD.search(plain(statement))):
            return "received"
    if asking and "," in reply[slice(*asking[0])]:
        start, end = asking[0]
        lead = start + reply[start:end].rindex(",")
        if any(hit.label == "empathy" and start <= hit.start and hit.end <= lead for hit in hits):
            return "received"
    return "aside" if any(hit.label in ("aside", "papers") for hit in hits) else "bare"
