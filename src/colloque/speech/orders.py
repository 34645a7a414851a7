"""Orders of a form put as questions: `Décrivez votre douleur` → « Vous pouvez me décrire votre douleur ? », « Parlez-moi de votre douleur. »

Knows the grammar of orders, no topic and no answer.
"""

import re
from functools import cache

from colloque.speech.bank import load
from colloque.speech.conjugation import elide, is_infinitive, present
from colloque.speech.letters import upper
from colloque.speech.lines import about
from colloque.speech.question import Form

__all__ = ["order"]

_WHAT = re.compile(r"^(?:ce (?P<what>qui|que|qu'|dont)|(?P<if>si))\b ?(?P<rest>.*)$", re.IGNORECASE)
_GIVES = frozenset(
    [
        "indiquer",
        "préciser",
        "noter",
        "lister",
        "énumérer",
        "citer",
        "donner",
        "mentionner",
        "renseigner",
        "signaler",
        "cocher",
        "inscrire",
        "écrire",
    ]
)
_TELLS = frozenset(["décrire", "raconter", "expliquer", "détailler", "résumer", "exposer", "commenter", "évoquer"])


def order(form: Form) -> tuple[str, ...]:
    """`Décrivez votre douleur` → « Vous pouvez me décrire votre douleur ? », « Parlez-moi de votre douleur. »"""
    match = re.match(
        r"^(?:(?:merci de|veuillez|pouvez-vous|pourriez-vous|s'il vous plaît,?) (?:nous |me )?)?(?P<verb>[\wÀ-ÿ]+)(?:-(?:nous|moi))? ?(?P<rest>.*?)\.?$",
        form.text,
        re.IGNORECASE,
    )
    verb = match["verb"].lower() if match else ""
    if match and not is_infinitive(verb):
        verb = _infinitive_of(verb)
    if not match or not verb:
        return (form.text,)
    rest = re.sub(r",? (?:et|puis) (?:commentez|précisez|détaillez|expliquez|datez)$", "", match["rest"])
    what = _WHAT.match(rest)
    if what:
        return _indirect(what)
    if (
        verb in {"noter", "évaluer", "estimer", "coter", "mesurer"}
        and re.match(r"(?:votre|la|le|l'|vos|les)\b", rest)
        and "localisation" not in rest
    ):
        return (f"Si vous deviez noter {rest}, ça donnerait quoi ?", f"Comment vous évaluez {rest} ?")
    if _DEFINITE.match(rest) and verb in _GIVES | _TELLS:
        named = re.sub(r",? et (?:la|le|les|l'|sa|son|leur|votre) ?[^,]*$", "", rest) if verb in _GIVES else rest
        return (
            f"Parlez-moi {about(named)}.",
            f"Vous pouvez me {'décrire' if verb == 'décrire' else 'parler'} {named if verb == 'décrire' else about(named)} ?",
            f"J'aimerais que vous me parliez {about(named)}.",
        )
    me = elide("me", verb) if verb in _TELLS | {"dire", "préciser", "donner", "citer", "parler"} else ""
    if verb in _GIVES - {"citer", "préciser"}:
        verb, me = "dire", "me "
    return (
        f"Vous pouvez {me}{verb} {rest} ?".replace("  ", " "),
        f"Est-ce que vous pouvez {me}{verb} {rest} ?".replace("  ", " "),
    )


_DEFINITE = re.compile(r"^(?:le |la |les |l'|votre |vos |cette |ce |cet |ces )", re.IGNORECASE)


def _indirect(what: re.Match[str]) -> tuple[str, ...]:
    """`Indiquez ce qui vous amène`, `Précisez si vous fumez` → the question itself."""
    rest = re.sub(
        r" et (?:pour quelle raison|pourquoi|dans quelles? \w+|depuis quand|lesquels|lesquelles|à quelle \w+|comment)$",
        "",
        what["rest"],
    )
    if what["if"]:
        return (
            (f"Est-ce {elide('que', rest)}{rest} ?", f"{upper(rest)} ?")
            if rest.startswith("vous ")
            else (f"Est-ce {elide('que', rest)}{rest} ?",)
        )
    word = what["what"].lower()
    if word == "dont":
        return (f"Dites-moi ce dont {rest}.",)
    return (
        f"Qu'est-ce {'qui ' if word == 'qui' else elide('que', rest)}{rest} ?",
        f"Dites-moi ce {'qui ' if word == 'qui' else elide('que', rest)}{rest}.",
    )


@cache
def _imperatives() -> dict[str, str]:
    rows = (line.split() for line in load("verbs")["rows"].strip().splitlines())
    return {row[4]: row[0] for row in rows}


def _infinitive_of(vous: str) -> str:
    known = _imperatives().get(vous)
    if known:
        return known
    guess = vous[:-2] + "er" if vous.endswith("ez") else ""
    return guess if guess and present(guess, "vous") == vous else ""
