"""Numbers, durations and reasons as a French reader expects them; the filters of the page's template."""

from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["FILTERS", "french_number"]

_REASONS: Mapping[str, str] = {
    "another split": "autre répartition",
    "tie": "égalité",
    "order decides": "l’ordre décide",
    "margin": "marge trop faible",
    "same reply": "réponses identiques",
    "cut reply": "réponse coupée",
    "length balance": "équilibre des longueurs",
    "prompt seen before": "amorce déjà vue",
    "too_long": "trop long",
}

_STATES: Mapping[str, str] = {
    "not_shown": "non posée",
    "skipped": "sans réponse",
    "refused": "refus de répondre",
    "unknown": "ne sait pas",
    "not_applicable": "sans objet",
    "answered": "répondu",
}


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
