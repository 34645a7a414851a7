"""Free text woven into speech: a bare answer set in the sentence that its question calls for.

`Metformine 1000 mg matin et soir` → « De la metformine, mille milligrammes matin et soir. » Frames change no fact;
where none fits, the words stay as they are. Knows no persona but its style.
"""

import re
from functools import cache
from random import Random

from colloque.core import Persona
from colloque.french import fold
from colloque.speech.articles import PAST, nominal, with_articles
from colloque.speech.bank import load
from colloque.speech.conjugation import elide
from colloque.speech.facts import Fact
from colloque.speech.gender import noun_gender
from colloque.speech.letters import lower, upper
from colloque.speech.numbers import drugs

__all__ = ["weave", "with_articles"]


@cache
def _lists() -> tuple[dict[str, str], frozenset[str], frozenset[str]]:
    data = load("weave")
    body = {word: gender for gender in ("p", "m", "f") for word in data["body"][gender].split()}
    return body, frozenset(data["feel"]["words"].split()), frozenset(data["state"]["words"].split())


_FIRST = re.compile(r"[\wÀ-ÿœ-]+")
_TAKES = re.compile(
    r"pren(?:ez|d)|traitement|quantité|consomm|dose|posolog|médicament|antidouleur|insuline|calmant|comprimé|donné",
    re.IGNORECASE,
)
_DOSE = re.compile(
    r"^ (?=(?:\d|un |une |deux |trois |quatre |cinq |six |sept |huit |neuf |dix |quinze |vingt|vingt-|trente |quarante |cinquante|soixante|cent |mille )[\w -]*(?:milligramme|gramme|microgramme|unité|goutte|comprimé|gélule|bouffée|fois|par ))"
)


def weave(fact: Fact, rest: str, persona: Persona, rng: Random) -> str:
    """The answer as a sentence that fits its question, or as it is. `rest` is already oral, with capital and stop."""
    if not rest or rest[0] in "\"'(0123456789" or len(rest) > 160:
        return _score(fact, rest, rng)
    for rule in (_then_and_now, _with, _drug, _where, _work, _hours, _since, _feel, _state, nominal):
        woven = rule(fact, rest, rng)
        if woven:
            return woven
    return _score(fact, rest, rng)


_THEN = re.compile(
    r"^(?P<noun>[\wÀ-ÿ]+)(?P<now> [\wÀ-ÿ ]+)?, (?P=noun) (?P<then>il y a .+|avant .+|à .+) \?$", re.IGNORECASE
)


def _then_and_now(fact: Fact, rest: str, rng: Random) -> str:
    """`94 kg / 101 kg` to « Poids actuel, poids il y a un an »."""
    asked, told = _THEN.match(fact.form.text), _BED.match(rest)
    if not asked or not told or not re.match(r"[\w-]+", told["b"]):
        return ""
    return f"{told['a']}{rng.choice(('', ' maintenant', ' en ce moment'))}, et {told['b'].rstrip('.')} {asked['then']}."


_BED = re.compile(r"^(?P<a>.+?)(?: et | / |, )(?P<b>.+?)\.?$")


def _hours(fact: Fact, rest: str, rng: Random) -> str:
    """`22h30 / 6h15` to « coucher et lever »."""
    if not re.search(r"couche\w* .{0,14}lev", fact.form.text, re.IGNORECASE):
        return ""
    found = _BED.match(rest)
    if not found or not all(re.search(r"heures?|minuit|midi", found[k]) and len(found[k]) < 40 for k in "ab"):
        return ""
    return f"Je me couche {_at(found['a'])} et je me lève {_at(found['b'])}."


def _at(hour: str) -> str:
    small = lower(hour.strip())
    return small if re.match(r"(?:vers|à|entre|après|avant)\b", small) else f"à {small}"


def _first(rest: str) -> str:
    match = _FIRST.match(rest)
    return match.group() if match else ""


def _drug(fact: Fact, rest: str, rng: Random) -> str:
    if not _TAKES.search(fact.form.text) or fold(_first(rest)) not in drugs():
        return ""
    named = re.sub(
        r"(?P<link> et | ou |, |^)(?P<drug>[\wÀ-ÿœ-]+)(?P<after> (?!et\b|ou\b)[\w]+)?",
        lambda m: (
            m.group() if fold(m["drug"]) not in drugs() else m["link"] + _partitive(m["drug"]) + (m["after"] or "")
        ),
        rest[:1] + rest[1:],
    )
    head, tail = _split_dose(named)
    if rng.random() < 0.5 and not PAST.search(fact.form.text + rest):
        return f"Je prends {lower(head)}{tail}"
    return upper(head) + tail


def _partitive(drug: str) -> str:
    name = drug if _brand(drug) else drug.lower()
    if elide("de", name).endswith("'"):
        return f"de l'{name}"
    return f"de la {name}" if name.lower().endswith(("ine", "one", "ase")) else f"du {name}"


def _brand(drug: str) -> bool:
    return lower(drug) == drug


def _split_dose(named: str) -> tuple[str, str]:
    """The drug with its article, and the dose after a comma where it has a unit."""
    match = re.match(r"^(?:du|de la|de l')\s?[\wÀ-ÿœ-]+", named)
    if not match:
        return named, ""
    tail = named[match.end() :]
    return match.group(), _DOSE.sub(", ", tail)


_PREPOSED = re.compile(r"^(?P<with>avec|chez|à|pour|sur|de|contre) (?:qui|quoi)\b")
_PERSON = re.compile(r"^(?:mon|ma|mes|un|une|deux|trois|le|la|les|quelques|personne)\b", re.IGNORECASE)


def _with(fact: Fact, rest: str, rng: Random) -> str:
    """`Avec qui vivez-vous ?` — ma mère → « Avec ma mère. »"""
    asked = _PREPOSED.match(fact.form.wh or fact.form.text.lower())
    if (
        not asked
        or not _PERSON.match(rest)
        or re.match(r"(?:personne|le (?:soir|matin)|une? fois)", rest, re.IGNORECASE)
    ):
        return ""
    word = asked["with"]
    if word in {"à", "de"} and re.match(r"(?:le|les) ", rest, re.IGNORECASE):
        return ""
    return f"{upper(word)} {lower(rest)}"


_PLACES = frozenset(["sommet", "pli", "bout", "fond", "bord", "coin", "niveau", "dessus", "dessous"])


def _where(fact: Fact, rest: str, rng: Random) -> str:
    asked = fact.form.text
    if fact.form.wh != "où" and not re.search(r"localisation|à quel endroit|situe", asked):
        return ""
    first = _first(rest).lower()
    if first in _PLACES:
        return f"Au {lower(rest)}"
    if not fact.form.clause or fact.form.clause.rest != "mal":
        return ""
    if re.match(r"(?:bas|haut|creux|côté|milieu) (?:du|de)", rest, re.IGNORECASE):
        return f"Dans le {lower(rest)}" if not rest.lower().startswith("côté") else f"Du {lower(rest)}"
    gender = _lists()[0].get(first)
    if gender is None or " et " in rest:
        return ""
    small = lower(rest)
    said = (
        f"aux {small}"
        if gender == "p"
        else f"à l'{small}"
        if elide("le", first).endswith("'")
        else f"à la {small}"
        if gender == "f"
        else f"au {small}"
    )
    return f"J'ai mal {said}" if rng.random() < 0.4 else upper(said)


_WORK = re.compile(
    r"\b(?:métier|professions?|professionnelle|comme travail|dans la vie|quel travail|poste)\b",
    re.IGNORECASE,
)
_NO_WORK = re.compile(
    r"^(?:je|j'|un|une|le|la|les|du|de|des|à|au|en|dans|chez|sans|aucun|plus|pas|rien|mon|ma|mi|plein|temps|cdi|cdd|arrêt|bureau|3x8|trois|exposition|poussière|stress\w*|relations?|très|trop|assez|bien|mal|oui|ok|ça|c'est|il|elle|on|deux|depuis)\b",
    re.IGNORECASE,
)


def _work(fact: Fact, rest: str, rng: Random) -> str:
    if (
        not (_WORK.search(fact.form.text) or re.match(r"votre (?:travail|emploi)\b", fact.form.text, re.IGNORECASE))
        or _NO_WORK.match(rest)
        or not rest[:1].isalpha()
        or re.match(r"\S+ ans\b", rest)  # « 58 ans, femme de chambre » : an age first
    ):
        return ""
    if rng.random() < 0.15:
        return rest
    if "ancienneté" in fact.form.text:
        rest = re.sub(r", (?=(?:\w+(?:-\w+)* )(?:ans|mois|années)\b)", ", depuis ", rest)
    return f"Je suis {lower(rest)}"


_SINCE_WHAT = re.compile(
    r"^(?:le |la |l'|les |mon |ma |mes |janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre|hier|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|toujours|longtemps|19\d\d|20\d\d|noël|pâques|petite?\b)",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"^(?:environ |à peu près |bientôt |presque |plus d')?(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quelques|plusieurs|[a-z]+-[a-z-]+) (?:jours?|semaines?|mois|ans?|années?|nuits?)\b",
    re.IGNORECASE,
)


def _since(fact: Fact, rest: str, rng: Random) -> str:
    if not fact.form.wh.startswith("depuis") or "," in rest[:12]:
        return ""
    small = lower(rest)
    if re.match(r"(?:début|fin|milieu) ", small):
        article = "" if not re.match(r"\w+ (?:de |du |d')", small) else "la " if small.startswith("fin") else "le "
        return f"Depuis {article}{small}"
    if _SPAN.match(small):
        return f"{rng.choice(('Ça fait', 'Depuis', 'Ça fait'))} {small}"
    if small.startswith("depuis ") and fact.form.text.count(" ") < 8 and rng.random() < 0.35:
        return str(rng.choice(("Ça dure ", "C'est ", "C'est comme ça "))) + small
    return f"Depuis {small}" if _SINCE_WHAT.match(small) and rng.random() < 0.8 else ""


def _feel(fact: Fact, rest: str, rng: Random) -> str:
    asked = re.search(r"sentez-vous|allez-vous|vous vous sentez|comment ça va \?", fact.form.text, re.IGNORECASE)
    if not asked or fact.form.kind != "wh" or rng.random() < 0.2:
        return ""
    words = [w.lower() for w in _FIRST.findall(rest)[:2]]
    degree = bool(words) and words[0] in {"très", "trop", "plutôt", "assez", "complètement", "un"}
    key = words[1] if degree and len(words) > 1 else words[0] if words else ""
    return f"Je me sens {lower(rest)}" if key in _lists()[1] else ""


_NAMED = re.compile(r"(?:^|\b)(?:votre|la|le|l') ?(?P<noun>[\wÀ-ÿ-]+)", re.IGNORECASE)


def _state(fact: Fact, rest: str, rng: Random) -> str:
    """`Comment est la cicatrice ?` — propre → « Elle est propre. »"""
    if fact.form.kind not in {"wh", "noun"} or not re.match(
        r"^(?:comment (?:est|va)|votre |la |le |l')", fact.form.text, re.IGNORECASE
    ):
        return ""
    words = [w.lower() for w in _FIRST.findall(rest)[:2]]
    key = (
        words[1]
        if len(words) > 1 and words[0] in {"très", "trop", "plutôt", "assez", "bien"}
        else words[0]
        if words
        else ""
    )
    named = _NAMED.search(fact.form.text)
    if not named or key not in _lists()[2] or rng.random() < 0.5:
        return ""
    gender = noun_gender(named["noun"])
    feminine = (key.endswith("e") and key[:-1] in _lists()[2]) or key in {"sèche", "bonne", "mauvaise"}
    masculine = key + "e" in _lists()[2] or key in {"sec", "bon", "mauvais"}
    if (feminine and gender == "m") or (masculine and gender == "f"):
        return ""
    return f"{'Elle' if gender == 'f' else 'Il'} est {lower(rest)}"


def _score(fact: Fact, rest: str, rng: Random) -> str:
    """A mark of a scale of ten: « Je dirais six. »"""
    if "sur 10" not in fact.form.text and "de 0 à 10" not in fact.form.text:
        return rest
    if (
        re.fullmatch(r"(?:zéro|un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix)(?: sur dix)?\.", rest, re.IGNORECASE)
        and rng.random() < 0.5
    ):
        return f"{rng.choice(('Je dirais', 'Je mettrais', 'Je dirais'))} {lower(rest)}"
    return rest
