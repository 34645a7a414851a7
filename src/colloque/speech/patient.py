"""The patient's side: one fact in the patient's own words, stated once, with the characters that state it.

Facts come from the record alone; what is added (a sound, a « voilà ») says nothing. Knows no clinician.
"""

import re
from random import Random
from typing import NamedTuple

from colloque.core import Persona, Stated, Turn
from colloque.speech.articles import contracted
from colloque.speech.bank import load
from colloque.speech.facts import RISK_BAND, Fact
from colloque.speech.letters import lower, upper
from colloque.speech.oral import colour, hesitate, opener, spoken, tagged
from colloque.speech.replies import DURATION, FIGURE, content, gender, plainly, yes_no

__all__ = ["DURATION", "Said", "chunks", "content", "patient_turn", "state"]

_LONG = 60
"""Words above which an answer is told over several turns (p90 of a caller's turn in SIMSAMU is 40)."""


class Said(NamedTuple):
    """Words of a turn and the part of them, [start, end), that states the answer `id`."""

    id: str
    text: str
    start: int
    end: int


def _agree(text: str, persona: Persona) -> str:
    return text.replace("{e}", "e" if gender(persona) == "f" else "")


def state(
    fact: Fact, persona: Persona, rng: Random, used: set[str] | None = None, *, same: bool = False, alone: bool = True
) -> Said:
    """Answer a question that was just put. `used` holds the remarks of this talk, so that none comes twice; `same`: the
    answer before was « jamais », too; not `alone`: another answer follows in the same turn, hence no remark."""
    used = set() if used is None else used
    reading = fact.reading
    if reading.kind in {"nothing", "blank", "inapplicable", "unknown", "refused", "emoji"}:
        return _set_piece(fact, persona, rng)
    if fact.band == RISK_BAND:
        # No sound and no afterthought around what is said of death: « non... euh » would be another answer.
        core = yes_no(fact, persona, rng, plain=True) if reading.kind in {"yes", "no"} else plainly(fact, persona, rng)
        return _assemble(fact.id, "", core, "")
    if reading.kind in {"yes", "no"}:
        again = _asked_again(fact, persona, rng)
        before = again or (opener(persona, rng, fact.mood, fact.words) if rng.random() < 0.35 else "")
        core = yes_no(fact, persona, rng, plain=bool(before), short=bool(again))
        kind = (
            "hard"
            if fact.mood == "hard"
            else "no"
            if reading.kind == "no" and fact.mood == "good"
            else "yes"
            if fact.band == _SUBSTANCES
            else "plain"
        )
    else:
        core = plainly(fact, persona, rng)
        if same and rng.random() < 0.5:
            core = str(rng.choice(load("scales")["again"]["never"]))
        before = opener(persona, rng, fact.mood, fact.words)
        kind = "hard" if fact.mood == "hard" else "plain"
    core = hesitate(core, persona, rng)
    if kind == "plain" and reading.kind == "words":
        core = tagged(core, persona, rng, used)
    if "? " in core[:30]:
        before = before if again_said(before) else ""
    after = (
        colour(persona, rng, kind, used, short=core.count(" ") < 4)
        if alone and fact.words < 25 and not core.endswith(_TAGS) and not FIGURE.fullmatch(core)
        else ""
    )
    return _assemble(fact.id, before, core, _agree(after, persona))


_SUBSTANCES = 12
_TAGS = (", quoi.", ", hein.", ", voilà.", ", docteur.", ", voyez-vous.", ", si vous voulez.")


def again_said(before: str) -> bool:
    """Whether what comes before is the thing asked about, said again."""
    return before.endswith("? ")


_THING = re.compile(r"^(?:déjà )?(?:eu )?(?P<what>(?:des|du|de la|de l'|une?) (?:[\wÀ-ÿ'-]+ ){0,2}[\wÀ-ÿ'-]+)$")


def _asked_again(fact: Fact, persona: Persona, rng: Random) -> str:
    """The thing asked about said again before oui or non, as people do: « Des vertiges ? Non. »"""
    clause = fact.form.clause
    if (
        clause is None
        or clause.negative
        or clause.subject not in {"vous", "il y"}
        or rng.random() > 0.05 + 0.15 * persona.talkative
    ):
        return ""
    thing = _THING.match(clause.rest)
    if not thing or re.search(r"\b(?:vous|votre|vos|ou|et)\b", thing["what"]):
        return ""
    return f"{upper(thing['what'])} ? "


def _assemble(identity: str, before: str, core: str, after: str) -> Said:
    if before:
        small = before.rstrip()[-1] in ",.)" and not core.startswith("I ")
        core = lower(core) if small and not before.startswith("(") else core
    core = contracted(core)
    text = f"{before}{core}"
    start = len(before)
    if core.endswith("?") or len(core) > 220:
        after = ""
    return Said(identity, f"{text} {after}" if after else text, start, len(text))


def _set_piece(fact: Fact, persona: Persona, rng: Random) -> Said:
    reading = fact.reading
    data = load("spelling")[reading.kind] if reading.kind != "emoji" else {}
    if reading.kind in {"unknown", "refused"} and reading.rest:
        core = spoken(reading.rest, persona.style)
    elif reading.kind == "emoji":
        core = f"J'ai juste mis {reading.rest}, là."
    else:
        options = data["careful"] if persona.style == "careful" and "careful" in data else data["say"]
        core = _agree(rng.choice(options), persona)
    return Said(fact.id, core, 0, len(core))


def chunks(
    fact: Fact, persona: Persona, rng: Random, used: set[str] | None = None, *, same: bool = False, alone: bool = True
) -> list[Said]:
    """What is said to a question; a long answer is cut between sentences into several turns of at most some 45 words."""
    if fact.words <= _LONG or fact.reading.kind not in {"yes", "no", "words"}:
        return [state(fact, persona, rng, used, same=same, alone=alone)]
    parts: list[str] = []
    lead = f"{fact.reading.lead}. " if fact.reading.lead else ""
    for sentence in fact.reading.sentences:
        for piece in _pieces(spoken(sentence, persona.style)):
            if parts and parts[-1].count(" ") + piece.count(" ") < 45:
                parts[-1] += " " + piece
            else:
                parts.append(piece)
    parts[0] = lead + parts[0]
    return [Said(fact.id, part, 0, len(part)) for part in parts]


def _pieces(sentence: str) -> list[str]:
    """A sentence of more than some fifty words cut at its commas, or at spaces when it has none."""
    words = sentence.split(" ")
    if len(words) <= 50:
        return [sentence]
    out, current = [], []
    for word in words:
        current.append(word)
        if (len(current) >= 25 and word.endswith(",")) or len(current) >= 45:
            out.append(" ".join(current).rstrip(",") + "...")
            current = []
    return [*out, " ".join(current)] if current else out


def patient_turn(said: list[Said], extra: str = "") -> Turn:
    """One turn made of one or more statements, with their spans; `extra` are words before them."""
    text, states = extra, []
    for piece in said:
        offset = len(text) + 1 if text else 0
        text = f"{text} {piece.text}" if text else piece.text
        states.append(Stated(answer=piece.id, start=offset + piece.start, end=offset + piece.end))
    return Turn(role="patient", text=text, states=tuple(states))
