"""Plants one named defect of conduct in a dialogue: for tests, for negatives, for measurement on unlimited data.

What defects say is data (data/plant_conduct.toml). A place is looked for first: where the dialogue has none (no sign of
danger to be missed, nothing heavy to be ignored), nothing is planted. Knows none of the rules that must find it.
"""

import random
import re
import tomllib
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from typing import Any

from colloque.checks.conduct_scene import graded
from colloque.checks.conduct_whole import gender_shown
from colloque.core import CONDUCT, Code, Dialogue, Turn
from colloque.french.denied import polarity_at
from colloque.french.patterns import lexicon, sentences
from colloque.french.questions import questions_in
from colloque.french.words import topics

__all__ = ["plant_conduct"]

_FIELD = re.compile(r"\{([A-Za-z_]+\d?)\}")


@lru_cache(maxsize=1)
def _bank() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("colloque.checks") / "data" / "plant_conduct.toml").read_text("utf-8"))


def plant_conduct(dialogue: Dialogue, code: Code, rng: random.Random) -> Dialogue | None:
    """The dialogue with one defect of `code`, or None where it offers no place. The id is made anew of its content."""
    turns = list(dialogue.turns)
    if code not in CONDUCT or not any(turn.role == "clinician" for turn in turns):
        return None
    planted = _PLANTERS.get(code, _sentence_of(code))(turns, rng)
    if planted is None:
        return None
    data: dict[str, Any] = {**dialogue.model_dump(), "id": "", "turns": planted, "parent": dialogue.id}
    return Dialogue.model_validate(data)


def _fill(text: str, table: dict[str, list[str]], rng: random.Random) -> str:
    """One pass over the fields of a phrase: a list of the table, or digits (`{n2}`: two of them)."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name[0] == "n" and name[1:].isdigit():
            return "".join(str(rng.randint(1, 9)) for _ in range(int(name[1:])))
        if name in table:
            return rng.choice(table[name])
        lower = rng.choice(table[name.lower()])
        return lower[0].upper() + lower[1:]

    return _FIELD.sub(value, text)


def _places(turns: list[Turn], *, after: int = 1) -> list[int]:
    """Clinician turns that follow a patient turn; any clinician turn where there is none."""
    inner = [i for i, t in enumerate(turns) if t.role == "clinician" and i >= after]
    return inner or [i for i, t in enumerate(turns) if t.role == "clinician"]


def _with(turns: list[Turn], at: int, text: str) -> list[Turn]:
    return [*turns[:at], turns[at].model_copy(update={"text": text, "states": ()}), *turns[at + 1 :]]


def _question_start(text: str) -> int:
    """Where the last sentence that asks begins; the end of the text when none asks."""
    starts = [start for start, end in sentences(text) if "?" in text[start:end]]
    return starts[-1] if starts else len(text)


Planter = Callable[[list[Turn], random.Random], list[Turn] | None]


def _sentence_of(code: str) -> Planter:
    """The defect is a sentence put before the question of one clinician turn."""

    def planter(turns: list[Turn], rng: random.Random) -> list[Turn] | None:
        at = rng.choice(_places(turns))
        text, table = turns[at].text, _bank()[code]
        cut = _question_start(text)
        said = _fill(rng.choice(table["say"]), table, rng)
        return _with(turns, at, " ".join(part for part in (text[:cut].strip(), said, text[cut:].strip()) if part))

    return planter


def _question_of(code: str) -> Planter:
    """The defect takes the place of the question of one clinician turn."""

    def planter(turns: list[Turn], rng: random.Random) -> list[Turn] | None:
        at = rng.choice(_places(turns))
        text = turns[at].text
        said = rng.choice(_bank()[code]["say"])
        return _with(turns, at, f"{text[: _question_start(text)].strip()} {said}".strip())

    return planter


def _whole(code: str) -> Planter:
    """The defect takes the place of a whole clinician turn."""

    def planter(turns: list[Turn], rng: random.Random) -> list[Turn] | None:
        return _with(turns, rng.choice(_places(turns)), rng.choice(_bank()[code]["say"]))

    return planter


def _repeat(turns: list[Turn], rng: random.Random) -> list[Turn] | None:
    asked = [
        (i, question)
        for i, turn in enumerate(turns[:-2])
        if turn.role == "clinician" and turns[i + 1].role == "patient" and "?" not in turns[i + 1].text
        for question in questions_in(turn.text)
        if topics(question)
    ]
    later = [(i, at, q) for i, q in asked for at in _places(turns, after=i + 4) if at > i + 2]
    if not later:
        return None
    _, at, question = rng.choice(later)
    question = question.rstrip(" ?") + " ?"
    low, high = question[0].lower() + question[1:], question[0].upper() + question[1:]
    lead = rng.choice(_bank()["question_repeated"]["lead"])
    return _with(turns, at, lead.replace("{q}", low).replace("{Q}", high))


def _many(turns: list[Turn], rng: random.Random) -> list[Turn] | None:
    places = [i for i in _places(turns) if questions_in(turns[i].text)]
    if not places:
        return None
    at = rng.choice(places)
    more = [q for q in _bank()["multiple_questions"]["say"] if not topics(q) & topics(turns[at].text)]
    return _with(turns, at, " ".join([turns[at].text, *rng.sample(more, 2)]))


def _ignore(turns: list[Turn], rng: random.Random) -> list[Turn] | None:
    places = [
        i
        for i in _places(turns)
        if i and turns[i - 1].role == "patient" and _weighs(turns[i - 1].text) and graded(turns)[i - 1].grade == "none"
    ]
    if not places:
        return None
    at = rng.choice(places)
    said = [s for s in _bank()["last_answer_ignored"]["say"] if not topics(s) & topics(turns[at - 1].text)]
    return _with(turns, at, rng.choice(said)) if said else None


def _weighs(text: str) -> bool:
    return any(polarity_at(text, h.start, h.end) == "asserted" for h in lexicon("welcome").all(text, "grave"))


def _miss(turns: list[Turn], rng: random.Random) -> list[Turn] | None:
    """The reply after a sign of danger goes elsewhere, and no later turn gives a recourse."""
    risks = graded(turns)
    places = [
        i
        for i in _places(turns)
        if i and risks[i - 1].grade in ("affirmed", "acute") and turns[i - 1].role == "patient"
    ]
    if not places:
        return None
    at = rng.choice(places)
    return _with(turns, at, rng.choice(_bank()["risk_missed"]["say"]))


def _misdial(turns: list[Turn], rng: random.Random) -> list[Turn] | None:
    table = _bank()["wrong_emergency_number"]
    given = [i for i, turn in enumerate(turns) if turn.role == "clinician" and "3114" in turn.text]
    if given:
        at = rng.choice(given)
        return _with(turns, at, turns[at].text.replace("3114", rng.choice(table["numbers"]), 1))
    at = rng.choice(_places(turns))
    return _with(turns, at, f"{turns[at].text} {rng.choice(table['say'])}")


def _mark_up(turns: list[Turn], rng: random.Random) -> list[Turn] | None:
    at = rng.choice(_places(turns))
    return _with(turns, at, rng.choice(_bank()["format_leak"]["say"]).replace("{text}", turns[at].text))


def _lengthen(turns: list[Turn], rng: random.Random) -> list[Turn] | None:
    at = rng.choice(_places(turns))
    padding = " ".join(rng.sample(_bank()["too_long"]["say"], 6))
    cut = _question_start(turns[at].text)
    return _with(turns, at, f"{turns[at].text[:cut].strip()} {padding} {turns[at].text[cut:].strip()}".strip())


def _formula(turns: list[Turn], rng: random.Random) -> list[Turn] | None:
    places = _places(turns)
    if len(places) < 2:
        return None
    said = rng.choice(_bank()["template_repeated"]["say"])
    for at in sorted(rng.sample(places, min(3, len(places)))):
        cut = _question_start(turns[at].text)
        turns = _with(turns, at, f"{said} {turns[at].text[cut:].strip()}".strip())
    return turns


def _linger(turns: list[Turn], rng: random.Random) -> list[Turn] | None:
    table = _bank()["endless_closing"]
    ends = rng.sample(table["clinician"], 3)
    added: list[Turn] = [] if turns[-1].role == "patient" else [Turn(role="patient", text=rng.choice(table["patient"]))]
    for said in ends:
        added.append(Turn(role="clinician", text=said))
        added.append(Turn(role="patient", text=rng.choice(table["patient"])))
    return [*turns, *added[:-1]]


def _identify(turns: list[Turn], rng: random.Random) -> list[Turn] | None:
    at, table = rng.randrange(len(turns)), _bank()["identity_leak"]
    return _with(turns, at, f"{turns[at].text} {_fill(rng.choice(table['say']), table, rng)}")


def _drift(turns: list[Turn], rng: random.Random) -> list[Turn] | None:
    """One more first-person adjective of the other gender; of both where none was shown."""
    spoken = [i for i, turn in enumerate(turns) if turn.role == "patient"]
    shown = gender_shown(turns)
    if len(spoken) < 2 or len(shown) > 1:
        return None
    table = _bank()["agreement_drift"]
    wanted = [g for g in ("f", "m") if g not in shown]
    for gender, at in zip(wanted, rng.sample(spoken, len(wanted)), strict=True):
        turns = _with(turns, at, f"{turns[at].text} {rng.choice(table[gender])}")
    return turns


_PLANTERS: dict[str, Planter] = {
    "question_repeated": _repeat,
    "multiple_questions": _many,
    "last_answer_ignored": _ignore,
    "leading_question": _question_of("leading_question"),
    "tutoiement": _question_of("tutoiement"),
    "wrong_language": _whole("wrong_language"),
    "risk_missed": _miss,
    "wrong_emergency_number": _misdial,
    "format_leak": _mark_up,
    "too_long": _lengthen,
    "template_repeated": _formula,
    "endless_closing": _linger,
    "identity_leak": _identify,
    "agreement_drift": _drift,
}
