"""Clinicians that bound what an interview can show: one that knows the record, one that asks at random, one that learnt nothing.

The scripted one asks the record's own questions in the writer's order and meets risk by its grade: no model can be expected
to do better. Random valid questions are well put and lead nowhere. Each is a ChatModel; the requests' ids are those of
`patient.interview`, which name the questionnaire.
"""

from collections.abc import Sequence
from pathlib import Path
from random import Random

from colloque.core import Persona, Questionnaire, Turn, rng_for, turns_from
from colloque.french import risk_of
from colloque.french.risk import asks_about_risk
from colloque.llm.model import Reply, Request
from colloque.patient.hearing import told_in
from colloque.patient.record import Record
from colloque.speech import acknowledge, ask, draw_plan, facts_of, ways
from colloque.speech.bank import load
from colloque.speech.facts import Fact

__all__ = ["RandomClinician", "ScriptedClinician", "write_untrained"]

_OWED = ("ambiguous", "affirmed", "acute")


class ScriptedClinician:
    """Asks what the record holds, in the order of its plan, once each; takes up what was said, and meets risk first."""

    name = "scripted"

    def __init__(self, forms: Sequence[Questionnaire], seed: int = 0) -> None:
        self._forms = {form.id: form for form in forms}
        self.seed = seed

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        """The next turn of each talk."""
        return [Reply(text=self._next(request), model=self.name) for request in requests]

    def _next(self, request: Request) -> str:
        form = self._forms[request.id.rsplit("/", 1)[0]]
        turns = turns_from(request.messages)
        plan = draw_plan(form, self.seed)
        rng = rng_for(request.id, "scripted", self.seed)
        persona, gender = plan.persona, plan.persona.gender or "m"
        facts = {fact.id: fact for fact in facts_of(form, gender)}
        order = [facts[name] for group in plan.order for name in group if name in facts]
        told = told_in(Record(tuple(facts.values())), turns)
        asked = _asked(turns, order, gender)
        left = [fact for fact in order if fact.id not in told and fact.id not in asked]
        if not turns:
            return f"{rng.choice(load('phrases')['greetings']['any'])} {_first(left, rng, persona)}".strip()
        met = _meet(turns, left, rng)
        if met.endswith("?"):
            return met
        # What was just answered: the question of its own last turn, else what the words are nearest to.
        just = [fact.id for fact in order if fact.id in _asked(turns[-2:-1], order, gender)]
        just = just or list(told_in(Record(tuple(facts.values())), turns[-1:]))
        last = facts[just[-1]] if just else None
        taken = met or (acknowledge(last, persona, rng, set(), gender) if last else "")
        if not left:
            return f"{taken} {rng.choice(load('phrases')['closing']['any'])} Au revoir.".strip()
        return f"{taken} {ask(left[0], rng, gender, '')}".strip()


def _first(left: Sequence[Fact], rng: Random, persona: Persona) -> str:
    return ask(left[0], rng, persona.gender or "m", "", first=True) if left else "Qu'est-ce qui vous amène ?"


def _asked(turns: Sequence[Turn], order: Sequence[Fact], gender: str) -> set[str]:
    """The facts whose question this clinician has put: found again in its own words."""
    said = " ".join(turn.text.lower() for turn in turns if turn.role == "clinician")
    return {
        fact.id
        for fact in order
        if any(way.lower().removeprefix("et ") in said for way in ways(fact, "f" if gender == "f" else "m"))
    }


def _meet(turns: Sequence[Turn], left: Sequence[Fact], rng: Random) -> str:
    """Law 8, or nothing: ambiguous → a direct question; affirmed → 3114 and a question; plan or means → 15 as well."""
    grade = risk_of(turns[-1].text, turns[-2].text if len(turns) > 1 else None).grade
    if turns[-1].role != "patient" or grade not in _OWED:
        return ""
    bank = load("phrases")["risk"]

    def pick(key: str) -> str:
        return str(rng.choice(bank[key]))

    raised = sum(asks_about_risk(turn.text) for turn in turns if turn.role == "clinician")
    number = "" if grade == "ambiguous" else pick("urgent" if grade == "acute" else "line")
    thanks = pick("soft" if grade == "ambiguous" else "thanks")
    following = bool(left) and asks_about_risk(left[0].question)
    if following or raised > 1:
        return f"{thanks} {number}".strip()
    kind = {"ambiguous": "direct", "affirmed": "plan", "acute": "safety"}[grade]
    return " ".join(part for part in (thanks, number, pick(kind)) if part)


class RandomClinician:
    """Well-put questions of other people's records, drawn blindly: what asking at random brings to light."""

    name = "random questions"

    def __init__(self, forms: Sequence[Questionnaire], seed: int = 0) -> None:
        self._facts = [(form.id, fact) for form in forms for fact in facts_of(form, "m")]
        self.seed = seed

    def complete(self, requests: Sequence[Request]) -> list[Reply]:
        """A question for each talk, out of all but its own record."""
        return [Reply(text=self._next(request), model=self.name) for request in requests]

    def _next(self, request: Request) -> str:
        own = request.id.rsplit("/", 1)[0]
        rng = rng_for(request.id, "random question", self.seed)
        fact = next(fact for form, fact in iter(lambda: rng.choice(self._facts), None) if form != own)
        return ask(fact, rng, "m", "", first=not request.messages)


def write_untrained(model: Path, output: Path, seed: int) -> Path:
    """A checkpoint of the same shape and tokenizer with weights drawn at random: what the shape alone can do."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    torch.manual_seed(seed)
    AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(model)).save_pretrained(output)
    AutoTokenizer.from_pretrained(model, trust_remote_code=False).save_pretrained(output)
    return output
