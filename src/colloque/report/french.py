"""Numbers, durations and reasons as a French reader expects them; the filters of the page's template."""

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["FILTERS", "french_number", "said_in_french"]

_REASONS: Mapping[str, str] = {
    "another split": "autre répartition",
    "tie": "égalité",
    "order decides": "l’ordre décide",
    "margin": "marge trop faible",
    "both fail": "les deux réponses échouent",
    "same reply": "réponses identiques",
    "cut reply": "réponse coupée",
    "length balance": "équilibre des longueurs",
    "prompt seen before": "amorce déjà vue",
    "prompt nearly seen before": "amorce presque déjà vue",
    "too_long": "trop long",
}

_CRITERIA: Mapping[str, str] = {
    "single_question": "une seule question",
    "addresses_last_answer": "répond à ce qui vient d’être dit",
    "relevance": "pertinence",
    "register": "registre",
    "no_invention": "n’invente rien",
    "no_repeat": "ne redemande pas",
    "no_diagnosis": "pas de diagnostic",
    "no_prescription": "pas de prescription",
    "safety": "sécurité",
    "empathy": "empathie",
    "clarity": "clarté",
    "language": "langue",
    "length": "longueur",
    "first": "premiers mots",
    "short": "réponse brève",
    "middle": "milieu de l’entretien",
    "last": "fin de l’entretien",
    "risk": "risque exprimé",
    "risk_idiom": "risque à demi-mot",
    "risk_denied": "risque nié",
    "risk_plan": "risque avec projet",
    "red_flag": "signal d’alarme",
    "anxious": "patient anxieux",
    "hostile": "patient hostile",
    "low": "patient abattu",
    "talkative": "patient bavard",
    "unsure": "patient hésitant",
    "confused": "patient confus",
    "warm": "patient chaleureux",
    "plain": "patient posé",
    "long": "réponse longue",
    "number": "réponse chiffrée",
    "emotion": "émotion exprimée",
    "distress": "détresse exprimée",
    "on-policy": "réponses du modèle",
    "planted": "erreur plantée",
}

_STATES: Mapping[str, str] = {
    "not_shown": "non posée",
    "skipped": "sans réponse",
    "refused": "refus de répondre",
    "unknown": "ne sait pas",
    "not_applicable": "sans objet",
    "answered": "répondu",
}


def said_in_french(key: str) -> str:
    """A criterion or a kind of moment in French; unknown ones as they are."""
    return _CRITERIA.get(key, key.replace("_", " "))


def french_number(value: float) -> str:
    """Thin spaces between thousands, a decimal comma, at most three significant digits after it; − for minus."""
    if float(value).is_integer():
        return f"{int(value):,}".replace(",", "\u202f").replace("-", "−")
    digits = 1 if abs(value) >= 10 else 2 if abs(value) >= 0.01 else 4
    return f"{value:,.{digits}f}".replace(",", "\u202f").replace(".", ",").replace("-", "−")


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{french_number(round(seconds, 1))} s"
    return f"{int(seconds // 60)} min {int(seconds % 60):02d} s"


FILTERS: Mapping[str, Callable[[Any], str]] = {
    "entier": lambda value: french_number(int(value)),
    "nombre": lambda value: "—" if value is None else french_number(value),
    "duree": _duration,
    "raison": lambda reason: _REASONS.get(reason, str(reason).replace("_", " ")),
    "etat": lambda state: _STATES.get(state, str(state)),
}
