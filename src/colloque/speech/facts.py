"""Facts: each answer of a record understood once, before anything is said — question, answer, topic, mood, risk.

Reads with colloque.french and with this package's grammar; says nothing itself.
"""

import re
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from colloque.core import Questionnaire
from colloque.french import concept_of
from colloque.french.denied import polarity_at
from colloque.french.patterns import lexicon
from colloque.french.risk import asks_about_risk, grade_turn, raises_risk
from colloque.speech.answers import Reading, clean, read_answer
from colloque.speech.bank import load
from colloque.speech.gender import Gender, noun_gender
from colloque.speech.oral import spoken
from colloque.speech.question import Form, read_question
from colloque.speech.respondent import ASKS_SEX

__all__ = ["RISK_BAND", "Fact", "Mood", "facts_of", "sad"]

RISK_BAND = 14
"""The band of the talk where thoughts of death and self-harm stand."""
Mood = Literal["hard", "good", "plain"]


class Fact(NamedTuple):
    """One answer understood. `band` places it in the talk; `leans` ties it to the question before."""

    id: str
    question: str
    form: Form
    reading: Reading
    topic: str | None
    band: int
    leans: bool
    mood: Mood
    risk: str
    scale: bool
    alarm: bool
    heavy: bool = False
    """Whether the answer itself, not the question alone, says something that weighs."""

    @property
    def words(self) -> int:
        """Words of the answer, without its oui or non."""
        return self.reading.rest.count(" ") + 1 if self.reading.rest else 0


@cache
def _topics() -> tuple[dict[str, int], frozenset[str], frozenset[str]]:
    data = load("topics")
    bands = {concept: i for i, line in enumerate(data["bands"]) for concept in line.split()}
    return bands, frozenset(data["hard"].split()), frozenset(data["risk"].split())


@cache
def _moods() -> tuple[re.Pattern[str], re.Pattern[str]]:
    data = load("phrases")["mood"]
    return (
        re.compile(rf"\b(?:{data['burden']})", re.IGNORECASE),
        re.compile(rf"\b(?:{data['sad']})", re.IGNORECASE),
    )


def sad(text: str) -> bool:
    """Whether words name a burden."""
    return bool(_moods()[1].search(text))


_SCALE = re.compile(
    r"^(?:jamais|rarement|parfois|quelquefois|souvent|très souvent|assez souvent|toujours|presque toujours|presque jamais|de temps en temps|plusieurs jours|plus de la moitié des jours|plus de la moitié du temps"
    r"|presque tous les jours|tous les jours|quelques jours|la plupart du temps|pas du tout|un peu|moyennement|modérément|beaucoup|énormément|extrêmement|légèrement|un petit peu|assez|plutôt"
    r"|pas (?:très |trop )?souvent|(?:pas|peu|assez|très|plutôt|extrêmement|un peu) (?:difficile|d'accord|satisfaite?|gênante?|important)|tout à fait(?: d'accord)?|plutôt d'accord|une fois par mois ou moins|moins d'une fois par mois|une fois par mois|une fois par semaine|chaque mois|chaque semaine|chaque jour"
    r"|pas tout à fait autant qu'avant|autant qu'avant|autant que d'habitude|non, pas du tout|quelques fois)[.]?$",
    re.IGNORECASE,
)
_STRONG = re.compile(
    r"presque tous|tous les jours|moitié|souvent|toujours|plupart|beaucoup|énorm|extrêm|très", re.IGNORECASE
)
_NEVER = re.compile(r"^(?:jamais|pas du tout|presque jamais|aucune?|rien)\b", re.IGNORECASE)
_NOT_SAD = re.compile(r"\b(?:pas|plus|jamais|sans|ni|aucune?)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_LEANING = re.compile(
    r"^(?:et )?(?:depuis (?:quand|combien de temps)|à quelle (?:fréquence|heure|intensité)|à quel (?:moment|rythme)|combien de (?:temps|fois|nuits|jours)(?: par (?:jour|semaine|mois|nuit))?|combien(?: par (?:jour|semaine|mois|nuit))?"
    r"|pourquoi|comment|où|quand|lequel|laquelle|lesquels|lesquelles|quelle quantité|quelle dose|quelle durée|quel traitement|durée|fréquence|intensité(?: sur 10)?|précisez|précisions?|détails?|si oui.*|si non.*|à quelle dose|de quel type|qui|à quelle fréquence et où|dans quelles? \w+|avec qui)(?: \?|\.)?$",
    re.IGNORECASE,
)
_GENERIC = frozenset({"duree", "frequence", "intensite", "declencheur", "soulagement"})


@lru_cache(maxsize=16384)
def _asked(question: str, text: str) -> tuple[str | None, bool, bool]:
    """What a question is about; whether it asks about death or self-harm; whether it brings it up at all."""
    return concept_of(question), asks_about_risk(text), raises_risk(text)


def facts_of(questionnaire: Questionnaire, gender: Gender) -> tuple[Fact, ...]:
    """The told answers of a record, understood, in the order of the record."""
    return tuple(_fact(clean(a.question), a.answer, gender)._replace(id=a.id) for a in questionnaire.told)


@lru_cache(maxsize=32768)
def _fact(question: str, answer: str, gender: Gender) -> Fact:
    """One answer understood, whatever its id: forms ask the same of many people, who answer alike."""
    form = read_question(question, gender)
    reading = read_answer(_with_unit(question, answer))
    bands, _, _ = _topics()
    topic, asks, raises = _asked(question, form.text)
    leans = (
        form.kind == "follow"
        or bool(_LEANING.match(form.text))
        or (topic in _GENERIC and not form.clause and len(form.text) < 40)
    )
    scale = bool(_SCALE.match(reading.rest)) and not reading.lead
    said = " ".join(p for p in (f"{reading.lead}," if reading.lead else "", reading.rest) if p) or clean(answer)
    # A bare oui, an option of a scale: no sign of danger where the question speaks of none.
    harmless = not (asks or raises) and (scale or not reading.rest)
    risk = "none" if harmless else grade_turn(said, form.text, raised=raises).grade
    band = RISK_BAND if asks else bands.get(topic or "", 8)
    if re.search(r"\b(?:famille|familiaux|familial|père|mère|parents)\b", question) and band in (2, 4, 5, 12):
        band = bands["antecedents"]
    return Fact(
        "",
        question,
        form,
        reading,
        topic,
        band,
        leans,
        _mood(form, reading, scale),
        risk,
        scale,
        _alarm(question, said, reading),
        _heavy(form.text, reading),
    )


_UNIT = re.compile(
    r"\((?:en )?(kg|cm|m|mmHg|ans?|années?|mois|jours?|semaines?|heures?|h|min|minutes?|mg|g/l|%|°c|degrés?)\)",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"(?:combien|nombre) d(?:e |')([\wÀ-ÿ]+)", re.IGNORECASE)
_SEXES = {"f": "femme", "m": "homme", "h": "homme"}


_FLAGS = frozenset(["body", "violence", "child", "watch"])


def _with_unit(question: str, answer: str) -> str:
    """A bare number with the unit that its question names (`Poids (kg)` → 68 kg); F and M of a form in words."""
    bare = answer.strip()
    if ASKS_SEX.match(question.strip()):
        return _SEXES.get(bare.lower(), answer)
    if "accident du travail" in question.lower():
        answer = re.sub(r"\bAT\b", "accident du travail", answer)
        bare = answer.strip()
    many = _HOW_MANY.search(question)
    if (
        many
        and re.match(r"1(?: (?:ou|à|par|dans|ce|cette|seule?)\b|$)", bare)
        and noun_gender(many[1].removesuffix("s").lower()) == "f"
    ):
        return "une" + bare[1:]
    unit = _UNIT.search(question)
    return f"{bare} {unit[1]}" if unit and re.fullmatch(r"\d+(?:[.,]\d+)?", bare) else answer


def _alarm(question: str, answer: str, reading: Reading) -> bool:
    """A red flag of the body, of violence or of a child that the answer asserts: it is not passed over."""
    grave = re.compile(str(load("phrases")["mood"]["violence"]), re.IGNORECASE)
    if grave.search(reading.rest) or (reading.kind == "yes" and grave.search(question)):
        return True
    if reading.kind == "no" and re.search(r"en sécurité", question):
        return True
    said = f"{question.rstrip(' ?:')}. {answer}" if reading.kind == "yes" else answer
    found = lexicon("alarms").all(said)
    return any(hit.label in _FLAGS and polarity_at(said, hit.start, hit.end) == "asserted" for hit in found)


_LIGHT = re.compile(
    r"(?:un (?:petit )?peu|pas (?:très|trop|spécialement|vraiment)|légère?(?:ment)?|rarement)\b(?!.*\b(?:mort|suicid|pleur|seule?)\b)",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def _weighs(reading: Reading) -> bool:
    """Whether an answer, as it will be said, holds what must not be passed over."""
    told = f"{reading.lead}, {reading.rest}" if reading.lead else reading.rest
    oral = spoken(told, "plain")
    found = lexicon("welcome").has(oral, "heavy", "grave")
    return found or (oral != told and lexicon("welcome").has(told, "heavy", "grave"))


def _grieves(text: str, reading: Reading) -> bool:
    """Whether question and answer tell of a loss."""
    told = f"{text} {reading.rest}" if reading.kind != "no" else reading.rest
    return bool(re.search(load("phrases")["mood"]["grief"], told, re.IGNORECASE))


def _heavy(text: str, reading: Reading) -> bool:
    return _weighs(reading) or sad(reading.rest) or _grieves(text, reading)


def _mood(form: Form, reading: Reading, scale: bool) -> Mood:
    """Whether what is said is a burden, a relief, or neither; neither where it is not plain."""
    burden, heavy = _moods()
    if _LIGHT.match(reading.rest):
        return "plain"
    if _weighs(reading):
        return "hard"
    asked = bool(burden.search(form.text)) and not (form.clause and form.clause.negative)
    if asked and form.kind in {"yesno", "statement", "noun"}:
        if reading.kind == "no" or (scale and _NEVER.match(reading.rest)):
            return "good" if not heavy.search(reading.rest) else "plain"
        if reading.kind == "yes" or (scale and _STRONG.search(reading.rest)):
            return "hard"
        if scale:
            return "plain"
    if reading.kind != "no" and _grieves(form.text, reading):
        return "hard"
    found = heavy.search(reading.rest)
    if found and not _NOT_SAD.search(reading.rest[: found.start()]):
        return "hard"
    return "plain"
