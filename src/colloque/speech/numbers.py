"""Numbers and units as people say them: `4 h` → quatre heures, `6/10` → six sur dix, `15/9` of a blood pressure → quinze neuf.

Characters in, words out; a value is never changed. Years, codes and long numbers keep their digits.
"""

import re
from functools import cache, lru_cache

from colloque.french import fold
from colloque.french.tokens import load_data
from colloque.speech.gender import noun_gender

__all__ = ["drugs", "in_words", "spoken_numbers"]

_UNITS = [
    "zéro",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
    "dix-sept",
    "dix-huit",
    "dix-neuf",
]
_TENS = {2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante", 8: "quatre-vingt"}


@lru_cache(maxsize=2048)
def in_words(n: int) -> str:
    """A whole number from 0 to 9,999 in French words (of France: soixante-dix, quatre-vingt-dix)."""
    if n < 20:
        return _UNITS[n]
    if n < 100:
        return _below_hundred(n)
    if n < 1000:
        hundreds, rest = divmod(n, 100)
        head = "cent" if hundreds == 1 else f"{_UNITS[hundreds]} cent"
        return f"{head} {in_words(rest)}" if rest else head + ("s" if hundreds > 1 else "")
    thousands, rest = divmod(n, 1000)
    head = "mille" if thousands == 1 else f"{in_words(thousands)} mille"
    return f"{head} {in_words(rest)}" if rest else head


def _below_hundred(n: int) -> str:
    tens, unit = divmod(n, 10)
    if tens in (7, 9):
        base = _TENS[tens - 1]
        return f"{base}{' et ' if n == 71 else '-'}{_UNITS[10 + unit]}"
    if unit == 0:
        return _TENS[tens] + ("s" if tens == 8 else "")
    if unit == 1 and tens != 8:
        return f"{_TENS[tens]} et un"
    return f"{_TENS[tens]}-{_UNITS[unit]}"


_UNIT_WORDS = (
    (r"h(?:eures?)?", "heure"), (r"min(?:utes?|s)?|mn", "minute"), (r"sec?|secondes?", "seconde"), (r"j(?:ours?|rs?)?", "jour"),
    (r"semaines?|sem", "semaine"), (r"mois", "mois"), (r"ans?", "an"), (r"années?", "année"), (r"kgs?|kilos?|kilogrammes?", "kilo"), (r"mg", "milligramme"),
    (r"µg|mcg|ug", "microgramme"), (r"cm", "centimètre"), (r"km", "kilomètre"), (r"m|mètres?", "mètre"), (r"ml", "millilitre"), (r"cl", "centilitre"),
    (r"fois|x", "fois"), (r"g|gr|grammes?", "gramme"), (r"l|litres?", "litre"), (r"ui|unités?", "unité"), (r"nuits?", "nuit"), (r"heures?", "heure"),
    (r"cigarettes?|clopes?", "cigarette"), (r"verres?", "verre"),
)  # fmt: skip
_FEMININE = frozenset(["heure", "minute", "seconde", "semaine", "année", "fois", "unité", "nuit", "cigarette"])
_UNIT = re.compile(
    r"(?<![\w,.])(?P<n>\d{1,4}(?:[.,]\d{1,2})?)\s?(?:"
    + "|".join(f"(?P<u{i}>{p})" for i, (p, _) in enumerate(_UNIT_WORDS))
    + r")(?![\w'])",
    re.IGNORECASE,
)


def _number(text: str, feminine: bool = False) -> str:
    """A number in words; one with decimals keeps its digits, which is how talk is written down (`7,1`)."""
    if "," in text or "." in text:
        whole, _, part = text.replace(".", ",").partition(",")
        return _number(whole, feminine) if part.strip("0") == "" else text.replace(".", ",")
    n = int(text)
    words = in_words(n)
    return words + "e" if feminine and n % 10 == 1 and n % 100 not in (11, 71, 91) else words


def _with_unit(match: re.Match[str]) -> str:
    n = match["n"]
    name = next(unit for i, (_, unit) in enumerate(_UNIT_WORDS) if match[f"u{i}"])
    feminine = name in _FEMININE
    value = float(n.replace(",", "."))
    if n.replace(".", ",") in {"1,5"} and name in {"heure", "an", "gramme", "litre", "kilo", "mois", "jour"}:
        return f"{'une' if feminine else 'un'} {name} et demi{'e' if feminine else ''}"
    many = value >= 2 and not name.endswith(("s", "x"))
    return f"{_number(n, feminine)} {name}{'s' if many else ''}"


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2])
    if hour > 24 or minute > 59:
        return match.group()
    said = (
        "minuit"
        if hour in (0, 24) and match[0][0] == "0"
        else f"{_number(str(hour), True)} heure{'s' if hour > 1 else ''}"
    )
    if minute == 0:
        return said
    if minute == 30 and hour <= 12:
        return f"{said} et demie" if said != "minuit" else "minuit et demi"
    return f"{said} {in_words(minute) if minute != 15 or hour > 12 else 'et quart'}"


_MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


def _pressure(match: re.Match[str]) -> str:
    high, low = int(match[1]), int(match[2])
    if (7 <= high <= 25 and 4 <= low <= 15) or (high >= 70 and low >= 40):
        return f"{in_words(high)} {in_words(low)}"
    return f"{in_words(high)}, {in_words(low)}" if high > low else match.group()


def _date(match: re.Match[str]) -> str:
    day, month = int(match[1]), int(match[2])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return match.group()
    return f"le {'1er' if day == 1 else day} {_MONTHS[month - 1]} {match[3]}"


_RULES = (
    # 1/2 paquet, 2 mois et 1/2
    (re.compile(r"(?<![\d/])1/2 (?=([a-zà-ÿ]+))"), lambda m: f"{'une' if noun_gender(m[1]) == 'f' else 'un'} demi-"),
    (re.compile(r"\bet (?:1/2|½)"), lambda m: "et demi"),
    # 12/10/2026
    (re.compile(r"(?<![\d/])(?:le )?(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])"), _date),
    # 1m78, 1,62 m: a height
    (re.compile(r"(?<!\w)([12])\s?[mM]\s?(\d{2})\b"), lambda m: f"un mètre {in_words(int(m[2]))}" if m[1] == "1" else f"deux mètres {in_words(int(m[2]))}"),
    (re.compile(r"(?<![\w,.])1[.,](\d{2})\s?m(?:ètres?)?\b"), lambda m: f"un mètre {in_words(int(m[1]))}"),
    # 2h30, 5 h 30, 20:15
    (re.compile(r"(?<![\w,.])(\d{1,2})\s?[hH:]\s?(\d{2})\b"), _clock),
    # 6/10, 8 / 10
    (re.compile(r"(?<![\d/])(\d{1,2}(?:,5)?)\s?/\s?(10|20|100)(?![\d/])"), lambda m: f"{_number(m[1])} sur {in_words(int(m[2]))}"),
    (re.compile(r"(?<![\d/])(\d{1,2}(?:,5)?) sur (10|20|100)\b"), lambda m: f"{_number(m[1])} sur {in_words(int(m[2]))}"),
    (re.compile(r"\bsur (10|20|100)\b"), lambda m: f"sur {in_words(int(m[1]))}"),
    # 15/9: a blood pressure; 120/80 too
    (re.compile(r"(?<![\d/])(\d{1,3})\s?/\s?(\d{1,3})(?![\d/])"), _pressure),
)  # fmt: skip
_RANGE_UNIT = re.compile(
    r"(?<![\w,.])(\d{1,3})\s?(-|–|à|ou)\s?(?=(\d{1,3})\s?(heures?|h|min|minutes?|mn|sem|semaines?|fois|x|nuits?|cigarettes?|clopes?|bières?|unités?|années?)\b)"
)
_CLOCKS = re.compile(r"(?<=\d[hH])\s?[-–]\s?(?=\d{1,2}\s?[hH])")
_RANGE = re.compile(r"(?<![\w,./-])(\d{1,3})\s?(-|–)\s?(\d{1,3})(?![\w,./-])")
_PER = re.compile(r"\s?/\s?(j(?:our|r)?|jours|sem(?:aine)?|mois|an|nuit|heure|h|soir|week-end|we)\b", re.IGNORECASE)
_PER_WORD = {"j": "jour", "jr": "jour", "jours": "jour", "sem": "semaine", "h": "heure", "we": "week-end"}
_ORDINAL = re.compile(r"\b(\d{1,2})\s?(?:ère|ere|ème|eme|nde|re|er|nd|e)\b")
_ORDINALS = {
    "1er": "premier",
    "1ère": "première",
    "1ere": "première",
    "1re": "première",
    "2e": "deuxième",
    "2ème": "deuxième",
    "2eme": "deuxième",
    "2nd": "second",
    "2nde": "seconde",
}
_SIGNED = re.compile(r"(?<![\w-])([+-])\s?(?=\d)")
_PERCENT = re.compile(r"(?<![\w,.])(\d{1,3}(?:[.,]\d{1,2})?)\s?%")
_DEGREES = re.compile(r"(?<![\w,.])(\d{2})(?:[.,](\d))?\s?°\s?[cC]?(?!\w)")
_TIMES = re.compile(r"(?<=\d)\s?[x×]\s?(?=(?:par|/|jour|semaine|mois|le |la )|$)", re.IGNORECASE)
_BARE = re.compile(
    r"(?<![\w,./:°-])(\d{1,3}(?:,\d{1,2})?)(?![\w./:°%-]|,\d| ?(?:janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre))"
)


def _ordinal(match: re.Match[str]) -> str:
    known = _ORDINALS.get(match.group().replace(" ", "").lower())
    if known:
        return known
    n = int(match[1])
    words = in_words(n)
    return {4: "quatrième", 5: "cinquième", 9: "neuvième"}.get(n) or words.removesuffix("e") + "ième"


def _bare(match: re.Match[str]) -> str:
    """A number without a unit: in words below a hundred; a dose (`ibuprofène 400`) keeps its digits."""
    text = match[1]
    before = re.search(r"([\wÀ-ÿ-]+) $", match.string[: match.start()])
    dose = before is not None and fold(before[1]) in drugs()
    after = re.match(r" ([a-zà-ÿœ]+)", match.string[match.end() :])
    feminine = after is not None and noun_gender(after[1].removesuffix("s")) == "f"
    return text if "," in text or int(text) >= 100 or dose else _number(text, feminine)


@cache
def drugs() -> frozenset[str]:
    """Names of drugs, folded."""
    return frozenset(fold(name) for name in load_data("drugs.toml")["names"])


@lru_cache(maxsize=8192)
def spoken_numbers(text: str) -> str:
    """Digits, units and signs of a text as people say them. Values and units are kept; dates and years keep digits."""
    if not any(c.isdigit() for c in text):
        return text
    text = _PER.sub(lambda m: f" par {_PER_WORD.get(m[1].lower(), m[1].lower())}", text)
    text = _CLOCKS.sub(" à ", _TIMES.sub(" fois ", text))
    text = _ORDINAL.sub(_ordinal, text)
    text = _SIGNED.sub(lambda m: "plus " if m[1] == "+" else "moins ", text)
    for pattern, rule in _RULES:
        text = pattern.sub(rule, text)
    text = _DEGREES.sub(
        lambda m: in_words(int(m[1])) + (f" {in_words(int(m[2]))}" if m[2] else "") + (" degrés" if not m[2] else ""),
        text,
    )
    text = _PERCENT.sub(
        lambda m: f"{m[1].replace('.', ',')} %" if "," in m[1] or "." in m[1] else f"{_number(m[1])} pour cent", text
    )
    text = _RANGE_UNIT.sub(lambda m: f"{_number(m[1], True)} {'ou' if m[2] == 'ou' else 'à'} ", text)
    text = _RANGE.sub(lambda m: f"{in_words(int(m[1]))} à {in_words(int(m[3]))}", text)
    text = _UNIT.sub(_with_unit, text)
    text = _BARE.sub(_bare, text)
    return re.sub(r" {2,}", " ", text).strip()
