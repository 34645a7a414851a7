"""The plan of a talk: who begins, how both talk, in which order, what is told together. Everything from one seed.

What the patient brings stays first, neighbours stand together, intimate matters and risk come late, what sums up
comes last; a question that leans on another follows it. The order is nearly the same for the same questions, so
that a model can learn what comes next; the seed moves neighbours only.
"""

import re
from random import Random

from colloque.core import Persona, Plan, Questionnaire, rng_for
from colloque.speech.facts import RISK_BAND, Fact, facts_of
from colloque.speech.respondent import gender_of

__all__ = ["draw_persona", "draw_plan", "order_of"]

_BEGINS = 1 / 6
_LAST_BAND = 15
_INTIMATE_BAND = 13
_SWAP = 0.1
_SLANG = re.compile(
    r"\b(?:mouais|jsp|bof|tt|ouais|nn|nan|ptet|jpp|tkt|mdr|genre|chiant|relou|boulot|truc|bcp|taf)\b", re.IGNORECASE
)
_ANAPHORIC = re.compile(r"\b(?:cela|ça|ce|cet|cette|ces|ainsi|en|y|leur|elles?|ils?)\b", re.IGNORECASE)
# Bands whose questions stand together: mood, anxiety, sleep, meals, work, people, substances.
_TOGETHER = frozenset({4, 5, 6, 7, 9, 12})


def draw_persona(questionnaire: Questionnaire, seed: int = 0) -> Persona:
    """How patient and clinician talk in one dialogue. Careful people are older or write carefully: full sentences."""
    rng = rng_for(questionnaire.id, "persona", seed)
    text = " ".join(a.answer for a in questionnaire.told)
    careful = 0.45 if " ne " in text and text[:1].isupper() else 0.1
    if _SLANG.search(text):
        careful = 0.0
    style = rng.choices(("familiar", "plain", "careful"), (0.35, 0.65 - careful, careful))[0]
    return Persona(
        gender=gender_of(questionnaire, seed), style=style,
        talkative=round(rng.betavariate(2, 2), 2), hesitant=round(rng.betavariate(1.6, 3.2), 2),
        mood=rng.choice(("low", "tense", "even", "even", "warm")),
        school=rng.choices(("brief", "empathic", "motivational", "methodical"), (0.2, 0.4, 0.2, 0.2))[0],
    )  # fmt: skip


def draw_plan(questionnaire: Questionnaire, seed: int = 0, persona: Persona | None = None) -> Plan:
    """The plan of one dialogue, reproducible from the record and the seed."""
    persona = persona or draw_persona(questionnaire, seed)
    if persona.gender is None:
        persona = persona.model_copy(update={"gender": gender_of(questionnaire, seed)})
    rng = rng_for(questionnaire.id, "plan", seed)
    facts = facts_of(questionnaire, persona.gender or "m")
    return Plan(
        questionnaire=questionnaire.id, seed=seed, persona=persona,
        patient_begins=rng.random() < _BEGINS, order=tuple(order_of(facts, rng)),
    )  # fmt: skip


def order_of(facts: tuple[Fact, ...], rng: Random) -> list[tuple[str, ...]]:
    """The order of the talk as groups of answer ids; blocks (a question and those that lean on it) stay whole."""
    blocks: list[list[Fact]] = []
    for fact in facts:
        if blocks and (fact.leans or _same_risk(blocks[-1][-1], fact)):
            blocks[-1].append(fact)
        else:
            blocks.append([fact])
    if not blocks:
        return []
    late = [_late(block) for block in blocks]
    order = sorted(range(len(blocks)), key=lambda i: (late[i], i))
    ordered = _gathered([blocks[i] for i in order])
    for i in range(1, len(ordered) - 1):
        a, b = ordered[i], ordered[i + 1]
        free = not (_late(a) or _late(b) or _ANAPHORIC.search(a[0].question + b[0].question))
        if rng.random() < _SWAP and free and a[0].topic and b[0].topic:
            ordered[i], ordered[i + 1] = b, a
    return [(fact.id,) for block in ordered for fact in block]


def _gathered(blocks: list[list[Fact]]) -> list[list[Fact]]:
    """Neighbouring topics stand together: a block joins the last earlier one of its band, if it is not already near."""
    out: list[list[Fact]] = []
    for block in blocks:
        band = block[0].band
        same = [i for i, other in enumerate(out) if other[0].band == band and other[0].topic]
        near = same and _late(out[same[-1]]) == _late(block) and not any(b[0].band == 0 for b in out[same[-1] + 1 :])
        if band in _TOGETHER and block[0].topic and near:
            out.insert(same[-1] + 1, block)
        else:
            out.append(block)
    return out


def _same_risk(a: Fact, b: Fact) -> bool:
    return a.band == b.band == RISK_BAND


def _late(block: list[Fact]) -> int:
    """0 for most; intimate matters, risk, then what sums up, come after everything else."""
    band = block[0].band
    if any(f.risk in {"affirmed", "acute", "ambiguous"} for f in block):
        return 2
    return {_INTIMATE_BAND: 1, RISK_BAND: 2, _LAST_BAND: 3}.get(band, 0)
