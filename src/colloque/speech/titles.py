"""Titles of a form put as the question that they stand for: `Traitements déjà essayés` → « Quels traitements avez-vous déjà essayés ? »

Each rule keeps what is asked, no more and no less; a title that none fits is left to `lines`. Knows nothing of answers.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache

from colloque.speech.bank import load
from colloque.speech.conjugation import elide, present
from colloque.speech.determiners import DETERMINED, feminine, many, of_the, owned
from colloque.speech.gender import noun_gender
from colloque.speech.letters import lower, upper
from colloque.speech.nominal import gender_of_phrase, is_noun, named

__all__ = ["there_is", "titles"]
_FORMS = load("titles")["participles"]
_PARTICIPLES_NOW, _PARTICIPLES_PAST = _FORMS["now"].split(), _FORMS["past"].split()
_INFINITIVES = {"ressenti": "ressentir", "pris": "prendre", "attendu": "attendre"}
_PP = "|".join((*_PARTICIPLES_NOW, *_PARTICIPLES_PAST))
_DONE = re.compile(
    rf"^(?P<noun>[\wÀ-ÿ' -]+?) (?P<deja>déjà |récemment |actuellement |parfois |habituellement )?(?P<pp>(?:{_PP})e?s?)(?P<tail>,? .*)?$",
    re.IGNORECASE,
)
_BY = re.compile(r"^(?P<noun>[\wÀ-ÿ' -]+?) (?P<pp>[\wÀ-ÿ]+(?:é|i|u|is|it)e?s?) par$", re.IGNORECASE)


def _undone(rest: str) -> str:
    """What follows « de » in a title, with its determiner: `la gêne`, `l'événement`, `crises` → les crises."""
    return owned(rest.strip(), own=False)


@cache
def _heads() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    return tuple((re.compile(head["fits"], re.IGNORECASE), tuple(head["asks"])) for head in load("titles")["head"])


@lru_cache(maxsize=4096)
def titles(noun: str) -> tuple[str, ...]:
    """Ways of asking for a title, {e} where the patient's gender shows; () where no rule fits."""
    noun = noun.strip()
    by = _BY.match(noun)
    if by:
        have = "ont" if many(by["noun"]) else "a"
        return (f"{upper(owned(by['noun'], own=False))} {have} été {by['pp']} par qui ?",)
    if " : " in noun:
        return _detailed(noun)
    early = _standing(noun) or _both(noun)
    if early:
        return early
    for pattern, asks in _heads():
        found = pattern.fullmatch(noun)
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
    xx = raw if DETERMINED.match(raw) or on in {"au", "aux"} else owned(raw) if raw else ""
    plural = x.startswith(("les ", "vos ", "ces "))
    tail = groups.get("tail", "").rstrip(",")
    some = _some(raw)
    table = {
        "{X}": upper(x), "{x}": x, "{xx}": xx, "{raw}": raw, "{of}": groups.get("of", ""), "{on}": on, "{au}": "",
        "{it}": ("elles " if plural and feminine(raw) else "ils " if plural else "elle " if feminine(raw) else "il ").strip(),
        "{it2}": "les" if plural else "la" if x.startswith(("la ", "votre ")) and feminine(raw) else "le",
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
        said = bare if DETERMINED.match(bare) else named(bare, "some")
        if said is None:
            return ""
        out.append(said)
    return "".join(out)


def _done(noun: str) -> tuple[str, ...]:
    """A plural noun with a participle: what the patient tries, avoids, takes."""
    done = _DONE.match(noun)
    if not done or not many(done["noun"]) or DETERMINED.match(done["noun"]):
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
    if not found or DETERMINED.match(found["noun"]):
        return ()
    several = many(found["noun"])
    woman = _feminine_many(found["noun"]) if several else feminine(found["noun"])
    which = ("Quelles sont" if woman else "Quels sont") if several else "Quelle est" if woman else "Quel est"
    article = "les " if several else "l'" if elide("le", found["noun"]) == "l'" else "la " if woman else "le "
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
        f"Parlez-moi {of_the(x)}.",
        f"Et {x}, vous pouvez m'en dire un peu plus ?",
        f"J'aimerais que vous me parliez {of_the(x)}.",
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
            f"Parlez-moi {of_the(whole)}.",
            f"J'aimerais que vous me parliez {of_the(whole)}.",
            f"Vous pouvez me dire {owned(first, own=False)} et {owned(second, own=False)}{tail} ?",
        )
    first = re.sub(r" occupée?$", "", first)
    if _GIVEN.match(first) or _GIVEN.match(second):
        return (f"Vous pouvez me dire {owned(first, own=False)} et {owned(second, own=False)}{tail} ?",)
    return (
        f"Vous pouvez me parler {of_the(owned(first))} et {of_the(owned(second + tail))} ?",
        f"Parlez-moi {of_the(owned(first))} et {of_the(owned(second + tail))}.",
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
    if known and many(known["noun"]):
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
    some = "" if DETERMINED.match(noun) or _MEASURE.match(noun) else _some(noun) or named(noun, "some") or ""
    past = re.search(
        r"enfance|dans l'année|récent|passé|antécédent|opération|accident|chute|coup|intervention|hospitalis|traumatis|séjour|voyage",
        noun,
        re.IGNORECASE,
    )
    return (
        (f"Est-ce qu'il y a {'eu ' if past else ''}{some} ?", f"Il y a {'eu ' if past else ''}{some} ?") if some else ()
    )


def _either(noun: str) -> tuple[str, ...]:
    some = _some(noun) if re.search(r"\bou\b", noun) and not DETERMINED.match(noun) else ""
    return (f"Est-ce qu'il y a eu {some} ?", f"Il y a eu {some} ?") if some else ()


_RULES: tuple[Callable[[str], tuple[str, ...]], ...] = (_done, _relative, _either)
