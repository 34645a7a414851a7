"""Plants one named defect in a faithful dialogue: for tests, for negatives, for measurement on unlimited data.

Reproducible from the dialogue's id, the code and a seed. Returns nothing where the dialogue offers no place for the
defect: a false one is never forced. What the defects say is data (`data/mutations.toml`).
"""

import random
import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from colloque.checks.case import Case, case_of
from colloque.checks.facts import Exchange
from colloque.core import FIDELITY, Code, Dialogue, Questionnaire, Turn, rng_for
from colloque.french.agree import compare_quantities
from colloque.french.numbers import in_words
from colloque.french.quantities import Quantity
from colloque.french.tokens import load_data

__all__ = ["Planted", "mutate", "plant"]


@dataclass(frozen=True, slots=True)
class Planted:
    """A dialogue with one defect: its code, the turn that holds it, the answer it distorts."""

    dialogue: Dialogue
    code: Code
    turn: int | None
    answer: str | None


@lru_cache(maxsize=1)
def _bank() -> dict[str, Any]:
    return tomllib.loads(resources.files("colloque.checks").joinpath("data", "mutations.toml").read_text("utf-8"))


def _with_turn(dialogue: Dialogue, at: int, text: str) -> Dialogue:
    """The dialogue with one turn's text replaced; its `states` keep the answers and lose the places of the words."""
    old = dialogue.turns[at]
    states = tuple(s.model_copy(update={"start": None, "end": None}) for s in old.states)
    turns = (*dialogue.turns[:at], Turn(role=old.role, text=text, states=states), *dialogue.turns[at + 1 :])
    return dialogue.model_copy(update={"id": "", "turns": turns})


def _closed(dialogue: Dialogue, origin: Dialogue, code: Code, seed: int) -> Dialogue:
    return dialogue.model_copy(update={"id": f"{origin.id}~{code}~{seed}", "parent": origin.id})


def _conveyed(case: Case, dialogue: Dialogue) -> list[tuple[int, Exchange, bool]]:
    """Facts with the exchange that conveys them, and whether it conveys nothing else. By `states` where there are some."""
    stated = any(turn.states for turn in dialogue.turns)
    out = []
    for i, fact in enumerate(case.facts):
        if stated:
            spots = [
                e for e in case.exchanges if any(s.answer == fact.answer.id for s in dialogue.turns[e.turn].states)
            ]
            alone = bool(spots) and len({s.answer for s in dialogue.turns[spots[0].turn].states}) == 1
        else:
            spots = case.places(i)
            alone = bool(spots) and list(case.sharers(spots[0])) == [i] and case.alignment.best(i) >= 0.5
        if len(spots) == 1 or (spots and not stated):
            out.append((i, spots[0], alone))
    return out


def _omit(case: Case, dialogue: Dialogue, rng: random.Random) -> tuple[Dialogue, int | None, str] | None:
    """One exchange is cut out: the question and the answer that alone conveyed a fact."""
    last = len(dialogue.turns) - 1
    spots = [
        (i, e)
        for i, e, alone in _conveyed(case, dialogue)
        if alone and 0 < e.turn < last and dialogue.turns[e.turn - 1].role == "clinician"
    ]
    if not spots:
        return None
    i, exchange = spots[rng.randrange(len(spots))]
    kept = [t for k, t in enumerate(dialogue.turns) if k not in (exchange.turn - 1, exchange.turn)]
    return dialogue.model_copy(update={"turns": tuple(kept)}), exchange.turn - 1, case.facts[i].answer.id


def _contradict(case: Case, dialogue: Dialogue, rng: random.Random) -> tuple[Dialogue, int | None, str] | None:
    bank = _bank()["contradict"]
    spots = [
        (i, e)
        for i, e, alone in _conveyed(case, dialogue)
        if alone and e.said.lead in ("yes", "no") and case.facts[i].given.lead == e.said.lead and "?" in e.asked.text
    ]
    if not spots:
        return None
    i, exchange = spots[rng.randrange(len(spots))]
    says = rng.choice(bank["yes_to_no" if exchange.said.lead == "yes" else "no_to_yes"])
    return _with_turn(dialogue, exchange.turn, says), exchange.turn, case.facts[i].answer.id


def _digits(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value).replace(".", ",")


def _other_value(quantity: Quantity, rng: random.Random) -> float:
    value = quantity.value
    if quantity.kind == "date":
        top = {"mois": 12, "jour": 7, "quantieme": 28}.get(quantity.unit)
        return value - rng.choice((2, 3, 4)) if top is None else (value - 1 + rng.choice((2, 3, 4))) % top + 1
    if quantity.kind in ("clock", "temperature", "pressure"):
        return value + rng.choice((2, 3)) if value < 20 else value - rng.choice((2, 3))
    if quantity.kind == "scale":
        return value - 4 if value >= 5 else value + 4
    return value + rng.choice((2, 3)) if value < 8 else float(round(value * rng.choice((0.5, 1.5))))


def _rewrite(quantity: Quantity, rng: random.Random) -> str | None:
    """The quantity's words with another number, in the way it was written: digits or words, a month by its name."""
    value = _other_value(quantity, rng)
    if quantity.kind == "date" and quantity.unit in ("mois", "jour"):
        names = load_data("quantities.toml")["calendar"]["months" if quantity.unit == "mois" else "weekdays"]
        return str(names[int(value) - 1])
    digits = re.search(r"\d+(?:[.,]\d+)?", quantity.text)
    if digits:
        return quantity.text[: digits.start()] + _digits(value) + quantity.text[digits.end() :]
    if value != int(value) or quantity.value != int(quantity.value) or value < 2:
        return None
    words = in_words(int(quantity.value)) if quantity.value >= 0 else ""
    match = re.search(rf"\b{words}\b", quantity.text, re.IGNORECASE) if words else None
    if match is None:
        return None
    return quantity.text[: match.start()] + in_words(int(value)) + quantity.text[match.end() :]


def _requantify(case: Case, dialogue: Dialogue, rng: random.Random) -> tuple[Dialogue, int | None, str] | None:
    options = []
    for i, exchange, _ in _conveyed(case, dialogue):
        for wanted in case.facts[i].quantities:
            options += [
                (i, exchange, s)
                for s in exchange.quantities
                if s.high is None and s.value > 0 and compare_quantities(wanted, s) == "same" and s.kind == wanted.kind
            ]
    rng.shuffle(options)
    for i, exchange, spoken in options:
        new = _rewrite(spoken, rng)
        if new is None:
            continue
        text = exchange.said.text
        text = text[: spoken.start] + new + text[spoken.end :]
        if text[: spoken.start].rstrip() in ("",) or text[: spoken.start].rstrip()[-1:] in ".!?":
            text = text[: spoken.start] + text[spoken.start : spoken.start + 1].upper() + text[spoken.start + 1 :]
        return _with_turn(dialogue, exchange.turn, text), exchange.turn, case.facts[i].answer.id
    return None


def _invent(case: Case, dialogue: Dialogue, rng: random.Random, bank: str) -> tuple[Dialogue, int | None, None] | None:
    known = case.record_concepts
    usable = sorted(c for c in _bank()[bank] if c not in known)
    spots = [e for e in case.exchanges if len(e.said.text) > 8 and not e.said.text.rstrip().endswith("?")]
    if not usable or not spots:
        return None
    sentence = rng.choice(_bank()[bank][rng.choice(usable)])
    exchange = spots[rng.randrange(len(spots))]
    text = exchange.said.text.rstrip()
    text = text if text[-1] in ".!?…" else text + "."
    return _with_turn(dialogue, exchange.turn, f"{text} {sentence}"), exchange.turn, None


def _reattribute(case: Case, dialogue: Dialogue, rng: random.Random) -> tuple[Dialogue, int | None, str] | None:
    bank = _bank()["attribute"]
    options: list[tuple[int, Exchange, str, list[str]]] = []
    for i, exchange, _ in _conveyed(case, dialogue):
        if not case.facts[i].given.persons:
            continue
        options += [
            (i, exchange, person, others)
            for person, others in bank["swap"].items()
            if len(re.findall(rf"\b{person}\b", exchange.said.text, re.IGNORECASE)) == 1
        ]
    if options:
        i, exchange, person, others = options[rng.randrange(len(options))]
        new = rng.choice([o for o in others if o not in exchange.said.text.lower()] or others)

        def put(match: re.Match[str]) -> str:
            return new[0].upper() + new[1:] if match.group()[0].isupper() else new

        text = re.sub(rf"\b{person}\b", put, exchange.said.text, flags=re.IGNORECASE)
        return _with_turn(dialogue, exchange.turn, text), exchange.turn, case.facts[i].answer.id
    return _give_away(case, dialogue, rng, bank)


def _give_away(
    case: Case, dialogue: Dialogue, rng: random.Random, bank: dict[str, Any]
) -> tuple[Dialogue, int | None, str] | None:
    spots = [
        (i, e)
        for i, e, alone in _conveyed(case, dialogue)
        if alone and not case.child and any(c.sign == 1 and not c.kin for c in case.facts[i].claims)
    ]
    if not spots:
        return None
    i, exchange = spots[rng.randrange(len(spots))]
    says = rng.choice(bank["to_other"]).replace("{0}", rng.choice(bank["persons"]))
    return _with_turn(dialogue, exchange.turn, says), exchange.turn, case.facts[i].answer.id


_Planter = Callable[[Case, Dialogue, random.Random], Any]
_PLANTERS: dict[str, _Planter] = {
    "answer_omitted": _omit,
    "answer_contradicted": _contradict,
    "quantity_changed": _requantify,
    "symptom_invented": lambda case, dialogue, rng: _invent(case, dialogue, rng, "symptoms"),
    "history_invented": lambda case, dialogue, rng: _invent(case, dialogue, rng, "history"),
    "attribution_changed": _reattribute,
}


def plant(questionnaire: Questionnaire, dialogue: Dialogue, code: Code, seed: int = 0) -> Planted | None:
    """One defect of `code` with its place, or None where the dialogue offers none."""
    rng = rng_for(dialogue.id, f"mutate:{code}", seed)
    if code not in FIDELITY:
        from colloque.checks.mutate_conduct import plant_conduct

        changed = plant_conduct(dialogue, code, rng)
        if changed is None:
            return None
        return Planted(
            _closed(changed, dialogue, code, seed), code, _first_difference(dialogue.turns, changed.turns), None
        )
    planted = _PLANTERS[code](case_of(questionnaire, dialogue), dialogue, rng)
    if planted is None:
        return None
    changed, turn, answer = planted
    return Planted(_closed(changed, dialogue, code, seed), code, turn, answer)


def _first_difference(before: Sequence[Turn], after: Sequence[Turn]) -> int | None:
    for k, (a, b) in enumerate(zip(before, after, strict=False)):
        if a.text != b.text:
            return k
    return None if len(before) == len(after) else min(len(before), len(after))


def mutate(questionnaire: Questionnaire, dialogue: Dialogue, code: Code, seed: int = 0) -> Dialogue | None:
    """A copy of the dialogue with one defect of `code` planted in it, or None where the dialogue offers no place for it."""
    planted = plant(questionnaire, dialogue, code, seed)
    return None if planted is None else planted.dialogue
