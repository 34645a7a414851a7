"""French verbs between persons: `vous dormez` ↔ `je dors`, `tu dors` → `vous dormez`, `dormir` → `vous dormez`.

Only the forms that questions and answers of a consultation use. A form that is not known gives None: the caller
then says the thing in another way. Knows nothing of dialogues.
"""

import re
from functools import cache, lru_cache

from colloque.speech.bank import load

__all__ = ["elide", "is_first_person", "is_infinitive", "je_of", "present", "vous_of_je", "vous_of_tu"]

_VOWEL = re.compile(
    r"^(?:[aeiouyàâäéèêëîïôöùûüœæ]|h(?!(?:aut|onte|anche|andicap|asard|aine|ernie|urle|eurt|arc[eè]l|ors\b|uit|ache|aricot|éros|ockey|ousse|amac|andball|oqu|ibou)))",
    re.IGNORECASE,
)
# Verbs whose stem ends like a future: « vous espérez », « vous respirez ».
_PRESENT_IN_R = frozenset(
    [
        "respir",
        "tir",
        "admir",
        "désir",
        "aspir",
        "transpir",
        "expir",
        "inspir",
        "délir",
        "vir",
        "retir",
        "attir",
        "étir",
        "déchir",
        "soupir",
        "gér",
        "digér",
    ]
)
_PERSONS = ("je", "tu", "il", "vous", "ils")


class _Verbs:
    """The table of irregular verbs, indexed by each of its forms."""

    def __init__(self) -> None:
        data = load("verbs")
        self.present: dict[str, tuple[str, ...]] = {}
        self.by_form: dict[tuple[str, str], str] = {}
        self.imperfect: dict[str, str] = {}
        self.future: dict[str, str] = {}
        for line in data["rows"].strip().splitlines():
            infinitive, je, tu, il, vous, ils, _, imperfect, future = line.split()
            self.present[infinitive] = (je, tu, il, vous, ils)
            for person, form in zip(_PERSONS, (je, tu, il, vous, ils), strict=True):
                self.by_form.setdefault((person, form), infinitive)
            self.imperfect[imperfect + "iez"] = imperfect
            self.future[future] = infinitive
        # « je suis » is être far more often than suivre.
        self.by_form["je", "suis"] = "être"
        self.grave = frozenset(data["grave"].split())
        self.conditional = {stem + "iez" for stem in self.future}


@cache
def _verbs() -> _Verbs:
    return _Verbs()


def elide(word: str, following: str) -> str:
    """`je` before `ai` → `j'`; `de` before `eau` → `d'`: the word with its space or apostrophe."""
    if word in {"je", "me", "te", "se", "de", "ne", "que", "le", "la"} and _VOWEL.match(following):
        return word[:-1] + "'"
    return word + " "


def _silent(stem: str) -> str:
    """The stem of a verb in -er before a silent e: lev → lèv, préfér → préfèr, essay → essai."""
    if stem in _verbs().grave:
        return re.sub(r"e([^aeiouyé]+)$", r"è\1", stem)
    if re.search(r"é[^aeiouyéè]{1,2}$", stem) and not stem.endswith("éé"):
        return re.sub(r"é([^aeiouyé]{1,2})$", r"è\1", stem)
    if stem.endswith("y"):
        return stem[:-1] + "i"
    return stem


@lru_cache(maxsize=4096)
def je_of(vous: str) -> str | None:
    """The first person of a form that goes with `vous`, in the same tense; None when the form is no such verb.

    >>> je_of("dormez"), je_of("levez"), je_of("aviez"), je_of("prendrez")
    ('dors', 'lève', 'avais', 'prendrai')
    """
    verbs = _verbs()
    infinitive = verbs.by_form.get(("vous", vous))
    if infinitive:
        return verbs.present[infinitive][0]
    if vous in verbs.imperfect:
        return verbs.imperfect[vous] + "ais"
    if vous in verbs.conditional:
        return vous[:-3] + "ais"
    if vous.endswith("ez") and vous[:-2] in verbs.future:
        return vous[:-2] + "ai"
    if vous.endswith(("eriez", "iriez")):
        return vous[:-3] + "ais"
    if vous.endswith(("erez", "irez")) and vous[:-2] not in _PRESENT_IN_R:
        return vous[:-2] + "ai"
    if vous.endswith("iez") and len(vous) > 4:
        return _je_of_iez(vous)
    if vous.endswith("ez") and len(vous) > 3:
        return _silent(vous[:-2]) + "e"
    return None


def _je_of_iez(vous: str) -> str:
    # « oubliez » is a present, « aimiez » an imperfect; « étudiez » a present too.
    present = (
        "oubl",
        "étud",
        "appréc",
        "véri",
        "vérif",
        "mod",
        "modif",
        "confi",
        "conf",
        "méfi",
        "méf",
        "signif",
        "env",
        "r",
        "soucr",
        "publ",
        "ski",
        "ident",
        "cr",
        "suppl",
        "mar",
        "pari",
        "par",
        "plan",
    )
    stem = vous[:-3]
    if stem.endswith(present) and stem not in {"compar", "sépar", "prépar"}:
        return stem + "ie"
    if stem.endswith(("g", "ge")):
        return stem.removesuffix("e") + "eais"
    return stem + "ais"


@lru_cache(maxsize=4096)
def vous_of_je(je: str) -> str | None:
    """The form that goes with `vous` of a first person, in the same tense; None when it cannot be known."""
    verbs = _verbs()
    infinitive = verbs.by_form.get(("je", je))
    if infinitive:
        return verbs.present[infinitive][3]
    if je.endswith("rai") and je[:-2] in verbs.future:
        return je[:-2] + "ez"
    if je.endswith("ais") and len(je) > 4:
        stem = je[:-3]
        return (stem.removesuffix("e") if stem.endswith("ge") else stem) + "iez"
    if je.endswith("e") and len(je) > 3 and not je.endswith(("ée", "que")):
        return _plain(je[:-1]) + "ez"
    return None


def _plain(stem: str) -> str:
    match = re.search(r"è([^aeiouyé]{1,2})$", stem)
    if match:
        low = stem[: match.start()] + "e" + match.group(1)
        return low if low in _verbs().grave else stem[: match.start()] + "é" + match.group(1)
    if stem.endswith(("ai", "ui", "oi")):
        return stem[:-1] + "y"
    return stem


@lru_cache(maxsize=2048)
def vous_of_tu(tu: str) -> str | None:
    """The form that goes with `vous` of a form that goes with `tu`: questionnaires for the young say tu."""
    verbs = _verbs()
    infinitive = verbs.by_form.get(("tu", tu))
    if infinitive:
        return verbs.present[infinitive][3]
    if tu.endswith("ais") and len(tu) > 4:
        return tu[:-3] + "iez"
    if tu.endswith("es") and len(tu) > 3:
        return _plain(tu[:-2]) + "ez"
    return None


def is_first_person(word: str) -> bool:
    """Whether a word is the first person of an irregular verb, and nothing else in a questionnaire."""
    return (
        ("je", word) in _verbs().by_form
        and word
        not in {
            "suis",
            "sens",
            "cours",
            "bois",
            "fais",
            "dis",
            "mets",
            "souris",
            "tiens",
            "pars",
            "sers",
            "fuis",
            "plais",
            "bats",
            "vis",
            "joins",
        }
    ) or word in {"dors", "bois", "fais", "sens"}


def is_infinitive(word: str) -> bool:
    """Whether a word is the infinitive of a verb, by table or by its ending in -er."""
    low = word.lower()
    return low in _verbs().present or (
        low.endswith("er")
        and len(low) > 4
        and low
        not in {
            "holter",
            "doppler",
            "scanner",
            "pacemaker",
            "laser",
            "blister",
            "cathéter",
            "catheter",
            "master",
            "leader",
            "hiver",
            "amer",
            "fier",
            "cher",
            "hier",
            "cancer",
            "atelier",
            "quartier",
            "escalier",
            "dernier",
            "premier",
            "entier",
            "métier",
            "papier",
            "danger",
            "léger",
            "particulier",
            "régulier",
            "familier",
            "calendrier",
            "foyer",
            "loyer",
            "collier",
            "février",
            "janvier",
            "étranger",
            "boucher",
            "boulanger",
            "infirmier",
            "ulcer",
            "goûter",
            "dîner",
            "déjeuner",
            "souper",
        }
    )


@lru_cache(maxsize=2048)
def present(infinitive: str, person: str) -> str | None:
    """The present of a verb for `je`, `tu`, `il`, `vous` or `ils`; None for an unknown verb not in -er."""
    verbs = _verbs()
    if infinitive in verbs.present:
        return verbs.present[infinitive][_PERSONS.index(person)]
    if not is_infinitive(infinitive):
        return None
    stem = infinitive[:-2]
    if person == "vous":
        return stem + "ez"
    return _silent(stem) + {"je": "e", "tu": "es", "il": "e", "ils": "ent"}[person]
