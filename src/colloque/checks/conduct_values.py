"""What an answer must hold to have given what a question wants: a time, a span, a rate, a number. Patterns only."""

import re

__all__ = ["KIN", "RATE", "SINCE", "SOME", "VALUE"]

_SOME = r"(?:\d+|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cinquante|soixante|cent|quelques|une? (?:dizaine|quinzaine|vingtaine|trentaine|paquet|demi)|le paquet|la moitie)"
_DEPTH = re.compile(
    r"depuis (?!le temps)|il y a|\by a\b|ca fait|remonte|commence|demarre|en (?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|\d{4})|a (?:la rentree|noel|paques|la toussaint|la naissance)|"
    + _SOME + r" (?:bons? |bonnes? |petits? |petites? )?(?:jours?|semaines?|mois|ans?|annees?|heures?)|quinzaine|\b(?:19|20)\d\d\b|deux mille"
)  # fmt: skip
_SPAN = re.compile(
    _SOME + r" (?:bonnes? |petites? |grosses? )?(?:secondes?|minutes?|heures?|jours?|quart)|quart d'heure|demi-heure"
)
_FIRM = _SOME.replace(
    "une?|", "une? (?:seule?|par|verre|comprime|cigarette|fois|heure|minute|jour|semaine|mois|an)\\w*|", 1
)
_NUMBER = re.compile(r"\b" + _FIRM + r"\b")
"""« un moine » counts nothing."""
_RATE = re.compile(
    _SOME + r"(?: fois)?,? (?:par|sur|dans|a la|chaque) |" + _SOME + r" (?:fois|jours?|soirs?|nuits?)|tous les|toutes les|chaque|quotidien|" + r"^(?:\w+[,.]? ){0,3}" + _FIRM + r"\b"
)  # fmt: skip
RATE = re.compile(_SOME + r"(?: \w+){0,2},? (?:par|a la|chaque) (jour|semaine|mois|an)")
"""A rate said in full, with its period."""
SOME = _SOME
VALUE: dict[str, re.Pattern[str]] = {
    "onset": _DEPTH, "duration": _SPAN, "count": _RATE, "amount": _NUMBER, "dose": _NUMBER, "scale": _NUMBER,
    "clock": re.compile(r"heures?\b|\d ?h\b|minuit|midi"), "age": re.compile(_SOME + r" (?:ans|mois)"),
}  # fmt: skip
"""What an answer must hold to have given what the facet wants."""
KIN: dict[str, frozenset[str]] = {
    "onset": frozenset(("onset", "duration")), "duration": frozenset(("duration", "clock", "how", "onset")), "count": frozenset(("count", "amount")),
    "amount": frozenset(("amount", "count", "dose")), "dose": frozenset(("dose", "amount", "presence", "why")), "scale": frozenset(("scale", "amount")), "clock": frozenset(("clock",)), "age": frozenset(("age",)),
}  # fmt: skip
"""Facets whose answers hold the same value."""
SINCE = re.compile(r"(?:depuis|il y a|\by a|ca fait)(?: \w+){0,2} " + _SOME + r" \w+")
"""How far back something goes: no duration of its own."""
