"""Rules that need a whole dialogue: formulas that come back, endless leave-taking, identity, agreement of gender.

Looks at both speakers; knows nothing of single replies.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from colloque.checks.conduct_book import finding
from colloque.core import Finding, Turn
from colloque.french.patterns import lexicon, plain, sentences

__all__ = ["agreement", "closings", "formulas", "gender_shown", "identity"]

_COMMON = frozenset(
    [
        "d'accord",
        "merci",
        "tres bien",
        "je comprends",
        "je vois",
        "bien",
        "oui",
        "bonjour",
        "ah",
        "je vous entends",
        "c'est note",
        "je note",
        "entendu",
        "merci de me le dire",
        "bon",
        "parfait",
        "je vous ecoute",
        "(sourire)",
        "ok",
        "bien sur",
        "hm",
    ]
)
_PHONE = re.compile(r"(?<![\d.,])(?:\+33[ .]?[1-9]|0[1-9])(?:[ .-]?\d{2}){4}(?![\d])")
_HELP = re.compile(r"0[ .]?800[ .]?\d{3}[ .]?\d{3}|09[ .]?72[ .]?39[ .]?40[ .]?50")
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("téléphone", _PHONE),
    ("courriel", re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}")),
    ("numéro de sécurité sociale", re.compile(r"\b[12][ ]?\d{2}[ ]?(?:0[1-9]|1[0-2]|[2-9]\d)[ ]?\d{2,3}[ ]?\d{3}[ ]?\d{3}(?:[ ]?\d{2})?\b")),
    ("IBAN", re.compile(r"\bfr\d{2}(?:[ ]?[\da-z]{4}){5}", re.I)),
    ("adresse", re.compile(r"\b\d{1,4}(?: bis| ter)?,? (?:rue|avenue|boulevard|allee|allée|impasse|place|chemin|quai|cours|route) (?:de |du |des |d'|la |le )*[A-ZÉÈ][\w-]+", re.I)),
    ("date de naissance", re.compile(r"\bné[e]? le \d{1,2}(?:er)? ?(?:/|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre) ?\d*", re.I)),
    ("nom complet", re.compile(r"(?i:je m'appelle|mon nom est|mon nom complet est|nom de famille,? c'est) [A-ZÉÈ][\w-]+ [A-ZÉÈ][\w-]+")),
)  # fmt: skip
_PERHAPS = re.compile(r"[\d@]|appelle|nom", re.I)
"""Figures, an address or a name: one of them stands in every match of the patterns above."""
_GENDERED = re.compile(
    r"\b(?:je (?:ne )?(?:suis|me sens|me sentais|me trouve)|j'etais|j'ai ete|je me suis|je reste|je deviens)(?: (?:pas|plus|tres|trop|vraiment|completement|totalement|un peu|toujours|encore|si|assez|tout|toute|tellement|plutot|juste|deja|souvent|jamais|meme|bien|vite|hyper|super|carrement|constamment))* ([\w-]+)(?! (?:le|la|les|un|une|des|mon|ma|mes|du|l)\b)"
)
_FEMININE = re.compile(
    r"(?:ee|euse|ive|ente|ante|olle|elle|ienne|onne|ite|ete|ise|ue|uite|lle|ourde|erte|eine|aine|ienne|euve|aise|ouce|ette|ouse|rice|asse)$"
)
_MASCULINE = {
    "fatigue", "epuise", "deprime", "angoisse", "stresse", "enerve", "creve", "vide", "rince", "perdu", "demotive", "isole", "inquiet", "nerveux", "anxieux", "malheureux", "heureux", "seul", "content", "tombe", "leve", "couche", "reveille", "hospitalise", "opere", "oblige", "degoute", "essouffle", "lessive", "paume", "decourage", "desespere", "tendu", "soulage", "surpris", "constipe", "irrite", "debout", "reste", "parti", "arrive", "devenu", "alle", "sorti", "rentre", "mort", "bloque", "coince", "gene", "presse", "marie", "divorce", "separe", "embauche", "licencie", "arrete", "blesse", "coupe", "rendu", "mis", "senti", "endormi", "guéri", "fini", "reparti", "revenu", "tenu", "venu", "battu", "reussi", "las", "lent", "mince", "pret", "sur", "certain", "assis", "embete", "preoccupe", "gros", "furieux", "jaloux", "honteux", "affreux", "courageux", "peureux", "actif", "sportif", "depressif", "attentif", "coupable",
}  # fmt: skip
_BOTH = frozenset(
    [
        "malade",
        "triste",
        "calme",
        "fragile",
        "tranquille",
        "jeune",
        "libre",
        "vide",
        "sensible",
        "incapable",
        "coupable",
        "nulle",
        "elle",
        "celle",
        "quelle",
        "toute",
        "suite",
        "ensuite",
        "minute",
        "route",
        "doute",
        "honte",
        "pieds",
    ]
)


def formulas(turns: Sequence[Turn]) -> Iterator[Finding]:
    """The same opening sentence or formula of empathy, twice beyond the commonest; these, four times or more."""
    seen: Counter[str] = Counter()
    for index, turn in enumerate(turns):
        if turn.role != "clinician":
            continue
        for phrase in sorted(_openings(turn.text)):
            seen[phrase] += 1
            common = phrase in _COMMON
            if seen[phrase] == (5 if common else 2) and (common or len(phrase.split()) >= 3):
                yield finding("template_repeated", index, phrase)


def _openings(text: str) -> set[str]:
    spans = sentences(text)
    found = (
        {plain(text[spans[0][0] : spans[0][1]]).strip(" .,!…«»")}
        if spans and "?" not in text[spans[0][0] : spans[0][1]]
        else set()
    )
    for hit in lexicon("welcome").all(text, "formula"):
        phrase = plain(text[hit.start : hit.end]).strip(" .,!")
        if len(phrase.split()) >= 3:
            found.add(phrase)
    return found


def closings(turns: Sequence[Turn]) -> Iterator[Finding]:
    """More than two clinician turns that take leave."""
    leaving = [
        i
        for i, turn in enumerate(turns)
        if turn.role == "clinician" and "?" not in turn.text and lexicon("welcome").has(turn.text, "closing")
    ]
    if len(leaving) > 2:
        yield finding("endless_closing", leaving[2], turns[leaving[2]].text[:80])


def identity(turns: Sequence[Turn]) -> Iterator[Finding]:
    """What names or reaches a person."""
    for index, turn in enumerate(turns):
        for kind, pattern in _PATTERNS if _PERHAPS.search(turn.text) else ():
            match = pattern.search(turn.text)
            if match and not (kind == "téléphone" and _HELP.search(match.group())):
                yield finding("identity_leak", index, match.group(), kind)


def agreement(turns: Sequence[Turn]) -> Iterator[Finding]:
    """First-person adjectives and participles of both genders in one patient's turns."""
    shown = gender_shown(turns)
    if len(shown) == 2:
        index, words = max(shown.values())
        yield finding("agreement_drift", index, words)


def gender_shown(turns: Sequence[Turn]) -> dict[str, tuple[int, str]]:
    """Gender (f, m) → the first patient turn that shows it, and the words."""
    shown: dict[str, tuple[int, str]] = {}
    for index, turn in enumerate(turns):
        if turn.role != "patient":
            continue
        for match in _GENDERED.finditer(plain(turn.text)):
            gender = gender_of(match.group(1), turn.text[match.start(1) : match.end(1)])
            if gender and gender not in shown:
                shown[gender] = (index, turn.text[match.start() : match.end()])
    return shown


def gender_of(folded: str, written: str) -> str | None:
    """f, m or None for one adjective or participle said of oneself."""
    if folded in _BOTH:
        return None
    if written.endswith("ée") or (folded[:-1] in _MASCULINE and folded.endswith("e")) or folded.endswith("euse"):
        return "f"
    if written.endswith("é") or (folded in _MASCULINE and not written.endswith("e")):
        return "m"
    return None
