"""Written French made oral: `je ne dors pas` → `je dors pas`, `il y a` → `y a`, `cela` → `ça`; hesitation and fillers.

Rates follow the persona, below those measured on emergency calls (SIMSAMU: 35 « euh » in 1,000 words of callers,
full « ne … pas » in 0.6 of 35 negations), which the reference takes as the upper bound. Never touches a fact.
"""

import re
from functools import lru_cache
from random import Random

from colloque.core import Persona
from colloque.speech.bank import load
from colloque.speech.letters import lower

__all__ = ["colour", "hesitate", "opener", "spoken", "tagged"]

# « je bois plus » would mean more: `ne` stays before plus, unless what follows leaves no doubt.
_NEGATION = r"(?:pas|jamais|rien|guère|aucune?|personne|plus (?:rien|jamais|personne|aucune?|du tout|goût|envie|la force|le goût|plaisir))"
_NE = re.compile(
    rf"(?!ne (?:\w+ )?pas mal|n'(?:\w+ )?pas mal)\b(?:ne |n')(?=(?:(?:[\wÀ-ÿ]+'|[\wÀ-ÿ-]+ ){{1,4}}){_NEGATION}\b|\w+ {_NEGATION}\b)",
    re.IGNORECASE,
)
_NE_HEAD = re.compile(r"^(?:ne|n')\b", re.IGNORECASE)
_PLAIN = (
    (re.compile(r"\bJe (?=[aeéèêiouyhœ]\w*)(?!hait|hurle|hais|harcèle|onz|y[aou])"), "J'"),
    (re.compile(r"\bje (?=[aeéèêiouyhœ]\w*)(?!hait|hurle|hais|harcèle|onz|y[aou])"), "j'"),
    (re.compile(r"\bce (?=est\b|était\b)"), "c'"), (re.compile(r"\bCe (?=est\b|était\b)"), "C'"),
    (re.compile(r"\bcela\b"), "ça"), (re.compile(r"\bCela\b"), "Ça"),
    (re.compile(r"\bil y a\b"), "y a"), (re.compile(r"\bil y avait\b"), "y avait"), (re.compile(r"\bIl y a (?=pas|plus|rien|que|toujours|des|du|de|un|trop)"), "Y a "),
    (re.compile(r"\bil y en a\b"), "y en a"),
    (re.compile(r"\bil faut\b"), "faut"), (re.compile(r"\bIl faut\b"), "Faut"),
)  # fmt: skip
_FAMILIAR = (
    (re.compile(r"\bpetit déjeuner\b"), "petit déj'"), (re.compile(r"\bmon travail\b"), "mon boulot"), (re.compile(r"\bau travail\b"), "au boulot"),
    (re.compile(r"\bce n'est\b"), "c'est"), (re.compile(r"\bje suis\b"), "j'suis"), (re.compile(r"\bparce que\b"), "parce que"), (re.compile(r"\btu as\b"), "t'as"),
)  # fmt: skip


@lru_cache(maxsize=16384)
def spoken(text: str, style: str) -> str:
    """The words as this person says them: careful people keep `ne` and `il y a`; the others drop them."""
    if style == "careful":
        return text
    text = _NE.sub("", text)
    for pattern, new in _PLAIN:
        text = pattern.sub(new, text)
    return text


def opener(persona: Persona, rng: Random, mood: str, words: int) -> str:
    """A first sound before the answer (`Ben…`, `Euh…`), often none; `mood` is good, hard or plain."""
    if rng.random() > 0.14 + 0.5 * persona.hesitant:
        return ""
    bank = load("colour")["lead"]
    return str(rng.choice(bank[persona.style] + (bank.get(mood, []) if words > 2 else [])))


def hesitate(text: str, persona: Persona, rng: Random) -> str:
    """Now and then a pause inside the words, at a comma or a link, or a first word said twice. No word is lost."""
    if len(text) < 25 or rng.random() > 0.55 * persona.hesitant:
        return text
    if rng.random() < 0.3 and (again := re.match(r"(?:Je|Ça|C'est|On|Mon|Ma) ", text)):
        word = again.group().strip()
        if word.endswith("'"):
            return text
        return f"{word}... {lower(text)}"
    places = list(
        re.finditer(
            r"(?<=[a-zà-ÿ])(?<!Non), (?!docteur\b|oui\b|non\b|jamais\b|parfois\b)(?=\w)| (?=(?:et(?! demi| quart| une? | vingt)|mais|parce que|surtout) \w)",
            text,
        )
    )
    if not places:
        return text
    place = rng.choice(places)
    sound = rng.choice(("... ", "... euh, ", "... enfin, ")) if persona.style != "careful" else "... "
    if "enfin" in sound or "euh" in sound:
        sound = "... " if rng.random() < 0.6 else sound.replace("enfin", "euh")
    return text[: place.start()].rstrip(",") + sound + text[place.end() :]


def colour(persona: Persona, rng: Random, kind: str, used: set[str], *, short: bool = False) -> str:
    """A remark without any fact after the answer (`Voilà.`), now and then; `kind` is yes, no, hard or plain; oftener after a `short` answer."""
    if rng.random() > (0.04 + 0.24 * persona.talkative if short else 0.02 + 0.14 * persona.talkative):
        return ""
    after = load("colour")["after"]
    pool = after[persona.mood]["any"] if persona.mood in after and rng.random() < 0.2 else after[kind][persona.style]
    left = [remark for remark in pool if remark not in used]
    if not left:
        return ""
    said = str(rng.choice(left))
    used.add(said)
    return said


def tagged(text: str, persona: Persona, rng: Random, used: set[str]) -> str:
    """A short plain answer with « quoi », « voilà », « docteur » before its full stop; once of a kind in a talk."""
    if (
        not text.endswith(".")
        or text.endswith("..")
        or not 8 < len(text) < 90
        or rng.random() > 0.03 + 0.08 * persona.talkative
    ):
        return text
    tag = str(rng.choice(load("colour")["tag"][persona.style]))
    if tag in used or tag.strip(", ") in text:
        return text
    used.add(tag)
    return f"{text[:-1]}{tag}."
