"""One statement about the patient, taken out of a question, sayable by either side, affirmed or denied.

`Avez-vous perdu l'appétit ?` → vous · avez · perdu l'appétit → « j'ai pas perdu l'appétit », « vous avez perdu
l'appétit ». Knows grammar only.
"""

import itertools
import re
from functools import lru_cache
from typing import Literal, NamedTuple

from colloque.speech.conjugation import elide, je_of
from colloque.speech.gender import Gender, agreed
from colloque.speech.letters import upper
from colloque.speech.persons import mine

__all__ = ["Clause", "Who", "agreed_in", "say"]

Who = Literal["vous", "je"]

_BE = frozenset(["êtes", "étiez", "serez", "seriez", "sentez", "sentiez", "paraissez", "restez"])
_PARTITIVE = re.compile(r"^(?:du |de la |de l'|des |un |une )")
_NO_DE = frozenset(
    [
        "êtes",
        "étiez",
        "est",
        "sont",
        "était",
        "étaient",
        "serez",
        "seriez",
        "devenez",
        "restez",
        "semblez",
        "suis",
        "restiez",
    ]
)
_PARTICIPLES = re.compile(
    r"^(?P<pp>(?:déjà |récemment |parfois )?[\wÀ-ÿ]+(?:é|u|i|is|it|ert|eint)) (?=(?:du |de la |de l'|des |un |une ))"
)


class Clause(NamedTuple):
    """A statement: an opening (`ces deux dernières semaines`), subject, pronouns before the verb, verb, the rest."""

    lead: str
    subject: str
    clitics: tuple[str, ...]
    verb: str
    rest: str
    negative: bool = False


@lru_cache(maxsize=16384)
def say(clause: Clause, who: Who, positive: bool, careful: bool, gender: Gender) -> str:
    """The statement in words, without capital or full stop. `careful` keeps `ne`; the clinician always does."""
    subject, verb = clause.subject, clause.verb
    clitics = list(clause.clitics)
    rest = _agree(clause, gender) if clause.subject == "vous" else clause.rest
    if who == "je":
        subject, verb, clitics, rest = _first(clause, rest)
    if not positive:
        if "n'" in clitics or "ne" in clitics:
            clitics = [c for c in clitics if c not in {"ne", "n'"}]
        rest, word = _deny(rest, clause)
        if careful or who == "vous" or rest.startswith("mal") or word == "plus":
            # « j'ai pas mal » and « je fume plus » would say the contrary
            clitics.insert(0, "ne")
            subject = "ce" if subject == "c'" else subject
        rest = f"{word} {rest}".strip() if word else rest
    words = [subject, *clitics, verb]
    if subject == "il y":
        words = ["y", verb] if who == "je" and not careful else ["il", *clitics, "y", verb]
    out = "".join(elide(a, b) if not a.endswith("'") else a for a, b in itertools.pairwise(words)) + verb
    return f"{out}{'' if rest.startswith(',') else ' '}{rest}".strip()


def _first(clause: Clause, rest: str) -> tuple[str, str, list[str], str]:
    subject, verb = clause.subject, clause.verb
    clitics = ["me" if c == "vous" else c for c in clause.clitics]
    if subject == "vous":
        return "je", je_of(verb.lower()) or verb, clitics, mine(rest)
    return mine(subject), verb, clitics, mine(rest)


def _agree(clause: Clause, gender: Gender) -> str:
    """Predicates of the patient in the patient's gender: `vous êtes fatigué ou déprimé` → fatiguée ou déprimée."""
    if gender == "m" or not _is_state(clause):
        return clause.rest
    words = clause.rest.split(" ")
    if clause.verb == "êtes" and "vous" in clause.clitics and words[0].rstrip(",") in _INDIRECT:
        return clause.rest
    for i, word in enumerate(words[:8]):
        bare = word.rstrip(",")
        if bare in {
            "de",
            "d'",
            "du",
            "des",
            "par",
            "à",
            "au",
            "dans",
            "que",
            "quand",
            "lorsque",
            "si",
            "pour",
            "avec",
            "un",
            "une",
            "le",
            "la",
            "en",
            "chez",
            "sans",
            "cela",
            "ça",
            "ce",
            "cette",
            "ces",
        }:
            break
        words[i] = agreed(bare, gender) + word[len(bare) :]
    return " ".join(words)


def agreed_in(text: str, clause: Clause | None, gender: Gender) -> str:
    """A question as it was put, with its predicate in the patient's gender."""
    if clause is None or clause.subject != "vous" or not clause.rest:
        return text
    return text.replace(clause.rest, _agree(clause, gender), 1)


def _is_state(clause: Clause) -> bool:
    if clause.verb in _BE:
        return True
    return clause.verb in {"avez", "aviez"} and re.match(r"(?:\w+ )?été\b", clause.rest) is not None


# Reflexive participles that agree with nothing: « elle s'est reproché ».
_INDIRECT = frozenset(
    [
        "reproché",
        "dit",
        "demandé",
        "permis",
        "rendu",
        "fait",
        "parlé",
        "plu",
        "imaginé",
        "donné",
        "promis",
        "acheté",
        "infligé",
    ]
)
_REPLACED = (
    (re.compile(r"\bquelque chose\b"), "rien"),
    (re.compile(r"\bquelqu'un\b"), "personne"),
)


def _deny(rest: str, clause: Clause) -> tuple[str, str]:
    """The rest under negation, and the word that denies (`pas`, `jamais`, `plus`); empty where rest holds it."""
    for pattern, word in _REPLACED:
        if pattern.match(rest):
            return pattern.sub(word, rest, count=1), ""
    word = "pas"
    for adverb, denied in (("déjà", "jamais"), ("encore", "plus"), ("toujours", "plus")):
        if re.match(rf"(?:\w+ )?{adverb}\b", rest):
            rest = re.sub(rf"\b{adverb} ?", "", rest, count=1)
            word = denied
            break
    rest = (
        re.sub(r"\b(?:parfois|souvent|régulièrement|de temps en temps) ?", "", rest).strip()
        if word == "jamais"
        else rest
    )
    return _without(rest, clause), word


def _without(rest: str, clause: Clause) -> str:
    """`des nausées ou des vertiges` → `de nausées ni de vertiges` after a denied verb of having, taking, doing."""
    head = _PARTICIPLES.match(rest) if clause.verb in {"avez", "aviez", "a", "avait", "ont"} else None
    prefix = ""
    if head:
        prefix, rest = rest[: head.end()], rest[head.end() :]
    elif clause.verb in _NO_DE:
        return rest
    match = _PARTITIVE.match(rest)
    if not match:
        return prefix + rest
    rest = elide("de", rest[match.end() :]) + rest[match.end() :]
    rest = re.sub(
        r"(?:, | ou | et )(du |de la |de l'|des |un |une )(?=(\S+))",
        lambda m: " ni " + elide("de", m.group(2)), rest,
    )  # fmt: skip
    return prefix + rest


def sentence(text: str, mark: str = ".") -> str:
    """A clause as a sentence: capital and final mark."""
    return upper(text) + mark
