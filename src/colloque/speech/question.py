"""What a question of a form is, grammatically: its kind, the statement inside it, its interrogative word.

Any French question is understood as far as it goes; what is not is a plain noun phrase. Knows no topic: that is
the business of the bank.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from colloque.speech.clause import Clause
from colloque.speech.conjugation import is_infinitive, je_of, present
from colloque.speech.gender import Gender, settle
from colloque.speech.letters import lower, upper
from colloque.speech.persons import vouvoyed, yours
from colloque.speech.spelling import mended
from colloque.speech.tidying import INVERSION, WH_START, headed, one_of, tidy, without_choices

__all__ = ["Form", "Kind", "read_question", "tidy"]

Kind = Literal["yesno", "wh", "noun", "statement", "order", "follow"]
"""yesno: asks for yes or no; wh: has an interrogative word; noun: `L'appétit ?`; statement: a scale's item
(`Se sentir fatigué(e)`); order: `Décrivez…`; follow: leans on the question before (`Et dans la famille ?`)."""


class Form(NamedTuple):
    """A question read. `text` is tidy, with vous, and ends with « ? » unless it is an order."""

    text: str
    kind: Kind
    wh: str = ""
    clause: Clause | None = None
    noun: str = ""


_PRONOUNS = re.compile(r"(?:(?<=\s)|^)(?:(?:ne |n'|vous |se |s'|y |en |le |la |les |l'|lui |leur )+)$", re.IGNORECASE)
_DETERMINER = re.compile(
    r"(?:^|(?<=\s))(?:le |la |les |l'|votre |vos |ce |cet |cette |ces |cela|ça|un |une |son |sa |ses |quelqu'un|tout cela|quelque chose|d'autres |vous-même|des |mon |ma |mes )",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"^(?:(?:merci de |veuillez |pouvez-vous |pourriez-vous |s'il vous plaît,? )(?:nous |me )?(?P<inf>\w+(?:er|ir|re))|(?P<imp>[\wÀ-ÿ]+ez)(?:-(?:nous|moi))?)\b\s*(?P<rest>.*)$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?P<subject>vous|il y|il|elle|on|ils|elles|ça|cela|ce|c')\s?(?P<clitics>(?:ne |n'|vous |se |s'|y |en |le |la |les |l'|lui |leur )*)(?P<verb>[\wÀ-ÿ]+)\b\s?(?P<rest>.*)$",
    re.IGNORECASE,
)


@lru_cache(maxsize=8192)
def read_question(question: str, gender: Gender = "m") -> Form:
    """Read a question in the patient's gender. Never fails: at worst it is a noun phrase."""
    text = settle(
        vouvoyed(tidy(without_choices(question.strip().rstrip(" :?.")) if question.count("/") else question)), gender
    )
    letters = [c for c in text if c.isalpha()]
    if len(letters) > 6 and sum(c.isupper() for c in letters) > 0.8 * len(letters):
        text = upper(mended(text.lower()))
    parts = [p for p in re.split(r"(?<=[?.!])\s+", text) if p]
    asked = [p for p in parts if p.endswith("?")]
    joined = not asked and any(re.match(r"(?:ou|et) ", part, re.IGNORECASE) for part in parts[1:])
    text = headed(" ".join(parts) if joined else one_of(asked or parts[-1:]) or text).rstrip(" ?!.")
    if not text:
        return Form("", "noun", noun="")
    text = _TWICE.sub(
        "", re.sub(r"^(?:si oui|si non|si c'est le cas|dans ce cas),? (?=\w)", "", text, flags=re.IGNORECASE)
    )
    body = re.sub(
        r"^(?:et|sinon|enfin|donc),? (?=\w+-(?:vous|t-il|il)|(?:est-ce|comment|quand|combien|vous)\b)",
        "",
        text,
        flags=re.IGNORECASE,
    )
    return _inverted(body) or _est_ce_que(body) or _order(body) or _plain(body)


def _lead(pre: str) -> tuple[str, str]:
    """Split an opening (`Au cours des deux dernières semaines, `) from what stands before the verb."""
    cut = pre.rfind(", ")
    if cut < 0:
        return "", pre
    head = pre[:cut].strip()
    return (head, pre[cut + 2 :]) if not WH_START.match(head) else ("", pre)


def _inverted(text: str) -> Form | None:
    for match in INVERSION.finditer(text):
        verb, who = match["verb"], match["who"].lower()
        if (verb.lower() == "rendez" and who == "vous") or (
            text[match.end() :].startswith((" que", " qu'")) and who == "ce"
        ):
            continue
        if who == "vous" and je_of(verb.lower()) is None:
            continue
        if INVERSION.search(text, match.end()):
            return Form(f"{upper(text)} ?", "yesno" if not WH_START.match(text) else "wh")
        lead, pre = _lead(text[: match.start()])
        rest = text[match.end() :].strip()
        return _build(text, lead, pre, verb.lower(), who, rest)
    return None


def _build(text: str, lead: str, pre: str, verb: str, who: str, rest: str) -> Form:
    found = _PRONOUNS.search(pre)
    clitics: tuple[str, ...] = ()
    if found:
        clitics = tuple(re.findall(r"\w+'?", found.group().lower()))
        pre = pre[: found.start()]
    negative = "ne" in clitics or "n'" in clitics
    clitics = tuple(c for c in clitics if c not in {"ne", "n'"})
    wh = ""
    opening = WH_START.match(pre.strip() + " ")
    subject = {"ce": "c'"}.get(who, who)
    if opening or (who in {"vous", "on"} and pre.strip()):
        wh = pre.strip()
    if who not in {"vous", "on", "ce"}:
        noun = _DETERMINER.search(pre, opening.end("wh") - 1 if opening else 0)
        if noun:
            subject = lower(pre[noun.start() :].strip())
            wh = pre[: noun.start()].strip() if opening else ""
        elif pre.strip() and not opening:
            subject = pre.strip()
    if "y" in clitics and subject == "il" and verb in {"a", "avait", "aura", "eut"}:
        subject, clitics = "il y", tuple(c for c in clitics if c != "y")
    if negative:
        rest = re.sub(r"^(?:pas|plus|jamais)\b ?", "", rest)
    clause = Clause(lower(lead), subject, clitics, verb, rest, negative)
    asked = f"{upper(text)} ?"
    return Form(asked, "wh" if wh else "yesno", wh=lower(wh), clause=clause)


_LED = re.compile(
    r"^(?:sur|au|aux|à|en|dans|depuis|pendant|durant|lors|ces|cette|ce|actuellement|aujourd'hui|habituellement|la|le|l'|par|après|avant) ?[^,?]{0,60}, (?P<body>.+)$",
    re.IGNORECASE,
)


def _est_ce_que(text: str) -> Form | None:
    match = re.match(r"^(?P<lead>.*?, )?est-ce qu(?:e |')(?P<rest>.+)$", text, re.IGNORECASE)
    if match:
        clause = _declarative(match["rest"])
        return Form(
            f"{upper(text)} ?",
            "yesno",
            clause=clause._replace(lead=lower((match["lead"] or "").rstrip(", "))) if clause else None,
        )
    led = _LED.match(text)
    if led and WH_START.match(led["body"]):
        return Form(f"{upper(text)} ?", "wh")
    match = re.match(r"^(?P<wh>(?:et )?qu'est-ce qu[ei'i]|(?:.+? )est-ce qu(?:e|'))", text, re.IGNORECASE)
    if match or WH_START.match(text):
        opening = WH_START.match(text)
        wh = opening["wh"].lower() if opening else "qu'est-ce que"
        return Form(f"{upper(text)} ?", "wh", wh=wh)
    return None


def _declarative(text: str) -> Clause | None:
    """A statement with a pronoun as subject, taken apart; None for another subject."""
    match = _SUBJECT.match(text)
    if not match:
        return None
    subject = match["subject"].lower()
    clitics = tuple(re.findall(r"\w+'?", match["clitics"].lower()))
    if subject == "vous" and je_of(match["verb"].lower()) is None:
        return None
    negative = "ne" in clitics or "n'" in clitics
    rest = match["rest"]
    if negative:
        rest = re.sub(r"^(?:pas|plus|jamais)\b ?", "", rest)
    return Clause(
        "", subject, tuple(c for c in clitics if c not in {"ne", "n'"}), match["verb"].lower(), rest, negative
    )


def _order(text: str) -> Form | None:
    match = _ORDER.match(text)
    if not match:
        return None
    imperative = match["imp"] or (present(match["inf"].lower(), "vous") if is_infinitive(match["inf"]) else None)
    if not imperative or je_of(imperative.lower()) is None or imperative.lower() in {"assez", "chez", "avez"}:
        return None
    return Form(f"{upper(text)}.", "order", noun=match["rest"])


_OWN = re.compile(r"\b(?:je|me|mon|ma|mes|moi)\b|\b[jm]'", re.IGNORECASE)
# « Quel type de diabète avez-vous et depuis quand ? » is put as one question; the answer may hold both.
_TWICE = re.compile(
    r"(?<=\w),? et (?:depuis quand|depuis combien de temps|où|quand|comment|pourquoi|lesquels?|lesquelles?|laquelle|combien|à quelle (?:dose|fréquence|heure)|avec qui)$",
    re.IGNORECASE,
)
_FOLLOW = re.compile(
    r"^(?:et|si oui|si non|dans ce cas|lequel|laquelle|lesquels|lesquelles|pourquoi|précisions?|détails?)\b",
    re.IGNORECASE,
)
_INFINITIVE = re.compile(
    r"^(?P<ne>ne pas |ne plus )?(?P<se>se |s')?(?P<verb>[\wÀ-ÿ]+(?:er|ir|re))\b\s?(?P<rest>.*)$", re.IGNORECASE
)


def _plain(text: str) -> Form:
    asked = f"{upper(text)} ?"
    opening = WH_START.match(text)
    if opening:
        return Form(asked, "wh", wh=opening["wh"].lower())
    if _OWN.search(text):
        turned = yours(lower(text))
        clause = _declarative(turned) if turned else None
        return Form(f"{upper(turned)} ?" if turned else asked, "statement", clause=clause, noun=turned or text)
    if re.search(r" (?:quand|où|combien|comment|quoi|qui|pourquoi|lequel|laquelle)$", text):
        return Form(asked, "wh", wh=text.rsplit(" ", 1)[1])
    clause = _declarative(text)
    if clause and re.search(r"(?:^|[ '])(?:quel(?:le)?s?|combien|comment|quoi|lequel|laquelle)\b", clause.rest):
        return Form(asked, "wh")
    if clause:
        return Form(asked, "yesno", clause=clause)
    infinitive = _INFINITIVE.match(text)
    if infinitive and is_infinitive(infinitive["verb"]):
        return Form(asked, "statement", clause=_from_infinitive(infinitive), noun=text)
    if _FOLLOW.match(text):
        return Form(asked, "follow", noun=text)
    return Form(asked, "noun", noun=text)


def _from_infinitive(match: re.Match[str]) -> Clause | None:
    """`Se sentir fatiguée ou avoir peu d'énergie` → vous vous sentez fatiguée ou avez peu d'énergie."""
    verb = present(match["verb"].lower(), "vous")
    if verb is None:
        return None

    def finite(inner: re.Match[str]) -> str:
        form = present(inner["verb"].lower(), "vous") if is_infinitive(inner["verb"]) else None
        if form is None:
            return inner.group()
        return f"{inner['before']}{'vous ' if inner['se'] else ''}vous {form}".replace("vous vous", "vous vous")

    rest = (
        re.sub(
            r"(?P<before>(?:^|, | ou | et )(?:au contraire )?)(?P<se>se |s')?(?P<verb>[\wÀ-ÿ]+(?:er|ir|re))\b(?= )",
            finite,
            " " + match["rest"],
        ).strip()
        if match["rest"]
        else ""
    )
    rest = re.sub(r"\bs'(?=\w)", "vous ", rest)
    rest = re.sub(r"\bse (?=\w)", "vous ", rest)
    rest = re.sub(r"\bsoi-même\b", "vous-même", rest)
    rest = re.sub(r"\b(?:son|sa) (?=\w)", "votre ", rest)
    rest = re.sub(r"\bses (?=\w)", "vos ", rest)
    return Clause("", "vous", ("vous",) if match["se"] else (), verb, rest, bool(match["ne"]))
