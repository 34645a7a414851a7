"""The clinician's questions: any question of a form put in spoken French, from the bank or by its grammar.

Every way of asking keeps what is asked, says vous, and asks one thing. Knows nothing of what was answered.
"""

import re
from functools import cache, lru_cache
from random import Random

from colloque.speech.bank import load
from colloque.speech.clause import Clause, agreed_in, say
from colloque.speech.conjugation import elide
from colloque.speech.facts import Fact
from colloque.speech.gender import Gender
from colloque.speech.letters import lower, upper
from colloque.speech.lines import lines
from colloque.speech.numbers import spoken_numbers
from colloque.speech.orders import order
from colloque.speech.question import Form

__all__ = ["ask", "ways"]


_OWNED = re.compile(r"^(?:le |la |les |l'|votre |vos |mes |ce |cette |ces |un |une |des )", re.IGNORECASE)


class _Entry:
    """One entry of the bank: what questions it fits, how each is said, and whether oui/non answers it."""

    def __init__(self, data: dict[str, object]) -> None:
        self.fits = re.compile(str(data["fits"]), re.IGNORECASE)
        self.asks = tuple(str(a) for a in data["asks"])  # type: ignore[attr-defined]
        self.closed = bool(data.get("closed", False))


@cache
def _entries() -> tuple[_Entry, ...]:
    return tuple(_Entry(entry) for entry in load("questions")["ask"])


@lru_cache(maxsize=16384)
def _banked(text: str, closed: bool) -> tuple[str, ...]:
    """The bank's ways for a question; an open way is not used where the answer is oui or non."""
    for entry in _entries():
        if entry.fits.search(text) and (entry.closed or not closed):
            return entry.asks
    return ()


def ways(fact: Fact, gender: Gender) -> tuple[str, ...]:
    """All ways of asking for a fact, each a full question with « ? » (or an invitation with a full stop)."""
    closed = fact.reading.kind in {"yes", "no"} or bool(fact.reading.rest[:6].lower() in {"jamais", "aucun", "aucune"})
    return _ways(fact.form, closed, fact.words <= 3, gender)


_ENGLISH = re.compile(
    r"\b(?:what|how|when|where|why|which|do|does|did|are|have|has) (?:you|your|the|is|are|many|much|often|long|brings|do)\b|\b(?:per day|your sleep|your pain)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=16384)
def _ways(form: Form, closed: bool, short: bool, gender: Gender) -> tuple[str, ...]:
    if _ENGLISH.search(form.text):
        return ("Une question du formulaire était en anglais : vous pouvez me redire ce que vous y avez répondu ?",)
    banked = tuple(
        a.replace("{e}", "e" if gender == "f" else "").replace("{x}", "se" if gender == "f" else "x")
        for a in _banked(form.text, closed)
    )
    if banked:
        return banked + (_grammatical(form, short, closed, gender)[:1] if form.kind == "yesno" else ())
    return tuple(a.replace("{e}", "e" if gender == "f" else "") for a in _grammatical(form, short, closed, gender))


def ask(fact: Fact, rng: Random, gender: Gender, link: str, *, first: bool = False) -> str:
    """One way of asking, after a link (`Et `, `Dites-moi, `); the `first` of a talk does not begin with « Et »."""
    options = ways(fact, gender)
    if first:
        options = tuple(o for o in options if not o.startswith("Et ")) or tuple(
            f"On commence par {o[3:]}" for o in options
        )
        link = "" if options[0].startswith("On commence") else link
    question = spoken_numbers(str(rng.choice(options)))
    if question.startswith(("Racontez", "Dites", "Rappelez", "Parlez", "J'aimerais")):
        return question
    if question.startswith("Et ") and link.endswith(". "):
        return f"{link}{upper(question[3:])}"
    if question.startswith("Et "):
        return f"{link}{lower(question[3:])}" if link in load("phrases")["links"]["again"] else question
    return f"{link}{question if link.endswith('. ') else lower(question)}" if link else question


def _grammatical(form: Form, short: bool, closed: bool, gender: Gender) -> tuple[str, ...]:
    if form.kind in {"yesno", "statement"} and form.clause:
        return _closed(form, form.clause, gender)
    if form.kind == "yesno":
        return (form.text,)
    if form.kind == "statement" and _OWNED.match(form.text):
        return (form.text, f"Est-ce que {lower(form.text)}")
    if form.kind == "statement":
        return (
            f"{form.text.rstrip(' ?')} : ça vous arrive ?",
            f"{form.text.rstrip(' ?')}, est-ce que ça vous arrive ?",
        )
    if form.kind == "wh":
        return _open(form, gender)
    if form.kind == "order":
        return order(form)
    return lines(form, short, closed)


# Inverted, these sound like an order: « Bougez-vous un peu ? »
_ORDERS = frozenset(["bougez", "levez", "secouez", "reposez", "détendez", "calmez", "arrêtez", "forcez"])


def _closed(form: Form, clause: Clause, gender: Gender) -> tuple[str, ...]:
    plain = say(clause, "vous", True, True, gender)
    lead = upper(clause.lead) + ", " if clause.lead else ""
    if clause.negative:
        return (form.text,)
    que = elide("que", plain)
    plain = lower(plain) if not lead else plain
    est = f"{lead}{'est-ce' if lead else 'Est-ce'} {que}{plain} ?"
    # Two verbs side by side sound like two questions without « est-ce que ».
    flat = est if re.search(r"\bet (?:que )?vous\b", plain) else f"{lead}{plain if lead else upper(plain)} ?"
    if form.kind == "statement":
        return (est, flat)
    inverted = agreed_in(form.text, clause, gender)
    if clause.subject == "vous" and clause.verb in _ORDERS:
        return (est, flat)
    if clause.subject == "vous":
        return (est, flat, inverted, *_thing_first(clause))
    return (est, inverted) if clause.subject in {"il", "elle", "il y", "ils", "elles", "c'"} else (inverted, est)


_THING = re.compile(r"^(?P<past>déjà eu |eu )?(?P<what>(?:des|du|de la|de l'|une?) (?:[\wÀ-ÿ'-]+ ){0,4}[\wÀ-ÿ'-]+)$")


def _thing_first(clause: Clause) -> tuple[str, ...]:
    """`Avez-vous des vertiges ?` → « Et des vertiges, vous en avez ? »"""
    thing = (
        _THING.match(clause.rest)
        if clause.verb in {"avez", "prenez", "faites"} and not clause.clitics and not clause.lead
        else None
    )
    if (
        not thing
        or re.search(r"\b(?:vous|votre|vos|que|qui|à|pour)\b", thing["what"])
        or re.match(r"une? ", thing["what"])
    ):
        return ()
    past = (" déjà eu" if thing["past"].startswith("déjà") else " eu") if thing["past"] else ""
    return (
        f"{upper(thing['what'])}, vous en {clause.verb}{past} ?",
        f"Et {thing['what']}, vous en {clause.verb}{past} ?",
    )


_POSTPOSED = re.compile(
    r"^(?:comment|combien d.*|combien de temps|combien de fois.*|combien|à quelle heure|à quelle fréquence|depuis quand|depuis combien de temps|où|avec qui|à quel moment|à qui)$"
)


# What may follow the interrogative: « Vous buvez combien par jour ? », « Vous vous couchez à quelle heure la semaine ? »
_AFTER_COUNT = re.compile(
    r"(?:(?:par|dans|à|au|aux|pendant|après|avant|sur|chaque|avec|chez|ce|cette) |en (?:ce|un|une|moyenne|journée|général)\b|(?:le|la) (?:nuit|soir|matin|midi|semaine|week-end|journée)\b)"
)


def _open(form: Form, gender: Gender) -> tuple[str, ...]:
    past = re.match(r"^Pourquoi avoir (?P<rest>.+)$", form.text)
    if past:
        return (f"Qu'est-ce qui a fait que vous avez {past['rest']}",)
    return (agreed_in(form.text, form.clause, gender), *_turned(form, gender), *_about_named(form.text))


def _turned(form: Form, gender: Gender) -> list[str]:
    """The question with its interrogative after the verb or in front with est-ce que: `Vous dormez comment ?`"""
    out: list[str] = []
    clause, wh = form.clause, form.wh
    if clause and clause.subject == "vous" and not clause.lead and not clause.negative:
        plain = say(clause, "vous", True, True, gender)
        short = clause.rest.count(" ") <= 3 and not re.search(r"\b(?:vous|et|ou|que)\b", clause.rest)
        if _POSTPOSED.match(wh) and short and wh.count(" ") < 5:
            out += _postposed(clause, wh, plain, gender)
        elif wh in {"que", "qu'"}:
            out.append(f"Qu'est-ce que {plain} ?")
            if not clause.rest:
                out.append(f"{upper(plain)} quoi ?")
        elif re.match(r"quel(?:le)?s? \w+$", wh) and not clause.rest:
            out.append(f"{upper(plain)} {wh} ?")
            noun = wh.split(" ")[1]
            if clause.verb in {"prenez", "faites", "utilisez", "suivez", "pratiquez"}:
                out.append(f"Qu'est-ce que {plain} comme {noun} ?")
    return out


def _postposed(clause: Clause, wh: str, plain: str, gender: Gender) -> list[str]:
    if (
        clause.rest.startswith(("depuis", "pour ", "afin "))
        or (clause.verb == "allez" and clause.rest)
        or (re.match(r"\w+s\b", clause.rest) and wh.startswith("combien"))
    ):
        return []  # « Vous avez eus combien d'épisodes » would keep an agreement that is gone
    follows = _AFTER_COUNT.match(clause.rest) or (wh == "combien" and clause.rest.startswith(("de ", "d'")))
    if follows or (wh == "où" and clause.rest.startswith("du ")):
        bare = say(clause._replace(rest=""), "vous", True, True, gender)
        return [f"{upper(bare)} {wh} {clause.rest} ?"]
    return [f"{upper(plain)} {wh} ?"]


def _about_named(text: str) -> list[str]:
    """`Quel est votre métier ?`, `Comment va le moral ?` → « Et le moral ? »"""
    out: list[str] = []
    named = re.match(
        r"^(?:quel(?:le)?s? (?:est|sont|était|étaient)|comment (?:est|sont|va|vont|se passe|se passent)) (?P<noun>(?:votre|vos|le|la|les|l'|ce|cette).+?) \?$",
        text,
        re.IGNORECASE,
    )
    if named:
        noun = named["noun"]
        out += [f"Et {noun} ?", f"{upper(noun)}, qu'est-ce que vous pouvez m'en dire ?"]
        if text.lower().startswith("comment") and noun.startswith(("votre ", "le ", "la ", "l'")):
            out.append(f"{upper(noun)}, c'est comment ?")
    return out
