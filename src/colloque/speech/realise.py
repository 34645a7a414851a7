"""A plan becomes talk: turns in order, one question a turn, each answer stated once, risk met by its grade.

Both sides are put together here; the words come from asking, echo and patient. Chance is one generator per
dialogue. Knows no file and no check.
"""

import re

from colloque.core import Dialogue, Plan, Questionnaire, Turn, rng_for
from colloque.speech.asking import ask
from colloque.speech.echo import acknowledge
from colloque.speech.facts import RISK_BAND, Fact
from colloque.speech.letters import upper
from colloque.speech.linking import LED_BY, link_to, named_twice
from colloque.speech.patient import Said, chunks, patient_turn
from colloque.speech.talking import DEFERRAL, INTIMATE_BAND, OWED, Talk
from colloque.speech.volunteer import opening, volunteer

__all__ = ["DEFERRAL", "realise"]
_OPEN = 0.7
"""Share of the talks that the clinician begins with an open question, where the record has something to answer it with."""
_PERSONAL = 8
"""Bands after this one are of work, people and habits: what a tense person wonders about."""


def realise(plan: Plan, questionnaire: Questionnaire, draw: int = 0) -> Dialogue:
    """The dialogue of a plan. `draw` gives another wording of the same plan. A record without answers gives a greeting."""
    rng = rng_for(questionnaire.id, f"words-{draw}", plan.seed)
    talk = Talk(plan, questionnaire, rng)
    if plan.patient_begins:
        _patient_opens(talk)
    else:
        _clinician_opens(talk)
    while talk.queue:
        _answer(talk, talk.queue.pop(0))
        if talk.queue:
            _go_on(talk)
    _close(talk)
    return Dialogue(
        questionnaire=questionnaire.id, respondent=questionnaire.respondent, split=questionnaire.split, language=questionnaire.language,
        writer="embedded", seed=plan.seed, virtual=questionnaire.virtual, turns=tuple(talk.turns),
    )  # fmt: skip


_SEAT = re.compile(r"entre|assey|install|chaise|place|fauteuil|asseoir", re.IGNORECASE)


def _clinician_opens(talk: Talk) -> None:
    """A greeting, now and then a word to settle in, the first question."""
    bank = talk.welcome
    hellos = bank["hello"]["any"] + (bank["hello"][talk.known] * 2 if talk.known else [])
    hello = str(talk.rng.choice(hellos))
    if talk.rng.random() < 0.72:
        seated = _SEAT.search(hello)
        settle = talk.of("settle", "any")
        hello += f" {settle}" if not (seated and _SEAT.search(settle)) else ""
    if not talk.queue:
        talk.clinician(hello)
        return
    if talk.rng.random() < 0.06:
        asked, *replies = talk.rng.choice(talk.bank["prompts"]["found"])
        talk.clinician(str(talk.rng.choice(hellos)), asked.replace("{e}", "e" if talk.gender == "f" else ""))
        talk.patient(Turn(role="patient", text=str(talk.rng.choice(replies))))
        talk.clinician(
            str(talk.rng.choice(("Bien.", "Parfait.", "Très bien.", "Bon."))), _question(talk, talk.queue[0], "Alors, ")
        )
        return
    brought = _what_brings(talk, asked=True) if talk.rng.random() < _OPEN else None
    if brought:
        talk.clinician(hello, str(talk.rng.choice(talk.bank["patient_begins"]["open"])))
        talk.patient(patient_turn([brought[0]]), brought[1])
        if talk.queue:
            _go_on(talk)
        return
    talk.clinician(hello, _question(talk, talk.queue[0], talk.rng.choice(bank["start"]["any"])))


def _patient_opens(talk: Talk) -> None:
    """The patient begins: with what can be told without a question, near the front of the plan, else with a greeting."""
    key = "careful" if talk.persona.style == "careful" else "any"
    brought = _what_brings(talk)
    if brought:
        talk.patient(patient_turn([brought[0]], talk.of("hello_doctor", key)), brought[1])
        if talk.queue:
            _go_on(talk, talk.of("answered", "any"))
        return
    talk.patient(Turn(role="patient", text=talk.of("alone", key)))
    if talk.queue:
        talk.clinician(
            talk.rng.choice(("Bonjour.", "Bonjour.", "")), talk.of("alone", "reply"), _question(talk, talk.queue[0], "")
        )


def _what_brings(talk: Talk, *, asked: bool = False) -> tuple[Said, Fact] | None:
    """What can be told without a question, near the front of the plan, as first words; it leaves the queue.

    What leans on it follows. None where the talk has nothing of the kind.
    """
    brings = any(fact.band == 0 for fact in talk.queue)
    for i, fact in enumerate(talk.queue[:4]):
        if brings and fact.band != 0:
            continue  # « Qu'est-ce qui vous amène ? » after it would have been deaf
        free = not fact.leans and fact.risk not in OWED and fact.band < INTIMATE_BAND
        said = opening(fact, talk.persona, talk.rng, asked=asked) if free else None
        if said:
            end = next((j for j in range(i + 1, len(talk.queue)) if not talk.queue[j].leans), len(talk.queue))
            talk.queue = talk.queue[i + 1 : end] + talk.queue[:i] + talk.queue[end:]
            talk.last = fact
            talk.told += 1
            return said, fact
    return None


def _question(talk: Talk, fact: Fact, link: str) -> str:
    first = not any(turn.role == "clinician" for turn in talk.turns)
    return ask(fact, talk.rng, talk.gender, link, first=first)


_NEVER = re.compile(r"(?:jamais|pas du tout)\.?$", re.IGNORECASE)


def _hold(talk: Talk, fact: Fact) -> None:
    """Before the answer, once in a talk: a silence before what is hard, or a tense person's « pourquoi ? »"""
    if talk.held or fact.band == RISK_BAND or len(talk.turns) < 3:
        return
    draw = talk.rng.random()
    if fact.mood == "hard" and draw < 0.04 + 0.2 * talk.persona.hesitant:
        asked, given = "silence", "time"
    elif talk.persona.mood == "tense" and fact.band > _PERSONAL and draw < 0.06 and fact.mood != "hard":
        asked, given = "why", "because"
    else:
        return
    talk.held = True
    talk.patient(Turn(role="patient", text=talk.pick("prompts", asked)))
    talk.clinician(talk.pick("prompts", given))


def _answer(talk: Talk, fact: Fact) -> None:
    """The patient answers; a neighbour may come along; a long answer takes several turns."""
    _hold(talk, fact)
    same = (
        talk.last is not None
        and talk.last.scale
        and fact.scale
        and _NEVER.match(fact.reading.rest) is not None
        and _NEVER.match(talk.last.reading.rest) is not None
    )
    also = _also(talk, fact)
    said = chunks(fact, talk.persona, talk.rng, talk.used, same=same, alone=also is None)
    for piece in said[:-1]:
        talk.patient(patient_turn([piece]), fact)
        if talk.grade in OWED:
            _risk_aside(talk)
        talk.clinician(talk.pick("prompts", "go_on"))
    final = [said[-1]]
    talk.last = fact
    if also:
        final.append(also[0])
        weight = {"hard": 1}
        heavier = (also[1].alarm, weight.get(also[1].mood, 0)) > (fact.alarm, weight.get(fact.mood, 0))
        talk.last = also[1] if heavier else fact
    talk.patient(patient_turn(final), *((fact, also[1]) if also else (fact,)))
    talk.told += 1


def _also(talk: Talk, fact: Fact) -> tuple[Said, Fact] | None:
    """A neighbouring answer that the patient adds unasked; it leaves the queue."""
    if not talk.queue or fact.words > 25:
        return None
    following = talk.queue[0]
    near = following.leans or (following.topic is not None and following.band == fact.band)
    share = (0.2 + 0.5 * talk.persona.talkative) * (1.5 if following.leans else 1.0)
    if not near or {fact.risk, following.risk} & OWED or following.band == RISK_BAND or talk.rng.random() > share:
        return None
    said = volunteer(following, talk.persona, talk.rng)
    if said:
        talk.queue.pop(0)
        talk.told += 1
        return said, following
    return None


def _go_on(talk: Talk, before: str = "") -> None:
    """The clinician's turn: takes up what was said, meets risk first, then asks one thing."""
    following = talk.queue[0]
    if talk.grade in OWED:
        _meet_risk(talk, following)
        return
    assert talk.last is not None
    if before:
        taken = (
            f"Bonjour. {acknowledge(talk.last, talk.persona, talk.rng, talk.used, talk.gender)}"
            if talk.last.alarm
            else before
        )
    elif talk.last.band == RISK_BAND and talk.last.topic != "arme":
        taken = talk.pick("risk", "denied")
    else:
        taken = acknowledge(talk.last, talk.persona, talk.rng, talk.used, talk.gender)
    link = link_to(talk, following, not taken)
    question = _question(talk, following, link)
    if LED_BY.match(link) and (
        named_twice(talk, following, question[len(link) :])
        or re.match(r"(?:et )?(?:côté|pour|question)\b", question[len(link) :], re.IGNORECASE)
    ):
        question = upper(question[len(link) :])
    talk.clinician(taken, question)


def _number(talk: Talk) -> str:
    """The line to call, in full the first time and whenever the danger is near."""
    talk.lines += 1
    if talk.grade == "acute":
        return talk.pick("risk", "urgent")
    return talk.pick("risk", "line" if talk.lines == 1 else "again")


def _meet_risk(talk: Talk, following: Fact) -> None:
    """Law 8: ambiguous → a direct, calm question; affirmed → 3114 and a question; plan or means → 15 as well."""
    grade = talk.grade
    thanks = talk.pick("risk", "soft" if grade == "ambiguous" else "thanks")
    number = "" if grade == "ambiguous" else _number(talk)
    if following.band == RISK_BAND:
        talk.clinician(thanks, number, _question(talk, following, ""))
        return
    _safety(talk, thanks, number)
    line = talk.pick("risk", "line") if grade == "ambiguous" else ""
    talk.clinician(talk.pick("risk", "after"), line, _question(talk, following, ""))


def _safety(talk: Talk, thanks: str, number: str) -> None:
    """A question that the record does not answer, and the one answer that is no fact."""
    kind = {"ambiguous": "direct", "affirmed": "plan", "acute": "safety"}[talk.grade]
    if kind == "direct" and talk.last is not None and talk.last.band == RISK_BAND:
        kind = "direct_again"
    talk.clinician(thanks, number, talk.pick("risk", kind))
    talk.patient(Turn(role="patient", text=DEFERRAL()))
    if kind.startswith("direct"):
        talk.lines += 1


def _risk_aside(talk: Talk) -> None:
    """Risk inside a long answer: met before the patient goes on."""
    number = "" if talk.grade == "ambiguous" else _number(talk)
    _safety(talk, talk.pick("risk", "soft" if talk.grade == "ambiguous" else "thanks"), number)


def _close(talk: Talk) -> None:
    if talk.grade in OWED:
        number = "" if talk.grade == "ambiguous" else _number(talk)
        _safety(talk, talk.pick("risk", "soft" if talk.grade == "ambiguous" else "thanks"), number)
        talk.clinician(talk.pick("risk", "close"))
        return
    if not talk.turns or talk.turns[-1].role == "clinician":
        return
    if talk.lines:
        talk.clinician(talk.pick("risk", "close"))
        return
    last = talk.last
    risk_last = last is not None and last.band == RISK_BAND
    plain = risk_last or (last is not None and (last.alarm or last.mood == "hard"))
    taken = ""
    if risk_last:
        taken = talk.pick("risk", "denied")
    elif last is not None and (last.alarm or talk.rng.random() < 0.5):
        taken = acknowledge(last, talk.persona, talk.rng, talk.used, talk.gender)
    thanks = talk.of("thanks", "plain" if plain else "any")
    if taken and ("erci" in taken or taken.startswith("Bien") or plain or talk.rng.random() < 0.7):
        thanks = ""
    following = talk.of("thanks", "next")
    if following.endswith("?") and "question" in thanks:
        thanks = ""
    talk.clinician(taken, thanks, following)
    if talk.rng.random() < 0.25 and not following.endswith("?"):
        talk.patient(Turn(role="patient", text=talk.of("thanks", "patient")))
