"""The clinician's questions: any question of a form put in spoken French, from the bank or by its grammar.

Every way of asking keeps what is asked, says vous, and asks one thing. Knows nothing of what was answered.
"""

import re
from functools import cache, lru_cache
from random import Random

from colloque.speech.bank import load
from colloque.speech.clause import Clause, say
from colloque.speech.conjugation import elide, is_infinitive, present
from colloque.speech.facts import Fact
from colloque.speech.persons import Gender, lower, noun_gender, upper
from colloque.speech.question import Form

__all__ = ["ask", "ways"]


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
    return _ways(fact.form, closed, gender)


@lru_cache(maxsize=16384)
def _ways(form: Form, closed: bool, gender: Gender) -> tuple[str, ...]:
    banked = tuple(a.replace("{e}", "e" if gender == "f" else "") for a in _banked(form.text, closed))
    if banked:
        return banked + _grammatical(form, gender)[:1]
    return _grammatical(form, gender)


def ask(fact: Fact, rng: Random, gender: Gender, link: str) -> str:
    """One way of asking, after a link (`Et `, `Dites-moi, `)."""
    question = str(rng.choice(ways(fact, gender)))
    if question.startswith(("Et ", "Racontez", "Dites", "Rappelez")):
        return question
    return f"{link}{lower(question)}" if link else question


def _grammatical(form: Form, gender: Gender) -> tuple[str, ...]:
    if form.kind in {"yesno", "statement"} and form.clause:
        return _closed(form, form.clause, gender)
    if form.kind == "wh":
        return _open(form, gender)
    if form.kind == "order":
        return _order(form)
    return _noun(form)


def _closed(form: Form, clause: Clause, gender: Gender) -> tuple[str, ...]:
    plain = say(clause._replace(negative=False), "vous", not clause.negative, True, gender)
    lead = upper(clause.lead) + ", " if clause.lead else ""
    if clause.negative:
        return (f"{lead}{upper(plain) if not lead else plain} ?",)
    que = elide("que", plain)
    est = f"{lead}{'est-ce' if lead else 'Est-ce'} {que}{plain} ?"
    flat = f"{lead}{plain if lead else upper(plain)} ?"
    if form.kind == "statement":
        return (est, f"Est-ce qu'en ce moment {plain} ?", est)
    inverted = form.text
    if clause.subject == "vous":
        return (est, flat, inverted)
    return (est, inverted) if clause.subject in {"il", "elle", "il y", "ils", "elles", "c'"} else (inverted, est)


_POSTPOSED = re.compile(
    r"^(?:comment|combien d.*|combien de temps|combien de fois.*|combien|à quelle heure|à quelle fréquence|depuis quand|depuis combien de temps|où|avec qui|à quel moment|à qui)$"
)


def _open(form: Form, gender: Gender) -> tuple[str, ...]:
    out = [form.text]
    clause, wh = form.clause, form.wh
    if clause and clause.subject == "vous" and not clause.lead and not clause.negative:
        plain = say(clause, "vous", True, True, gender)
        short = clause.rest.count(" ") <= 3 and not re.search(r"\b(?:vous|et|ou|que)\b", clause.rest)
        if _POSTPOSED.match(wh) and short:
            out.append(f"{upper(plain)} {wh} ?")
        elif wh in {"que", "qu'"}:
            what = re.sub(r"^(\w+)", r"\1", plain)
            out.append(f"Qu'est-ce que {what} ?")
            if not clause.rest:
                out.append(f"{upper(plain)} quoi ?")
        elif re.match(r"quel(?:le)?s? \w+$", wh) and not clause.rest:
            out.append(f"{upper(plain)} {wh} ?")
            noun = wh.split(" ")[1]
            if clause.verb in {"prenez", "faites", "utilisez", "suivez", "pratiquez"}:
                out.append(f"Qu'est-ce que {plain} comme {noun} ?")
    named = re.match(
        r"^(?:quel(?:le)?s? (?:est|sont|était|étaient)|comment (?:est|sont|va|vont|se passe|se passent)) (?P<noun>(?:votre|vos|le|la|les|l'|ce|cette).+?) \?$",
        form.text,
        re.IGNORECASE,
    )
    if named:
        noun = named["noun"]
        out += [f"Et {noun} ?", f"{upper(noun)}, qu'est-ce que vous pouvez m'en dire ?"]
        if form.text.lower().startswith("comment") and noun.startswith(("votre ", "le ", "la ", "l'")):
            out.append(f"{upper(noun)}, c'est comment ?")
    return tuple(out)


def _order(form: Form) -> tuple[str, ...]:
    """`Décrivez votre douleur` → « Vous pouvez me décrire votre douleur ? »"""
    match = re.match(
        r"^(?:(?:merci de|veuillez|pouvez-vous|pourriez-vous|s'il vous plaît,?) (?:nous |me )?)?(?P<verb>[\wÀ-ÿ]+)(?:-(?:nous|moi))? ?(?P<rest>.*?)\.?$",
        form.text,
        re.IGNORECASE,
    )
    if not match:
        return (form.text,)
    verb = match["verb"].lower()
    if not is_infinitive(verb):
        verb = _infinitive_of(verb)
    if not verb:
        return (form.text,)
    rest = match["rest"]
    me = (
        elide("me", verb)
        if verb in {"décrire", "dire", "préciser", "indiquer", "expliquer", "raconter", "donner", "citer", "parler"}
        else ""
    )
    if verb == "indiquer":
        verb, me = "dire", "me "
    if verb in {"noter", "évaluer", "estimer", "coter"} and "votre" in rest:
        return (f"Vous pouvez {verb} {rest} ?", f"Si vous deviez {verb} {rest} ?")
    return (
        f"Vous pouvez {me}{verb} {rest} ?".replace("  ", " "),
        f"Est-ce que vous pouvez {me}{verb} {rest} ?".replace("  ", " "),
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


_HAPPENS = re.compile(
    r"^(?:peu|trop|beaucoup|difficultés?|perte|manque|sentiments?|sensations?|impressions?|pensées?|idées?|envies?|problèmes?|troubles?|baisse|absence|crises?|douleurs?|maux|réveils?|excès|besoin)\b",
    re.IGNORECASE,
)
_DETERMINED = re.compile(
    r"^(?:le |la |les |l'|votre |vos |un |une |des |du |de la |ce |cette |ces |son |sa |ses )", re.IGNORECASE
)


def with_article(noun: str) -> str:
    """A bare noun phrase with its article: `température maximale` → la température maximale."""
    if _DETERMINED.match(noun):
        return lower(noun)
    first = noun.split(" ")[0].rstrip(",").lower()
    if elide("le", noun) == "l'" and not first.endswith("s"):
        return "l'" + lower(noun)
    if first.endswith(("s", "x")) and first not in {
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
        "alcools",
        "os",
        "cours",
        "corps",
        "accès",
        "processus",
        "vaccins",
        "suivis",
        "tabagisme",
    }:
        return "les " + lower(noun)
    return ("la " if noun_gender(first) == "f" else "le ") + lower(noun)


def _noun(form: Form) -> tuple[str, ...]:
    noun = form.noun or form.text.rstrip(" ?.")
    noun = re.sub(r"\bse (?=\w+er\b|\w+ir\b|\w+re\b)", "vous ", re.sub(r"\bs'(?=\w+er\b|\w+ir\b)", "vous ", noun))
    if form.kind == "follow":
        if re.match(r"^(?:précisions?|détails?|si oui,? (?:précise|détaille)|lesquel|laquel)", noun, re.IGNORECASE):
            return ("Vous pouvez préciser ?", "Vous pouvez m'en dire un peu plus ?")
        noun = re.sub(r"^(?:si oui|si non|dans ce cas),? *", "", noun, flags=re.IGNORECASE)
        return (f"{upper(noun)} ?",)
    if _HAPPENS.match(noun):
        return (f"{upper(noun)}, ça vous arrive ?", f"{upper(noun)} : est-ce que ça vous parle, en ce moment ?")
    named = with_article(noun)
    if "," in noun:
        return (f"Et {named} ?",)
    bare = re.sub(r"^(?:le |la |les |l'|votre |vos )", "", named)
    out = [f"Et {named} ?", f"{upper(named)}, qu'est-ce que ça donne ?", f"Et côté {bare} ?"]
    return tuple(out)
