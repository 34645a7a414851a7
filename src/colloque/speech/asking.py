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
from colloque.speech.numbers import spoken_numbers
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
        return banked + (_grammatical(form, short, gender)[:1] if form.kind == "yesno" else ())
    return _grammatical(form, short, gender)


def ask(fact: Fact, rng: Random, gender: Gender, link: str, *, first: bool = False) -> str:
    """One way of asking, after a link (`Et `, `Dites-moi, `); the `first` of a talk does not begin with « Et »."""
    options = ways(fact, gender)
    if first:
        options = tuple(o for o in options if not o.startswith("Et ")) or tuple(
            f"On commence par {o[3:]}" for o in options
        )
        link = "" if options[0].startswith("On commence") else link
    question = spoken_numbers(str(rng.choice(options)))
    if question.startswith(("Racontez", "Dites", "Rappelez")):
        return question
    if question.startswith("Et "):
        return f"{link}{lower(question[3:])}" if link in load("phrases")["links"]["again"] else question
    return f"{link}{lower(question)}" if link else question


def _grammatical(form: Form, short: bool, gender: Gender) -> tuple[str, ...]:
    if form.kind in {"yesno", "statement"} and form.clause:
        return _closed(form, form.clause, gender)
    if form.kind == "yesno":
        return (form.text,)
    if form.kind == "statement" and _DETERMINED.match(form.text):
        return (form.text, f"Est-ce que {lower(form.text)}")
    if form.kind == "statement":
        return (
            f"{form.text.rstrip(' ?')} : ça vous arrive ?",
            f"{form.text.rstrip(' ?')}, est-ce que ça vous arrive ?",
        )
    if form.kind == "wh":
        return _open(form, gender)
    if form.kind == "order":
        return _order(form)
    return _noun(form, short)


# Inverted, these sound like an order: « Bougez-vous un peu ? »
_ORDERS = frozenset(["bougez", "levez", "secouez", "reposez", "détendez", "calmez", "arrêtez", "forcez"])


def _closed(form: Form, clause: Clause, gender: Gender) -> tuple[str, ...]:
    plain = say(clause, "vous", True, True, gender)
    lead = upper(clause.lead) + ", " if clause.lead else ""
    if clause.negative:
        return (form.text,)
    que = elide("que", plain)
    est = f"{lead}{'est-ce' if lead else 'Est-ce'} {que}{plain} ?"
    flat = f"{lead}{plain if lead else upper(plain)} ?"
    if form.kind == "statement":
        return (est, flat)
    inverted = form.text
    if clause.subject == "vous" and clause.verb in _ORDERS:
        return (est, flat)
    if clause.subject == "vous":
        return (est, flat, inverted)
    return (est, inverted) if clause.subject in {"il", "elle", "il y", "ils", "elles", "c'"} else (inverted, est)


_POSTPOSED = re.compile(
    r"^(?:comment|combien d.*|combien de temps|combien de fois.*|combien|à quelle heure|à quelle fréquence|depuis quand|depuis combien de temps|où|avec qui|à quel moment|à qui)$"
)


_AFTER_COUNT = re.compile(r"(?:par|dans|en|à|au|de|le|la|les|pendant|après|avant|sur|chaque) ")


def _open(form: Form, gender: Gender) -> tuple[str, ...]:
    past = re.match(r"^Pourquoi avoir (?P<rest>.+)$", form.text)
    if past:
        return (f"Qu'est-ce qui a fait que vous avez {past['rest']}",)
    return (form.text, *_turned(form, gender), *_about_named(form.text))


def _turned(form: Form, gender: Gender) -> list[str]:
    """The question with its interrogative after the verb or in front with est-ce que: `Vous dormez comment ?`"""
    out: list[str] = []
    clause, wh = form.clause, form.wh
    if clause and clause.subject == "vous" and not clause.lead and not clause.negative:
        plain = say(clause, "vous", True, True, gender)
        short = clause.rest.count(" ") <= 3 and not re.search(r"\b(?:vous|et|ou|que)\b", clause.rest)
        if _POSTPOSED.match(wh) and short:
            if _AFTER_COUNT.match(clause.rest):
                bare = say(clause._replace(rest=""), "vous", True, True, gender)
                out.append(f"{upper(bare)} {wh} {clause.rest} ?")
            else:
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
    return out


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
    r"^(?:peu|trop|beaucoup|difficultés?|pertes?|manque|sentiments?|sensations?|impressions?|pensées?|idées?|envies?|baisse|absence|crises|réveils|excès|besoin|incapacité|tendance)\b",
    re.IGNORECASE,
)
_DETERMINED = re.compile(
    r"^(?:le |la |les |l'|votre |vos |un |une |des |du |de la |de l'|ce |cette |ces |son |sa |ses )", re.IGNORECASE
)
_MEASURED = re.compile(
    r"tension|poids|température|glyc|transit|sommeil|appétit|moral|bilan|examen|résultat|prise de sang|cholest|\bvue\b|audition|hba1c|score|saturation|concentration|énergie",
    re.IGNORECASE,
)
_OUT_OF = re.compile(r",?\s*(?:\(?sur|/|de (?:0|zéro) à) ?(?P<top>10|100|20|dix|cent)\)?", re.IGNORECASE)
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
        "radius",
        "virus",
        "diagnostics",
    ]
)


def with_article(noun: str) -> str:
    """A bare noun phrase with its articles: `température maximale` → la température maximale."""
    if _DETERMINED.match(noun):
        return lower(noun)
    both = re.match(r"^(?P<a>[\wÀ-ÿ'-]+) et (?P<b>[\wÀ-ÿ].*)$", noun)
    if both:
        return f"{with_article(both['a'])} et {with_article(both['b'])}"
    words = [w.rstrip(",").lower() for w in noun.split(" ")]
    first = words[1] if words[0] in _FORE and len(words) > 1 else words[0]
    if words[0].endswith(("s", "x")) and words[0] not in _SINGULAR_S and not words[0].endswith("eux"):
        return "les " + lower(noun)
    if elide("le", noun) == "l'":
        return "l'" + lower(noun)
    return ("la " if noun_gender(first) == "f" else "le ") + lower(noun)


_FORE = frozenset(
    [
        "dernier",
        "dernière",
        "prochain",
        "prochaine",
        "premier",
        "première",
        "nouveau",
        "nouvelle",
        "ancien",
        "ancienne",
        "autre",
        "petit",
        "petite",
        "grand",
        "grande",
    ]
)


def _it(named: str) -> str:
    """le, la or les for a noun phrase with its article."""
    if named.startswith(("les ", "vos ", "des ")):
        return "les"
    words = re.split(r"[ ']", named)
    return "la" if named.startswith("la ") or noun_gender(words[1] if len(words) > 1 else named) == "f" else "le"


def about(named: str) -> str:
    """`de` before a noun phrase with its article: de le → du, de les → des."""
    if " et " in named and _DETERMINED.match(named.split(" et ", 1)[1]):
        return " et ".join(about(part) for part in named.split(" et "))
    if named.startswith("le "):
        return "du " + named[3:]
    if named.startswith("les "):
        return "des " + named[4:]
    return elide("de", named) + named


# A line of a form that is no noun phrase: « Toujours sous sertraline ? » is already spoken French.
_SPOKEN = re.compile(
    r"^(?:toujours|encore|déjà|sous|pas|plus|en|à|au|aux|dans|depuis|avec|sans|chez|bien|mal|mieux|moins|rien|autre|d'autres|un|une|des|du)\b",
    re.IGNORECASE,
)


def _noun(form: Form, short: bool) -> tuple[str, ...]:
    noun = form.noun or form.text.rstrip(" ?.")
    noun = re.sub(r"\bse (?=\w+(?:er|ir|re)\b)", "vous ", re.sub(r"\bs'(?=\w+(?:er|ir)\b)", "vous ", noun))
    if form.kind == "follow":
        if re.match(r"^(?:précisions?|détails?|si oui,? (?:précise|détaille)|lesquel|laquel)", noun, re.IGNORECASE):
            return ("Vous pouvez préciser ?", "Vous pouvez m'en dire un peu plus ?")
        return (f"{upper(re.sub(r'^(?:si oui|si non|dans ce cas),? *', '', noun, flags=re.IGNORECASE))} ?",)
    scale = _OUT_OF.search(noun)
    if scale:
        named = with_article((noun[: scale.start()] + noun[scale.end() :]).strip(" ,"))
        top = {"10": "dix", "20": "vingt", "100": "cent"}.get(scale["top"].lower(), scale["top"])
        return (
            f"Et {named}, sur {top} ?",
            f"{upper(named)}, vous {_it(named)} mettez à combien, sur {top} ?",
            f"Si vous deviez donner une note sur {top}, pour {named} ?",
        )
    if _HAPPENS.match(noun):
        plural = noun.split(" ")[0].endswith("s") and not noun.lower().startswith(("excès", "perte"))
        return (
            f"{upper(noun)}, ça vous arrive ?",
            f"Est-ce qu'il y a des {lower(noun)} ?" if plural else f"{upper(noun)} : est-ce que ça vous arrive ?",
        )
    if _SPOKEN.match(noun):
        return (f"{upper(noun)} ?", f"Et {lower(noun)} ?")
    named = with_article(noun)
    if "," in noun:
        return (
            (f"Et {lower(noun)} ?", f"Et côté {lower(noun)} ?") if not _DETERMINED.match(noun) else (f"Et {named} ?",)
        )
    bare = re.sub(r"^(?:le |la |les |l'|votre |vos )", "", named)
    out = [f"Et {named} ?"]
    if not short:
        out.append(f"Vous pouvez me parler {about(named)} ?")
    if _MEASURED.search(noun) and "prochain" not in noun.lower():
        out.append(f"Et {named}, qu'est-ce que ça donne ?")
    if " " not in bare:
        out.append(f"Et côté {bare} ?")
    return tuple(out)
