"""Titles of a form put as the question that they stand for: `Traitements déjà essayés` → « Quels traitements avez-vous déjà essayés ? »

Each rule keeps what is asked, no more and no less; a title that none fits is left to `lines`. Knows nothing of answers.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from colloque.speech.conjugation import elide, present
from colloque.speech.gender import noun_gender
from colloque.speech.letters import lower, upper
from colloque.speech.nominal import gender_of_phrase, is_noun, named

__all__ = ["owned", "there_is", "titles"]

_DETERMINED = re.compile(
    r"^(?:le |la |les |l'|votre |vos |un |une |des |du |de la |de l'|ce |cette |ces |cet |son |sa |ses |d'autres |notre |nos )",
    re.IGNORECASE,
)
# What is the patient's own is said with « votre »: le poids → votre poids.
_OWN = re.compile(
    r"^(?:métier|profession|travail|poste|emploi|situation|traitements?|entourage|alimentation|groupe|couple|enfance|quotidien|logement|loisirs|attentes?|motivation|projets?|souhaits?|objectifs?|journées?|horaires|activité|ancienneté|parents|scolarité|études)\b",
    re.IGNORECASE,
)
_PARTICIPLES_NOW = [
    "évité",
    "utilisé",
    "consommé",
    "pratiqué",
    "porté",
    "redouté",
    "ressenti",
    "pris",
    "rencontré",
    "accumulé",
    "fréquenté",
    "souhaité",
    "attendu",
]
_PARTICIPLES_PAST = [
    "essayé",
    "reçu",
    "suivi",
    "subi",
    "identifié",
    "passé",
    "arrêté",
    "tenté",
    "consulté",
    "traversé",
    "effectué",
    "réalisé",
    "fait",
    "eu",
    "vécu",
    "perdu",
    "remarqué",
    "constaté",
    "observé",
    "contracté",
    "visité",
]
_INFINITIVES = {"ressenti": "ressentir", "pris": "prendre", "attendu": "attendre"}
_PP = "|".join((*_PARTICIPLES_NOW, *_PARTICIPLES_PAST))
_DONE = re.compile(
    rf"^(?P<noun>[\wÀ-ÿ' -]+?) (?P<deja>déjà |récemment |actuellement |parfois |habituellement )?(?P<pp>(?:{_PP})e?s?)(?P<tail>,? .*)?$",
    re.IGNORECASE,
)
_BY = re.compile(r"^(?P<noun>[\wÀ-ÿ' -]+?) (?P<pp>[\wÀ-ÿ]+(?:é|i|u|is|it)e?s?) par$", re.IGNORECASE)


def owned(noun: str, *, own: bool = True) -> str:
    """A bare title with its determiner: `métier actuel` → votre métier actuel, `aliments` → les aliments."""
    if _DETERMINED.match(noun):
        return lower(noun)
    if own and _OWN.match(noun):
        return ("vos " if _many(noun) else "votre ") + lower(noun)
    if _many(noun):
        return "les " + lower(noun)
    if elide("le", noun) == "l'":
        return "l'" + lower(noun)
    return ("la " if _feminine(noun) else "le ") + lower(noun)


def _feminine(noun: str) -> bool:
    known = gender_of_phrase(noun)
    return (known or noun_gender(re.split(r"[ ,]", noun)[0])) == "f"


_SINGULAR_S = frozenset(
    [
        "poids",
        "temps",
        "repas",
        "bras",
        "dos",
        "stress",
        "sens",
        "prix",
        "choix",
        "toux",
        "os",
        "cours",
        "corps",
        "accès",
        "processus",
        "rhésus",
        "cannabis",
        "virus",
        "mois",
        "fois",
        "abcès",
        "procès",
        "décès",
        "retrait",
        "refus",
        "bas",
        "fils",
        "pays",
    ]
)


def _many(noun: str) -> bool:
    first = re.split(r"[ ,]", noun.lower())[0]
    return first.endswith(("s", "x")) and first not in _SINGULAR_S and not first.endswith("eux")


def _of(named: str) -> str:
    """`de` before a determined phrase: de le → du, de les → des."""
    if named.startswith("le "):
        return "du " + named[3:]
    if named.startswith("les "):
        return "des " + named[4:]
    return elide("de", named) + named


def _undone(rest: str) -> str:
    """What follows « de » in a title, with its determiner: `la gêne`, `l'événement`, `crises` → les crises."""
    return owned(rest.strip(), own=False)


_HEADS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"date(?: et nature)? (?:de |d'|du |des )(?:la |l'|le |les |votre )?(?P<x>(?:dernier|dernière|derniers|dernières|première?|prochaine?) .+)", ("{X}, c'était quand ?", "De quand {date} {x} ?")),
    (r"date (?P<of>de l'|de la |du |des |de |d')(?P<x>.+)", ("{X}, c'était quand ?", "Vous vous souvenez de la date {of}{raw} ?")),
    (r"(?:durée|durée habituelle|durée moyenne) (?P<of>de l'|de la |du |des |de cette |de ces |de ce |de |d')(?P<x>.+)", ("{X}, ça dure combien de temps ?", "Combien de temps {dure} {x} ?")),
    (r"(?:fréquence|rythme) (?P<of>de l'|de la |du |des |de |d')(?P<x>.+)", ("{X}, c'est à quelle fréquence ?", "{X}, ça revient souvent ?")),
    (r"ancienneté (?P<of>de l'|de la |du |des |de |d')(?P<x>.+)", ("{X}, ça remonte à quand ?", "{X}, c'est depuis quand ?")),
    (r"âge (?P<of>de survenue de |de début de |au début de |à |lors de |de )(?P<x>(?:la |le |les |l').+)", ("Vous aviez quel âge, à {x} ?", "C'était à quel âge, {x} ?")),
    (r"âge (?:de survenue|d'apparition|de début)(?P<x>)", ("Ça a commencé à quel âge ?", "Vous aviez quel âge quand ça a commencé ?")),
    (r"(?:type|types|nature) (?P<of>de l'|de la |du |des |de |d')(?P<x>.+)", ("C'est quel type {of}{raw} ?", "Et comme type {of}{raw} ?")),
    (r"nom (?P<of>de l'|de la |du |des |de votre |de |d')(?P<x>.+)", ("{X}, {it} s'appelle comment ?", "Vous avez le nom {of}{raw} ?")),
    (r"(?P<w>conséquences?|retentissement|répercussions?|impact) (?P<on>sur|au|dans|à) (?P<x>.+)", ("Quelles sont les conséquences {on} {xx} ?", "Et {on} {xx}, ça a quelles conséquences ?")),
    (r"(?P<w>relations?|rapports) (?P<on>avec) (?P<x>.+)", ("Avec {xx}, comment ça se passe ?", "Comment sont les relations avec {xx} ?")),
    (r"exposition(?P<w> professionnelle)? (?P<on>à|au|aux) (?P<x>.+)", ("Est-ce que vous êtes exposé{e} {on} {xx}{au} ?", "Vous êtes exposé{e} {on} {xx}{au} ?")),
    (r"(?:présence|existence|notion) (?P<of>de l'|de la |du |des |de |d')(?P<x>.+)", ("Est-ce qu'il y a {some} ?", "Vous avez remarqué {some} ?")),
    (r"antécédents? (?P<w>familial|familiaux|familiale)s? (?P<of>de |d')(?P<x>.+)", ("Dans la famille, est-ce qu'il y a eu {some} ?", "Quelqu'un de la famille a eu {some} ?")),
    (r"antécédents? (?P<w>personnels? )?(?P<of>de |d')(?P<x>.+)", ("Est-ce que vous avez déjà eu {some} ?", "Vous avez déjà eu {some} ?")),
    (r"consommation (?P<w>actuelle |habituelle )?(?P<of>de l'|de la |du |des |de |d')(?P<x>.+)", ("Et {x}, vous en êtes où ?", "Parlez-moi de votre consommation {of}{raw}.")),
    (r"(?:facteurs?|éléments?) (?:déclenchants?|aggravants?)(?P<x>)", ("Qu'est-ce qui déclenche ça, chez vous ?", "Vous avez repéré ce qui déclenche tout ça ?")),
    (r"(?:utilisation|port|usage|prise|pratique) (?P<of>de l'|de la |du |des |de |d')(?P<x>.+)", ("Et {x}, vous en êtes où ?", "Parlez-moi de {x}.")),
    (r"tolérance (?P<of>de l'|de la |du |des |de |d')(?P<x>.+)", ("Comment vous supportez {x} ?", "{X}, vous {it2} supportez comment ?")),
    (r"(?:localisation|siège|site|lieu) (?P<of>de l'|de la |du |des |de |d')(?P<x>.+)", ("{X}, c'est à quel endroit ?", "Où se situe, exactement, {x} ?")),
    (r"intensité (?P<of>de l'|de la |du |des |de |d')(?P<x>.+)", ("{X}, c'est fort comment ?", "Quelle est l'intensité {of}{raw} ?")),
    (r"nombre (?:de |d')(?P<x>.+?)(?P<tail> (?:par|dans|sur|depuis|ces|en|au|à) .+)?", ("Combien {d}{x0}, {tailc} ?", "Ça fait combien {d}{x0}{tail} ?")),
    (r"(?:heure|heures)(?: habituelles?)? (?P<of>de |du |d')(?P<x>coucher et (?:du |de )?lever)(?P<tail>.*)", ("Vous vous couchez et vous vous levez à quelle heure{tail} ?",)),
    (r"motif (?P<of>de l'|de la |du |de |d').*(?P<x>consultation|demande|venue|visite|rendez-vous|hospitalisation|appel).*", ("Qu'est-ce qui vous amène ?", "Racontez-moi ce qui vous amène.", "Qu'est-ce qui vous a décidé{e} à venir ?")),
)  # fmt: skip


@lru_cache(maxsize=4096)
def titles(noun: str) -> tuple[str, ...]:
    """Ways of asking for a title, {e} where the patient's gender shows; () where no rule fits."""
    noun = noun.strip()
    by = _BY.match(noun)
    if by:
        have = "ont" if _many(by["noun"]) else "a"
        return (f"{upper(owned(by['noun'], own=False))} {have} été {by['pp']} par qui ?",)
    if " : " in noun:
        return _detailed(noun)
    early = _standing(noun) or _both(noun)
    if early:
        return early
    for pattern, asks in _HEADS:
        found = re.fullmatch(pattern, noun, re.IGNORECASE)
        if found and found["x"] and _DONE.match(found["x"]):
            return _done(found["x"])
        if found:
            return tuple(ask for ask in (_filled(a, found) for a in asks) if ask)
    for rule in _RULES:
        asked = rule(noun)
        if asked:
            return asked
    return ()


def _filled(ask: str, found: re.Match[str]) -> str:
    groups = {k: v or "" for k, v in found.groupdict().items()}
    raw = groups["x"]
    x = _undone(re.sub(r"^(?:cette|ces|ce|cet) ", lambda m: m.group(), raw)) if raw else ""
    if groups.get("of", "").startswith(("de cette", "de ces", "de ce ")):
        x = groups["of"][3:] + raw
    on = groups.get("on", "")
    xx = raw if _DETERMINED.match(raw) or on in {"au", "aux"} else owned(raw) if raw else ""
    plural = x.startswith(("les ", "vos ", "ces "))
    tail = groups.get("tail", "").rstrip(",")
    some = _some(raw)
    table = {
        "{X}": upper(x), "{x}": x, "{xx}": xx, "{raw}": raw, "{of}": groups.get("of", ""), "{on}": on, "{au}": "",
        "{it}": ("elles " if plural and _feminine(raw) else "ils " if plural else "elle " if _feminine(raw) else "il ").strip(),
        "{it2}": "les" if plural else "la" if x.startswith(("la ", "votre ")) and _feminine(raw) else "le",
        "{date}": "datent" if plural else "date", "{dure}": "durent" if plural else "dure", "{some}": some, "{tail}": tail, "{tailc}": tail.strip(),
        "{d}": elide("de", raw) if raw else "", "{x0}": lower(raw),
    }  # fmt: skip
    if "{tailc}" in ask and not tail:
        ask = ask.replace(", {tailc}", "")
    if "{some}" in ask and not some:
        return ""
    if "{it" in ask and not is_noun(re.split(r"[ ,]", raw)[0]):
        return ""
    for key, value in table.items():
        ask = ask.replace(key, value)
    return re.sub(r" {2,}", " ", ask)


def _some(raw: str) -> str:
    """`sang, de glaires` after « présence de » → « du sang, des glaires »; "" where a gender is not sure."""
    out: list[str] = []
    for part in re.split(r"(, | ou | et )", raw):
        if part in {", ", " ou ", " et "}:
            out.append(part)
            continue
        bare = re.sub(r"^(?:de |d')", "", part)
        said = bare if _DETERMINED.match(bare) else named(bare, "some")
        if said is None:
            return ""
        out.append(said)
    return "".join(out)


def _done(noun: str) -> tuple[str, ...]:
    """A plural noun with a participle: what the patient tries, avoids, takes."""
    done = _DONE.match(noun)
    if not done or not _many(done["noun"]) or _DETERMINED.match(done["noun"]):
        return ()
    which = "Quelles" if _feminine_many(done["noun"]) else "Quels"
    what, tail, adverb = lower(done["noun"]), done["tail"] or "", done["deja"] or ""
    stem = re.sub(r"(?:e?s|e)$", "", done["pp"]) if not done["pp"].endswith("pris") else "pris"
    stem = stem if stem.endswith(("é", "u", "i", "is")) else done["pp"].rstrip("s")
    if stem in _PARTICIPLES_NOW:
        verb = present(_INFINITIVES.get(stem, stem[:-1] + "er"), "vous")
        if verb:
            return (
                f"{which} {what} {verb}-vous{' ' + adverb.strip() if adverb else ''}{tail} ?",
                f"Vous {verb} quels {what}{tail} ?" if which == "Quels" else f"Vous {verb} quelles {what}{tail} ?",
            )
    return (f"{which} {what} avez-vous {adverb}{done['pp']}{tail} ?",)


def _feminine_many(noun: str) -> bool:
    first = re.split(r"[ ,]", noun)[0]
    known = gender_of_phrase(noun)
    return (known or noun_gender(first[:-1] if first.endswith("s") else first)) == "f"


_RELATIVE = re.compile(
    r"^(?P<noun>[\wÀ-ÿ' -]+?) (?P<rel>(?:sur |avec |pour |par |dans |chez |à |de )?(?:que|qu'|qui|où|dont|lesquels|lesquelles|laquelle|lequel|auxquels?|auxquelles?)\b ?.*vous .*)$",
    re.IGNORECASE,
)


def _relative(noun: str) -> tuple[str, ...]:
    found = _RELATIVE.match(noun)
    if not found or _DETERMINED.match(found["noun"]):
        return ()
    many = _many(found["noun"])
    feminine = _feminine_many(found["noun"]) if many else _feminine(found["noun"])
    which = ("Quelles sont" if feminine else "Quels sont") if many else "Quelle est" if feminine else "Quel est"
    article = "les " if many else ("l'" if elide("le", found["noun"]) == "l'" else "la " if feminine else "le ")
    return (f"{which} {article}{lower(found['noun'])} {found['rel']} ?",)


def _detailed(noun: str) -> tuple[str, ...]:
    """`Dialyse : jours, durée, abord` → « Parlez-moi de la dialyse. »: the details come with the answer."""
    head, colon, details = noun.partition(" : ")
    if not colon or len(head) < 4:
        return ()
    x = owned(head)
    if re.search(r"\bou\b", details):
        return (f"Et {x}, {details} ?", f"Pour {x}, {details} ?")
    return (
        f"Parlez-moi {_of(x)}.",
        f"Et {x}, vous pouvez m'en dire un peu plus ?",
        f"J'aimerais que vous me parliez {_of(x)}.",
    )


_BOTH = re.compile(
    r"^(?P<a>[\wÀ-ÿ'-]+(?: [\wÀ-ÿ'-]+){0,6}?) et (?P<b>[\wÀ-ÿ'-]+)(?P<tail> .*)?$",
    re.IGNORECASE,
)
_SHARED = re.compile(r"^ (?P<of>de l'|de la |de cette |de ce |du |des |de |d')(?P<x>.+)$", re.IGNORECASE)


def _both(noun: str) -> tuple[str, ...]:
    """`Fréquence et aspect des selles`, `Poste occupé et ancienneté`: two things asked in one breath."""
    found = _BOTH.match(noun)
    if (
        not found
        or not is_noun(found["b"])
        or found["a"]
        .lower()
        .startswith(("heure", "facteur", "présence", "relation", "retentissement", "exposition", "antécédent"))
    ):
        return ()
    first, second, tail = found["a"], found["b"], found["tail"] or ""
    if re.search(r"\b(?:à|de|au|en|par|avec|sur|sans) \w+$", first) and not tail and not is_noun(first.split(" ")[0]):
        return ()
    shared = _SHARED.match(tail)
    if (
        shared
        and " " not in first
        and second.lower() not in {"nombre", "date"}
        and shared["x"] not in {"vie", "naissance", "travail", "soins"}
    ):
        whole = (
            owned(shared["x"], own=False)
            if shared["of"].strip() in {"de", "d'", "des"}
            else (shared["of"] + shared["x"]).removeprefix("de ")
        )
        whole = "le " + shared["x"] if shared["of"] == "du " else whole
        return (
            f"Parlez-moi {_of(whole)}.",
            f"J'aimerais que vous me parliez {_of(whole)}.",
            f"Vous pouvez me dire {owned(first, own=False)} et {owned(second, own=False)}{tail} ?",
        )
    first = re.sub(r" occupée?$", "", first)
    if _GIVEN.match(first) or _GIVEN.match(second):
        return (f"Vous pouvez me dire {owned(first, own=False)} et {owned(second, own=False)}{tail} ?",)
    return (
        f"Vous pouvez me parler {_of(owned(first))} et {_of(owned(second + tail))} ?",
        f"Parlez-moi {_of(owned(first))} et {_of(owned(second + tail))}.",
    )


_GIVEN = re.compile(
    r"^(?:nom|nombre|date|âge|groupe|poids|taille|durée|heure|marque|puissance|profondeur|localisation|lieu|dose|numéro|année|délai|couleur|score|fréquence|rhésus)\b",
    re.IGNORECASE,
)
_TREATED = re.compile(
    r"^(?:traitements?|médicaments?)(?P<kind> (?!en cours|actuel|du|de)[\wÀ-ÿ-]+)?(?: en cours| actuels?| habituels?)(?: .*)?$",
    re.IGNORECASE,
)
_KNOWN = re.compile(
    r"^(?P<noun>[\wÀ-ÿ' -]+?) (?P<known>connus|connues|documentées|documentés|éventuels|éventuelles|particuliers|particulières|associés|associées|présents|présentes)$",
    re.IGNORECASE,
)


def _standing(noun: str) -> tuple[str, ...]:
    treated = _TREATED.match(noun)
    if treated:
        kind = treated["kind"] or ""
        return (
            f"Qu'est-ce que vous prenez comme traitement{kind}, en ce moment ?",
            f"Et comme traitement{kind}, vous prenez quoi ?",
        )
    known = _KNOWN.match(noun)
    if known and _many(known["noun"]):
        return (f"Est-ce que vous avez des {lower(noun)} ?", f"Vous avez des {lower(noun)} ?")
    if re.match(r"^circonstances", noun, re.IGNORECASE):
        return ("Dans quelles circonstances c'est arrivé ?", "C'est arrivé dans quelles circonstances ?")
    if re.match(r"^date d(?:e |u )?(?:début|'apparition)$", noun, re.IGNORECASE):
        return ("Ça a commencé quand ?", "Ça remonte à quand ?")
    pieces = noun.split(", ")
    if len(pieces) == 2 and all(_GIVEN.match(p) for p in pieces):
        return (f"Vous pouvez me donner {owned(pieces[0], own=False)}, et {owned(pieces[1], own=False)} ?",)
    return ()


_MEASURE = re.compile(
    r"^(?:température|poids|taille|tension|glycémie|âge|date|heure|score|niveau|sommeil|appétit|moral|humeur|transit|mémoire|vue|audition)\b",
    re.IGNORECASE,
)


def there_is(noun: str) -> tuple[str, ...]:
    """A title that was answered by oui or non: `Incontinence urinaire` → « Est-ce qu'il y a une incontinence urinaire ? »"""
    some = "" if _DETERMINED.match(noun) or _MEASURE.match(noun) else _some(noun) or named(noun, "some") or ""
    past = re.search(
        r"enfance|dans l'année|récent|passé|antécédent|opération|accident|chute|coup|intervention|hospitalis|traumatis|séjour|voyage",
        noun,
        re.IGNORECASE,
    )
    return (
        (f"Est-ce qu'il y a {'eu ' if past else ''}{some} ?", f"Il y a {'eu ' if past else ''}{some} ?") if some else ()
    )


def _either(noun: str) -> tuple[str, ...]:
    some = _some(noun) if re.search(r"\bou\b", noun) and not _DETERMINED.match(noun) else ""
    return (f"Est-ce qu'il y a eu {some} ?", f"Il y a eu {some} ?") if some else ()


_RULES: tuple[Callable[[str], tuple[str, ...]], ...] = (_done, _relative, _either)
