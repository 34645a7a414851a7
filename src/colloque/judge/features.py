"""What can be counted in a reply beside its defects: echo, welcome, follow-up, openness, register, invention.

Each feature is a small number ≥ 0; what it is worth is data (rubric.toml). Length by itself is no feature; only words
beyond what is said aloud in one breath are.
"""

import re

from colloque.checks.conduct_facets import facet_of
from colloque.checks.conduct_risk import alarm_of, faces_alarm, faces_danger
from colloque.checks.conduct_scene import Scene, directs
from colloque.french.patterns import lexicon, plain
from colloque.french.questions import invitations_in
from colloque.french.risk import asks_about_risk
from colloque.french.words import stems, tokens, topics

__all__ = ["features_of"]

_NUMBER = re.compile(
    r"\b(?:\d+(?:[.,]\d+)?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix-sept|dix-huit|vingt|trente|quarante|cinquante|soixante|cent|mille|"
    r"lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|fevrier|mars|avril|juin|juillet|aout|septembre|octobre|novembre|decembre|matin|soir|nuit)\b"
)
_TURNS = re.compile(
    r"^(?:et |sinon,? |bon,? |alors,? |bien,? |maintenant,? |autre chose ?[:,] )+(?:sinon,? |a part ca,? |au fait,? )?(?:l'|le |la |les |votre |vos |du cote |cote |cote du |au niveau |pour |concernant |question )"
)
"""« Et l'appétit ? »: a question that turns to another matter."""
_DANGER = ("ambiguous", "affirmed", "acute")
_LEAN = re.compile(r"\b(?:c'est|ce|cet|cette|ces|celle|celui|la-dessus|y|en|ca|cela|l'|elle|il|elles|ils)\b")
_ATTRIBUTED = re.compile(
    r"vous (?:avez|aviez|etes|etiez) (?:donc |deja |toujours |encore |aussi )+([^.?!,;:]+)|"
    r"vous m'(?:avez|aviez) (?:dit|parle|explique|decrit) (?:que |qu'|de |d')?([^.?!,;:]+)"
)
_PRAISE = re.compile(
    r"bien fait|raison|reussi|tenu|le droit|du courage|courage|trouve les mots|su |pris le temps|fait le plus|ose|votre (?:avis|rythme|franchise|confiance|facon|temps|place|age|nom|vie|quotidien|journee|semaine|corps)|depuis (?:la derniere|notre|cette|ce |ces )"
)
_BREATH = 30
"""Words after which a turn is long for the ear: the 90th percentile of doctors' turns in SIMSAMU is 31."""


def features_of(scene: Scene) -> dict[str, float]:
    """Feature → amount, for one reply in its context."""
    found = {**_listening(scene), **_asking(scene), **_manner(scene)}
    return {name: amount for name, amount in found.items() if amount}


def _listening(scene: Scene) -> dict[str, float]:
    book = lexicon("welcome")
    heavy = (
        frozenset().union(*(stems(scene.last[h.start : h.end]) for h in book.all(scene.last, "heavy", "grave")))
        if scene.last
        else frozenset()
    )
    danger = scene.open_danger.grade in _DANGER
    alarm = alarm_of(scene.last)
    serious = (danger and faces_danger(scene)) or (alarm is not None and faces_alarm(scene, alarm[0]))
    empathy, formula = len(book.all(scene.reply, "empathy")), len(book.all(scene.reply, "formula"))
    return {
        "echo": float(min(len(scene.echo), 2)),
        "quote": float(_quotes(scene)),
        "figure": float(min(len(_shared_figures(scene)), 2)),
        "touched": float(min(len(heavy & scene.echo), 1)),
        "empathy": float(min(max(empathy - formula, 0), 1)),
        "formula": float(min(formula, 2)),
        "serious": float(serious) * (2.0 if _sends(scene) or (danger and asks_about_risk(scene.reply)) else 1.0),
        "recourse": float((danger or alarm is not None) and directs(scene.reply)),
    }


def _shared_figures(scene: Scene) -> set[str]:
    return set(_NUMBER.findall(plain(scene.last))) & set(_NUMBER.findall(plain(scene.reply)))


def _quotes(scene: Scene) -> bool:
    """Three words in a row of the patient's, one of them of content, given back."""
    said, given = tokens(scene.last), tokens(scene.reply)
    runs = {said[at : at + 3] for at in range(len(said) - 2)}
    mine = {given[at : at + 3] for at in range(len(given) - 2)}
    return any(stems(" ".join(run)) for run in runs & mine)


def _sends(scene: Scene) -> bool:
    return lexicon("alarms").has(scene.reply, "answers")


def _asking(scene: Scene) -> dict[str, float]:
    asked = [*scene.questions, *invitations_in(scene.reply)]
    if not asked:
        return {}
    words = stems(asked[0])
    about = stems(scene.last) | (stems(scene.asked) if scene.asked else frozenset())
    if scene.open_danger.grade in _DANGER and asks_about_risk(asked[0]):
        return {"question": 1.0, "follows": 1.0}
    same = bool(words & stems(scene.last)) or bool(topics(asked[0]) & topics(scene.last))
    turned = bool(_TURNS.search(plain(asked[0])))
    fresh = bool(topics(asked[0])) and not topics(asked[0]) & (topics(scene.last) | topics(scene.asked or ""))
    away = (fresh or turned) and not same
    leans = bool(_LEAN.search(plain(asked[0]))) or not words or bool(scene.echo) or bool(_shared_figures(scene))
    return {
        "question": 1.0,
        "follows": 1.0 if same else 0.6 if not away and (leans or words & about) else 0.0,
        "leaves": float(away and not scene.echo),
        "open": float(facet_of(asked[0]) in ("how", "why", "trigger") or not scene.questions),
    }


def _manner(scene: Scene) -> dict[str, float]:
    book, reply = lexicon("welcome"), scene.reply
    counted = {
        label: float(min(len(book.all(reply, label)), 2))
        for label in ("self", "familiar", "pompous", "command", "cliche", "minimise")
    }
    known = (
        scene.named | frozenset().union(*(stems(text) for text in scene.clinician)) if scene.clinician else scene.named
    )
    jargon = [h for h in book.all(reply, "jargon") if not stems(reply[h.start : h.end]) <= known]
    return {
        **counted,
        "jargon": float(min(len(jargon), 3)),
        "invention": float(_invents(scene, known)),
        "excess": float(max(0, len(reply.split()) - _BREATH)),
    }


def _invents(scene: Scene, known: frozenset[str]) -> bool:
    """Something is taken as a fact of the patient's life, none of whose content words was ever said."""
    reply = scene.reply
    for hit in lexicon("welcome").all(reply, "fact"):
        if not stems(reply[hit.start : hit.end]) & known:
            return True
    for match in _ATTRIBUTED.finditer(plain(reply)):
        words = stems(match.group(1) or match.group(2))
        if words and not words & known and not _PRAISE.search(match.group()):
            return True
    return False
