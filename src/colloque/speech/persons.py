"""Whose words: a clinician's `vous` said by the patient (`je`), a patient's `je` echoed by the clinician (`vous`).

Words alone are changed, in one pass; a text whose verbs are not known gives None. Gender is an argument. Knows no
dialogue and no clinic.
"""

import itertools
import re
from functools import lru_cache

from colloque.speech.conjugation import elide, is_first_person, is_infinitive, je_of, vous_of_je, vous_of_tu
from colloque.speech.gender import Gender, agreed, noun_gender, settle
from colloque.speech.letters import lower, upper

__all__ = ["Gender", "agreed", "lower", "mine", "noun_gender", "settle", "upper", "vouvoyed", "yours"]

_TOKEN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿœŒ]+'?|[^A-Za-zÀ-ÖØ-öø-ÿœŒ]+")
_CLITICS = frozenset({"ne", "n'", "en", "y", "l'", "le", "la", "les", "lui", "leur"})
_BEFORE_VOUS = frozenset(
    [
        "à",
        "de",
        "d'",
        "chez",
        "pour",
        "avec",
        "sans",
        "sur",
        "vers",
        "contre",
        "entre",
        "envers",
        "devant",
        "derrière",
        "selon",
        "après",
        "autour",
        "et",
        "ou",
        "comme",
        "que",
        "qu'",
        "par",
        "en",
    ]
)
_ADJECTIVES_BEFORE = frozenset(
    [
        "dernier",
        "dernière",
        "premier",
        "première",
        "prochain",
        "prochaine",
        "petit",
        "petite",
        "grand",
        "grande",
        "meilleur",
        "meilleure",
        "ancien",
        "ancienne",
        "actuel",
        "actuelle",
        "propre",
        "nouveau",
        "nouvelle",
        "bon",
        "bonne",
        "principal",
        "principale",
        "vieux",
        "vieille",
        "futur",
        "future",
        "jeune",
    ]
)


def _words(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _next(tokens: list[str], i: int) -> int:
    """The index of the next word, or len(tokens)."""
    i += 1
    while i < len(tokens) and not tokens[i][0].isalpha():
        if tokens[i].strip() not in {"", "-"}:
            return len(tokens)
        i += 1
    return i


def _possessive(tokens: list[str], i: int) -> str:
    """mon or ma for the noun that follows `votre` at i."""
    j = _next(tokens, i)
    if j >= len(tokens):
        return "mon"
    word = tokens[j].lower()
    if elide("je", word) == "j'":
        return "mon"
    if word in _ADJECTIVES_BEFORE:
        k = _next(tokens, j)
        if word.endswith("e") and word != "jeune" and word != "propre":
            return "ma"
        return "ma" if k < len(tokens) and noun_gender(tokens[k]) == "f" else "mon"
    return "ma" if noun_gender(word) == "f" else "mon"


_MINE = {"vos": "mes", "vôtre": "mien", "vôtres": "miens"}
_YOURS = {
    "mon": "votre",
    "ma": "votre",
    "mes": "vos",
    "moi": "vous",
    "mien": "vôtre",
    "mienne": "vôtre",
    "miens": "vôtres",
}


@lru_cache(maxsize=8192)
def mine(text: str) -> str:
    """The words of a question in the patient's mouth: `vous` → je, me or moi; `votre` → mon, ma.

    >>> mine("les choses que vous aimiez"), mine("du mal à vous endormir chez vous")
    ("les choses que j'aimais", "du mal à m'endormir chez moi")
    """
    tokens = _words(text)
    out: list[str] = []
    i = 0
    while i < len(tokens):
        low = tokens[i].lower()
        if low == "vous":
            i = _vous(tokens, i, out)
            continue
        if low == "votre":
            out.append(_possessive(tokens, i))
        else:
            out.append(_MINE.get(low, tokens[i]))
        i += 1
    return "".join(out)


def _vous(tokens: list[str], i: int, out: list[str]) -> int:
    """Say the `vous` at i as the patient would; returns where to go on."""
    j = _next(tokens, i)
    if j < len(tokens) and tokens[j - 1] == "-" and tokens[j].startswith("même"):
        out.append("moi")
        return i + 1
    k = j
    while k < len(tokens) and tokens[k].lower() in _CLITICS | {"vous", "nous"}:
        k = _next(tokens, k)
    verb = tokens[k].lower() if k < len(tokens) else ""
    form = (
        je_of(verb)
        if verb.endswith(("ez", "tes")) and verb not in {"chez", "assez", "nez", "tes", "bêtes", "fêtes", "dettes"}
        else None
    )
    if form:
        _subject(tokens, j, k, form, out)
        return k + 1
    before = next((t.lower() for t in reversed(out) if t.strip()), "")
    if (before in _BEFORE_VOUS and not is_infinitive(verb)) or j >= len(tokens):
        out.append("moi")
        return i + 1
    following = tokens[j]
    out.append(elide("me", following))
    return j


def _subject(tokens: list[str], j: int, k: int, form: str, out: list[str]) -> None:
    between = [tokens[m].lower() for m in range(j, k) if tokens[m].strip()]
    between = ["me" if t == "vous" else t for t in between]
    chain = ["je", *between, form]
    for word, following in itertools.pairwise(chain):
        out.append(elide(word, following) if not word.endswith("'") else word)
    out.append(form)


@lru_cache(maxsize=8192)
def yours(text: str) -> str | None:
    """A patient's words echoed by the clinician: `je` → vous, `mon` → votre, with `ne` restored; None when unsure.

    >>> yours("je dors pas bien"), yours("mon mari travaille")
    ('vous ne dormez pas bien', 'votre mari travaille')
    """
    tokens = _words(text)
    out: list[str] = []
    i = 0
    while i < len(tokens):
        low = tokens[i].lower()
        if low in {"je", "j'"}:
            step = _je(tokens, i, out)
            if step is None:
                return None
            i = step
            continue
        if low in {"nous", "notre", "nos", "tu", "te", "t'", "ton", "ta", "tes", "toi", "vous", "votre", "vos"}:
            return None
        if low in {"et", "ou", "mais", "puis"} and any(word.strip() == "vous" for word in out[:3]):
            i = _joined(tokens, i, out)
            continue
        if low in {"me", "m'"}:
            out.append("vous" if low == "me" else "vous ")
        else:
            out.append(_YOURS.get(low, tokens[i]))
        i += 1
    return "".join(out)


def _joined(tokens: list[str], i: int, out: list[str]) -> int:
    """A second verb of the same subject: `je ris et vois le bon côté` → vous riez et voyez."""
    out.append(tokens[i])
    j = _next(tokens, i)
    k = j
    while k < len(tokens) and tokens[k].lower() in _CLITICS:
        k = k + 1 if tokens[k].endswith("'") else _next(tokens, k)
    word = tokens[k].lower() if k < len(tokens) else ""
    denied = any(t.lower() in {"ne", "n'"} for t in tokens[j:k])
    form = vous_of_je(word) if word and (is_first_person(word) or denied) else None
    if form is None:
        return i + 1
    out.extend(tokens[i + 1 : k])
    out.append(form)
    return k + 1


_NOT = frozenset({"pas", "plus", "jamais", "rien", "aucun", "aucune", "guère"})


def _je(tokens: list[str], i: int, out: list[str]) -> int | None:
    j = i + 1 if tokens[i].endswith("'") else _next(tokens, i)
    k = j
    while k < len(tokens) and tokens[k].lower() in _CLITICS | {"me", "m'"}:
        k = k + 1 if tokens[k].endswith("'") else _next(tokens, k)
    form = vous_of_je(tokens[k].lower()) if k < len(tokens) else None
    if form is None:
        return None
    between = [tokens[m].lower() for m in range(j, k) if tokens[m].strip()]
    after = _next(tokens, k)
    denial = tokens[after].lower() if after < len(tokens) else ""
    if denial == "plus" and not {"ne", "n'"} & set(between):
        return None  # more, or no more: nobody can tell
    negated = denial in _NOT
    if negated and not {"ne", "n'"} & set(between):
        between.insert(0, "ne")
    chain = ["vous", *("vous" if t in {"me", "m'"} else "ne" if t == "n'" else t for t in between), form]
    for word, following in itertools.pairwise(chain):
        out.append(word if word.endswith("'") else elide(word, following))
    out.append(form)
    return k + 1


_TU = {"ton": "votre", "ta": "votre", "tes": "vos", "te": "vous", "toi": "vous", "tien": "vôtre", "tienne": "vôtre"}


@lru_cache(maxsize=4096)
def vouvoyed(text: str) -> str:
    """A question put with `tu` (paediatric forms) put with `vous`: the clinician says vous to everybody."""
    if not re.search(r"\b(?:tu|te|toi|ton|ta|tes)\b|\bt'", text, re.IGNORECASE):
        return text

    def inverted(match: re.Match[str]) -> str:
        form = vous_of_tu(match.group(1).lower())
        return f"{upper(form) if match.group(1)[0].isupper() else form}-vous" if form else match.group()

    text = re.sub(r"([\wÀ-ÿ]+)-tu\b", inverted, text)
    tokens = _words(text)
    out: list[str] = []
    i = 0
    while i < len(tokens):
        low = tokens[i].lower()
        word = tokens[i]
        if low == "t'":
            word = "vous "
        elif low == "tu":
            word = "vous"
            k = _next(tokens, i)
            while k < len(tokens) and tokens[k].lower() in _CLITICS | {"te", "t'"}:
                k = k + 1 if tokens[k].endswith("'") else _next(tokens, k)
            if k < len(tokens) and vous_of_tu(tokens[k].lower()):
                tokens[k] = vous_of_tu(tokens[k].lower()) or tokens[k]
        elif low in _TU:
            word = _TU[low]
        out.append(upper(word) if tokens[i][0].isupper() else word)
        i += 1
    return "".join(out)
