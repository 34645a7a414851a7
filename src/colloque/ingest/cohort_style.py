"""How a respondent writes: careful sentences, telegraphic notes, text-message spelling, slips of the keyboard, capitals.

A hand never touches digits or a negation: what is said stays the same, only the spelling is a patient's. It knows
nothing of questions or of domains.
"""

import random
import re
from dataclasses import dataclass

__all__ = ["Hand", "draw_hand", "put_down"]

_KINDS = ("careful", "plain", "terse", "sms", "messy", "capitals")
_SHARES = (24, 33, 16, 13, 11, 3)
_WORDS = {"2": "deux", "3": "trois", "4": "quatre", "5": "cinq", "6": "six", "7": "sept", "8": "huit", "10": "dix"}
_SMALL = re.compile(
    r"(?<![\d,/.:] )(?<![\d,/.:])\b(10|[2-8]) (?=(?:jours|semaines|mois|ans|nuits|fois|enfants|verres|heures)\b)"
)
_SHORTHAND = tuple(
    (re.compile(rf"\b{full}\b"), short)
    for full, short in (
        ("tous les", "ts les"), ("toutes les", "ttes les"), ("tout le temps", "tt le tps"), ("tout", "tt"), ("beaucoup", "bcp"),
        ("quand", "qd"), ("pour", "pr"), ("parce que", "pcq"), ("c'est", "c"), ("je ne sais pas", "jsp"), ("je sais pas", "jsp"),
        ("quelque chose", "qqch"), ("quelqu'un", "qqn"), ("rendez-vous", "rdv"), ("toujours", "tjs"),
        ("week-end", "we"),  ("problème", "pb"),
        ("par semaine", "/sem"), ("par jour", "/j"),  ("dans", "ds"), ("semaines", "sem"),
    )
)  # fmt: skip
_RARE = {"ds", "sem"}
_ONE = re.compile(
    r"(?<![\d,.-])(?<!à )\b1 (?!fois|mois|repas|bras|cours|depuis|puis|dans|sous|sans|plus)(\w{3,}[^s\W])s\b"
)
_UNACCENTED = str.maketrans("àâäéèêëîïôöùûüçÀÂÉÈÊËÎÏÔÙÛÇ", "aaaeeeeiioouuucAAEEEEIIOUUC")
_LONG_WORD = re.compile(r"\b[a-zàâéèêëîïôùûüç]{7,}\b")
_YES_NO = re.compile(r"^((?:oui|non|si)),? .+", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hand:
    """One respondent's way of writing; the rates are shares in [0, 1]."""

    kind: str
    short: float
    capital: bool
    period: bool
    spelled: bool
    shorthand: float
    unaccented: float
    slips: float
    bare: float


def draw_hand(rng: random.Random, age: int) -> Hand:
    """A hand for one respondent. The young abbreviate more, the old hardly ever."""
    shares = list(_SHARES)
    if age < 30:
        shares[0], shares[3] = 15, 28
    elif age > 65:
        shares[0], shares[3] = 45, 1
    kind = rng.choices(_KINDS, shares)[0]
    careful = kind == "careful"
    return Hand(
        kind=kind,
        short={"careful": 0.05, "plain": 0.4, "terse": 0.97, "sms": 0.7, "messy": 0.5, "capitals": 0.8}[kind],
        capital=careful or rng.random() < {"plain": 0.3, "terse": 0.2, "messy": 0.2}.get(kind, 0.1),
        period=careful and rng.random() < 0.4,
        spelled=careful and rng.random() < 0.35,
        shorthand=rng.uniform(0.45, 0.9)
        if kind == "sms"
        else {"messy": 0.2, "terse": 0.12, "plain": 0.05}.get(kind, 0.0),
        unaccented=rng.choice((0.0, 0.3, 0.8)) if kind in ("sms", "messy") else 1.0 if kind == "capitals" else 0.0,
        slips=rng.uniform(0.15, 0.5) if kind == "messy" else 0.06 if kind == "sms" else 0.0,
        bare={"careful": 0.02, "plain": 0.08, "terse": 0.5, "sms": 0.2, "messy": 0.1, "capitals": 0.4}[kind],
    )


def put_down(text: str, hand: Hand, rng: random.Random, may_shorten: bool = True) -> str:
    """The text as this hand writes it. `may_shorten`: a yes or a no may stand alone, without its precision."""
    if may_shorten and hand.bare and (match := _YES_NO.match(text)) and rng.random() < hand.bare:
        text = match.group(1)
    text = _ONE.sub(r"1 \1", " ".join(text.split()))
    if hand.spelled:
        text = _SMALL.sub(lambda m: f"{_WORDS[m.group(1)]} ", text)
    if hand.shorthand:
        for pattern, short in _SHORTHAND:
            rate = hand.shorthand * (0.4 if short in _RARE else 1)
            if rng.random() < rate:
                text = pattern.sub(short, text)
        text = text.replace(" /", "/")
    if hand.slips:
        text = _LONG_WORD.sub(lambda m: _slip(m.group(), rng) if rng.random() < hand.slips * 0.35 else m.group(), text)
        if rng.random() < hand.slips:
            text = text.replace("j'", "j").replace("c'", "c").replace("J'", "J").replace("C'", "C")
    if hand.unaccented and rng.random() < hand.unaccented:
        text = text.translate(_UNACCENTED)
    if hand.kind == "capitals":
        return text.upper()
    return _finish(text, hand)


def _finish(text: str, hand: Hand) -> str:
    if hand.capital:
        text = text[:1].upper() + text[1:]
    if hand.period and text.count(" ") > 1 and text[-1] not in ".!?…%)":
        text += "."
    return text


def _slip(word: str, rng: random.Random) -> str:
    place = rng.randrange(2, len(word) - 2)
    kind = rng.random()
    if kind < 0.4:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind < 0.7:
        return word[:place] + word[place + 1 :]
    return word[:place] + word[place] + word[place:]
