"""A plan becomes talk: turns in order, one question a turn, each answer stated once, risk met by its grade.

Both sides are put together here; the words come from asking, echo and patient. Chance is one generator per
dialogue. Knows no file and no check.
"""

import re
from functools import lru_cache
from random import Random
from typing import Any

from colloque.core import Dialogue, Persona, Plan, Questionnaire, Turn, rng_for
from colloque.french.risk import risk_of
from colloque.french.words import stems
from colloque.speech.asking import ask
from colloque.speech.bank import load
from colloque.speech.echo import acknowledge
from colloque.speech.facts import RISK_BAND, Fact, facts_of, known_gender
from colloque.speech.gender import Gender
from colloque.speech.letters import upper
from colloque.speech.lines import about
from colloque.speech.patient import Said, chunks, patient_turn
from colloque.speech.volunteer import opening, volunteer

__all__ = ["DEFERRAL", "realise"]

_OWED = {"ambiguous", "affirmed", "acute"}
_INTIMATE_BAND = 13
_PERSONAL = 8
"""Bands after this one are of work, people and habits: what a tense person wonders about."""


def DEFERRAL() -> str:  # noqa: N802 - a constant kept in the phrase bank
    """The one thing a patient may answer to a question that the record does not hold: no fact."""
    return str(load("phrases")["risk"]["deferral"])


class _Talk:
    """The dialogue in the making: turns so far, what was said, what risk is still owed an answer."""

    def __init__(self, plan: Plan, questionnaire: Questionnaire, rng: Random) -> None:
        self.plan, self.rng = plan, rng
        self.persona: Persona = plan.persona
        self.gender: Gender = plan.persona.gender or "m"
        self.known = known_gender(questionnaire)
        facts = {f.id: f for f in facts_of(questionnaire, self.gender)}
        self.queue = [facts[i] for group in plan.order for i in group if i in facts]
        self.turns: list[Turn] = []
        self.used: set[str] = set()
        self.last: Fact | None = None
        self.told = 0
        self.grade = "none"
        self.lines = 0
        self.bank, self.welcome = load("phrases"), load("welcome")
        self.heard: frozenset[str] = frozenset()
        self.held = False

    def pick(self, *path: str, bank: dict[str, Any] | None = None) -> str:
        """A phrase of the bank not yet used, in the patient's gender."""
        options: Any = self.bank if bank is None else bank
        for key in path:
            options = options[key]
        left = [o for o in options if o not in self.used] or list(options)
        choice = str(self.rng.choice(left))
        self.used.add(choice)
        return choice.replace("{e}", "e" if self.gender == "f" else "")

    def of(self, *path: str) -> str:
        """A phrase of the beginning or the end of a talk."""
        return self.pick(*path, bank=self.welcome)

    def clinician(self, *parts: str) -> None:
        self.turns.append(Turn(role="clinician", text=" ".join(p for p in parts if p).strip()))

    def patient(self, turn: Turn, *facts: Fact) -> None:
        """Take a patient's turn, which tells these facts; grade its risk as it was said where they hold any."""
        question = self.turns[-1].text if self.turns else None
        self.turns.append(turn)
        for fact in facts:
            self.heard |= _stems(fact.form.text) | _stems(fact.reading.rest)
        risky = any(fact.risk != "none" or fact.band == RISK_BAND for fact in facts)
        self.grade = risk_of(turn.text, question).grade if risky else "none"


@lru_cache(maxsize=16384)
def _stems(text: str) -> frozenset[str]:
    return stems(text)


def realise(plan: Plan, questionnaire: Questionnaire, draw: int = 0) -> Dialogue:
    """The dialogue of a plan. `draw` gives another wording of the same plan. A record without answers gives a greeting."""
    rng = rng_for(questionnaire.id, f"words-{draw}", plan.seed)
    talk = _Talk(plan, questionnaire, rng)
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


def _clinician_opens(talk: _Talk) -> None:
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
    talk.clinician(hello, _question(talk, talk.queue[0], talk.rng.choice(bank["start"]["any"])))


def _patient_opens(talk: _Talk) -> None:
    """The patient begins: with what can be told without a question, near the front of the plan, else with a greeting."""
    key = "careful" if talk.persona.style == "careful" else "any"
    for i, fact in enumerate(talk.queue[:4]):
        free = not fact.leans and fact.risk not in _OWED and fact.band < _INTIMATE_BAND
        said = opening(fact, talk.persona, talk.rng) if free else None
        if said:
            end = next((j for j in range(i + 1, len(talk.queue)) if not talk.queue[j].leans), len(talk.queue))
            talk.queue = talk.queue[i + 1 : end] + talk.queue[:i] + talk.queue[end:]
            talk.patient(patient_turn([said], talk.of("hello_doctor", key)), fact)
            talk.last = fact
            talk.told += 1
            if talk.queue:
                _go_on(talk, talk.of("answered", "any"))
            return
    talk.patient(Turn(role="patient", text=talk.of("alone", key)))
    if talk.queue:
        talk.clinician(
            talk.rng.choice(("Bonjour.", "Bonjour.", "")), talk.of("alone", "reply"), _question(talk, talk.queue[0], "")
        )


def _question(talk: _Talk, fact: Fact, link: str) -> str:
    first = not any(turn.role == "clinician" for turn in talk.turns)
    return ask(fact, talk.rng, talk.gender, link, first=first)


_NEVER = re.compile(r"(?:jamais|pas du tout)\.?$", re.IGNORECASE)


def _hold(talk: _Talk, fact: Fact) -> None:
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


def _answer(talk: _Talk, fact: Fact) -> None:
    """The patient answers; a neighbour may come along; a long answer takes several turns."""
    _hold(talk, fact)
    same = (
        talk.last is not None
        and talk.last.scale
        and fact.scale
        and _NEVER.match(fact.reading.rest) is not None
        and _NEVER.match(talk.last.reading.rest) is not None
    )
    said = chunks(fact, talk.persona, talk.rng, talk.used, same=same)
    for piece in said[:-1]:
        talk.patient(patient_turn([piece]), fact)
        if talk.grade in _OWED:
            _risk_aside(talk)
        talk.clinician(talk.pick("prompts", "go_on"))
    final = [said[-1]]
    also = _also(talk, fact) if len(said) == 1 else None
    talk.last = fact
    if also:
        final.append(also[0])
        weight = {"hard": 1}
        heavier = (also[1].alarm, weight.get(also[1].mood, 0)) > (fact.alarm, weight.get(fact.mood, 0))
        talk.last = also[1] if heavier else fact
    talk.patient(patient_turn(final), *((fact, also[1]) if also else (fact,)))
    talk.told += 1


def _also(talk: _Talk, fact: Fact) -> tuple[Said, Fact] | None:
    """A neighbouring answer that the patient adds unasked; it leaves the queue."""
    if not talk.queue or fact.words > 25:
        return None
    following = talk.queue[0]
    near = following.leans or (following.topic is not None and following.band == fact.band)
    share = (0.14 + 0.36 * talk.persona.talkative) * (1.5 if following.leans else 1.0)
    if not near or {fact.risk, following.risk} & _OWED or following.band == RISK_BAND or talk.rng.random() > share:
        return None
    said = volunteer(following, talk.persona, talk.rng)
    if said:
        talk.queue.pop(0)
        talk.told += 1
        return said, following
    return None


def _go_on(talk: _Talk, before: str = "") -> None:
    """The clinician's turn: takes up what was said, meets risk first, then asks one thing."""
    following = talk.queue[0]
    if talk.grade in _OWED:
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
    link = _link(talk, following, not taken)
    question = _question(talk, following, link)
    if _LED_BY.match(link) and _named_twice(talk, following, question[len(link) :]):
        question = upper(question[len(link) :])
    talk.clinician(taken, question)


def _link(talk: _Talk, fact: Fact, silent: bool) -> str:
    """What leads to the next question; after no acknowledgement it is shorter."""
    last = talk.last
    if _again(talk, fact):
        return talk.pick("links", "again")
    if fact.leans:
        return str(talk.rng.choice(("Et ", "")))
    if fact.band == RISK_BAND and (last is None or last.band != RISK_BAND):
        return talk.pick("links", "risk") if talk.rng.random() < 0.7 else ""
    if fact.band == 13 and fact.topic == "libido":
        return talk.pick("links", "intimate")
    if len(talk.queue) == 1 and talk.told > 4 and talk.rng.random() < 0.4:
        return talk.pick("links", "last")
    if last is not None and last.band == fact.band:
        return str(talk.rng.choice(talk.bank["links"]["same"]))
    if last is not None and last.band != fact.band and talk.rng.random() < 0.3:
        turned = _turned_to(talk, fact)
        if turned:
            return turned
    if silent:
        return str(
            talk.rng.choice(("", "", "", "", "Et ", "Et ", "Et ", "Et ", "Sinon, ", "Dites-moi, ", "Et sinon, "))
        )
    return str(talk.rng.choice(talk.bank["links"]["methodical" if talk.persona.school == "methodical" else "next"]))


_LED_BY = re.compile(r".*\. $|(?:Et c|C)ôté |Pour (?:le |la |les |l'|ce qui )|Du côté |À propos |Concernant |Question ")


def _named_twice(talk: _Talk, fact: Fact, question: str) -> bool:
    """Whether a question names the topic that « Parlons du sommeil. » has just named."""
    label = str(load("topics")["labels"].get(fact.topic or "", ""))
    return label.split("'")[-1].split(" ")[-1][:6] in question.lower()


def _turned_to(talk: _Talk, fact: Fact) -> str:
    """« Parlons du sommeil. » before a question that comes to a new topic; "" where the topic has no plain name."""
    label = load("topics")["labels"].get(fact.topic or "")
    if (
        not label
        or fact.topic not in load("topics")["turned"].split()
        or " de moi" in label
        or len(fact.form.text) < 22
        or fact.form.kind == "noun"
    ):
        return ""
    whole = talk.rng.random() < 0.5
    frame = talk.pick("turn", "to" if whole else "side", bank=load("regard"))
    bare = re.sub(r"^(?:le |la |les |l')", "", label)
    told = (
        frame.replace("{of}", about(label))
        .replace("{the}", label)
        .replace("{to}", about(label, "à"))
        .replace("{bare}", bare)
    )
    return told + " " if whole else told


def _again(talk: _Talk, fact: Fact) -> bool:
    """The question comes near to what was already said: it is put with a sign that this was heard."""
    asked = _stems(fact.form.text)
    near = asked & talk.heard
    share = 4 if fact.form.wh.startswith(("combien", "à quelle heure", "à quelle fréquence")) else 2
    return bool(near) and len(near) * share >= len(asked)


def _number(talk: _Talk) -> str:
    """The line to call, in full the first time and whenever the danger is near."""
    talk.lines += 1
    if talk.grade == "acute":
        return talk.pick("risk", "urgent")
    return talk.pick("risk", "line" if talk.lines == 1 else "again")


def _meet_risk(talk: _Talk, following: Fact) -> None:
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


def _safety(talk: _Talk, thanks: str, number: str) -> None:
    """A question that the record does not answer, and the one answer that is no fact."""
    kind = {"ambiguous": "direct", "affirmed": "plan", "acute": "safety"}[talk.grade]
    if kind == "direct" and talk.last is not None and talk.last.band == RISK_BAND:
        kind = "direct_again"
    talk.clinician(thanks, number, talk.pick("risk", kind))
    talk.patient(Turn(role="patient", text=DEFERRAL()))
    if kind.startswith("direct"):
        talk.lines += 1


def _risk_aside(talk: _Talk) -> None:
    """Risk inside a long answer: met before the patient goes on."""
    number = "" if talk.grade == "ambiguous" else _number(talk)
    _safety(talk, talk.pick("risk", "soft" if talk.grade == "ambiguous" else "thanks"), number)


def _close(talk: _Talk) -> None:
    if talk.grade in _OWED:
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
