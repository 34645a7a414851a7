"""How sure a risk of suicide is in what a patient says: none, denied, ambiguous, affirmed, acute.

Knows the words (data: conduct/risk.toml) and the question they answer; knows nothing of what the clinician owes then.
A negation never lowers a grade by itself: only a clear no to a direct question does. « J'ai pas arrêté d'avoir des
idées noires » affirms; « J'ai pas d'idées noires », when nobody asked, still calls for a calm, direct question.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from colloque.french.denied import polarity_at, sentence_at
from colloque.french.patterns import Hit, lexicon, plain
from colloque.french.questions import questions_in

__all__ = ["Grade", "Risk", "asks_about_risk", "grade_turn", "raises_risk", "risk_of", "risk_words"]

Grade = Literal["none", "denied", "ambiguous", "affirmed", "acute"]

_SIGNS = ("explicit", "passive", "coded", "selfharm", "attempt", "tried", "plan", "now", "harm_other")
_FIRST = re.compile(r"\b(?:je|me|moi|mes|ma|mon)\b|\b[jm]'")
_OTHER = re.compile(
    r"\b(?:il|elle|ils|elles|on|(?:mon|ma|mes|son|sa|ses|un|une|le|la|notre|leur) (?:petite? |grande? |meilleure? )?"
    r"(?:mari|femme|fils|fille|enfants?|bebe|pere|mere|papa|maman|frere|s(?:œ|oe)ur|oncle|tante|cousine?|grand-pere|"
    r"grand-mere|parents?|amie?s?|copain|copine|compagnon|compagne|voisine?|collegues?|beau-pere|belle-mere|neveu|niece|"
    r"ado|gamine?|petite?|fiston|conjointe?|epou(?:x|se)|patiente?|eleve))\b"
)
_OPEN = re.compile(
    r"^(?:et |alors |mais |voila[.,]? )*(?:a |avec |vers |chez |pour |depuis |de )?(?:qui|ou|quand|combien|comment|pourquoi)\b"
)
_SOUGHT = re.compile(
    r"\b(?:tabac|fum|cigarette|clope|vap|patch|alcool|boire|\bbu\b|verre|arret|sevr|regime|fiv\b|insemin|grossesse|enceinte|bebe|dialogue|reprise)|rien tente|jamais tente"
)
"""What else is tried: an attempt at that is none of suicide."""
_RECENT = re.compile(
    r"\b(?:ce matin|hier|cette nuit|tout a l'heure|viens de|il y a (?:une|deux|trois) heures?|aujourd'hui|ce soir)\b"
)


@dataclass(frozen=True, slots=True)
class Risk:
    """A grade and the words it rests on (empty where there are none)."""

    grade: Grade = "none"
    quote: str = ""
    kind: str = ""
    """Which kind of sign: explicit, passive, coded, selfharm, attempt, plan, means, now, harm_other, answer."""


@lru_cache(maxsize=512)
def risk_of(text: str, question: str | None = None) -> Risk:
    """Grade one patient turn. `question`: the clinician's turn that it answers, if there is one.

    Grades, from the house's law 8: `denied` only as a clear no to a direct question; `ambiguous` for idiom, passive or
    half-denied ideas, self-harm, past attempts and unasked denials; `affirmed` for a wish to die; `acute` for plan,
    means or imminence beside it.
    """
    return grade_turn(text, question, raised=question is not None and raises_risk(question))


@lru_cache(maxsize=512)
def grade_turn(text: str, question: str | None, *, raised: bool) -> Risk:
    """As `risk_of`, where it is known whether suicide has been talked of before (`raised`): a plan is one then."""
    text = unicodedata.normalize("NFC", text)
    direct = question is not None and asks_about_risk(question)
    masked = _mask(text)
    book = lexicon("risk")
    told: list[tuple[Hit, str]] = []
    for hit in book.all(masked, *_SIGNS):
        if hit.label == "tried" and not (raised or direct) and _SOUGHT.search(plain(f"{question or ''} {text}")):
            continue  # to stop smoking, to have a child
        if not _elsewhere(masked, hit):
            told.append((hit, polarity_at(masked, hit.start, hit.end)))
    worst = _of_signs(text, masked, told, direct, raised)
    if worst is not None and (worst.grade not in ("none",)):
        return worst
    if direct:
        return _of_answer(text, masked)
    return _of_other(text, masked) or Risk()


@lru_cache(maxsize=512)
def asks_about_risk(text: str) -> bool:
    """Whether a clinician's turn asks, so that yes or no answers it, about death, suicide or self-harm.

    « Qui d'autre le sait ? » after scarifications, or « depuis quand ? », is no such question.
    """
    return any(lexicon("risk").has(asked, "topic") and not _OPEN.search(plain(asked)) for asked in questions_in(text))


def raises_risk(text: str) -> bool:
    """Whether a turn of either speaker brings up death or suicide, asked or not."""
    book = lexicon("risk")
    return book.has(text, "topic", "raised") or book.has(_mask(text), "explicit")


def risk_words(text: str) -> frozenset[str]:
    """The kinds of signs in a text, whatever their polarity: for those who look for a topic and not for a grade."""
    return frozenset(hit.label for hit in lexicon("risk").all(_mask(text), *_SIGNS, "means"))


def _mask(text: str) -> str:
    """The text with harmless idioms blanked out, same length."""
    for hit in lexicon("risk").all(text, "harmless"):
        text = text[: hit.start] + "·" * (hit.end - hit.start) + text[hit.end :]
    return text


def _elsewhere(text: str, hit: Hit) -> bool:
    """The sign is someone else's: another person is the subject and no first person stands in between."""
    start, _ = sentence_at(text, hit.start)
    before = plain(text)[start : hit.end]
    others = list(_OTHER.finditer(before[: hit.start - start]))
    if not others or (hit.label in ("now", "plan") and _FIRST.search(before)):
        return False
    return _FIRST.search(before[others[-1].end() :]) is None and hit.label != "harm_other"


def _of_signs(text: str, masked: str, told: list[tuple[Hit, str]], direct: bool, raised: bool) -> Risk | None:
    """The grade that the signs in the turn itself support."""
    asserted = [hit for hit, polarity in told if polarity == "asserted"]
    kinds = {hit.label for hit in asserted}
    ideas = kinds & {"explicit", "passive"} or (direct and _answers_yes(masked))
    urgent = [hit for hit in asserted if hit.label in ("plan", "now")]
    if not urgent and (ideas or raised or kinds & {"coded"}):
        near = lexicon("risk").all(masked, "means", "soon")
        urgent = [h for h in near if polarity_at(masked, h.start, h.end) == "asserted"]
        urgent = [] if direct and not ideas and _says_no(masked) else urgent
    if urgent and (ideas or raised or kinds & {"coded", "attempt", "tried"} or {"plan", "now"} <= kinds):
        return _risk("acute", text, urgent[0])
    tried = [hit for hit in asserted if hit.label in ("attempt", "tried")]
    if tried:
        recent = bool(_RECENT.search(plain(masked)))
        return _risk("acute" if recent else "affirmed" if ideas else "ambiguous", text, tried[0])
    sure = [hit for hit in asserted if hit.label == "explicit" or (hit.label == "passive" and direct)]
    if sure:
        return _risk("affirmed", text, sure[0])
    weak = [hit for hit in asserted if hit.label in ("passive", "coded", "selfharm", "plan", "now", "harm_other")]
    if weak:
        return _risk("ambiguous", text, weak[0])
    half = [hit for hit, polarity in told if polarity == "hedged"]
    if half:
        return _risk("ambiguous", text, half[0])
    denied = [hit for hit, polarity in told if polarity == "denied" and hit.label in ("explicit", "passive")]
    if denied:
        return _risk("denied" if direct else "ambiguous", text, denied[0])
    return None


def _of_answer(text: str, masked: str) -> Risk:
    """A turn without any sign that answers a direct question: yes, no, or neither."""
    book = lexicon("risk")
    yes, no, hedge = _yes(masked), book.first(masked, "denial"), book.first(masked, "hedge")
    if no is not None and (yes is None or no.start <= yes.start):
        taken_back = (hedge is not None and hedge.end > no.start) or (yes is not None and yes.start > no.end)
        return _risk("ambiguous" if taken_back else "denied", text, hedge if taken_back and hedge else no)
    if yes is not None:
        return _risk("affirmed", text, yes)
    if hedge is not None:
        return _risk("ambiguous", text, hedge)
    return Risk(grade="ambiguous", quote=text.strip(), kind="answer")  # evasive, or beside the question


def _yes(masked: str) -> Hit | None:
    """The first yes that is not itself denied: « ça m'a jamais traversé l'esprit »."""
    hits = lexicon("risk").all(masked, "yes")
    return next((hit for hit in hits if polarity_at(masked, hit.start, hit.end) != "denied"), None)


def _answers_yes(masked: str) -> bool:
    yes, no = _yes(masked), lexicon("risk").first(masked, "denial")
    return yes is not None and (no is None or yes.start < no.start)


def _says_no(masked: str) -> bool:
    return lexicon("risk").has(masked, "denial")


def _of_other(text: str, masked: str) -> Risk | None:
    """Someone close who says today that they want to die: a question is owed as well."""
    book = lexicon("risk")
    for hit in book.all(masked, "explicit", "passive", "selfharm"):
        start, end = sentence_at(masked, hit.start)
        sentence = masked[start:end]
        if _elsewhere(masked, hit) and book.has(sentence, "other_told") and not book.has(sentence, "gone"):
            return _risk("ambiguous", text, hit)
    return None


def _risk(grade: Grade, text: str, hit: Hit) -> Risk:
    return Risk(grade=grade, quote=text[hit.start : hit.end].strip(" ,.;"), kind=hit.label)
