"""What the patient says unasked: a neighbouring answer that comes along, or the first words of the talk.

Only what is understood without its question is volunteered; the rest waits to be asked.
"""

import re
from random import Random

from colloque.core import Persona
from colloque.speech.answers import lowered
from colloque.speech.bank import load
from colloque.speech.facts import Fact
from colloque.speech.letters import upper
from colloque.speech.oral import spoken
from colloque.speech.patient import DURATION, Said, content
from colloque.speech.persons import mine

__all__ = ["opening", "volunteer"]


def volunteer(fact: Fact, persona: Persona, rng: Random) -> Said | None:
    """The fact added by the patient without being asked; None where it would not be understood alone."""
    reading = fact.reading
    bank = load("phrases")["volunteer"]
    if reading.kind in {"yes", "no"}:
        what = content(fact, persona, reading.kind == "yes")
        if not what or reading.lead.lower() not in {"oui", "non"} or fact.words > 12:
            return None
        return _whole(fact.id, str(rng.choice(bank["plain"])), _stated(fact, persona, what))
    if reading.kind != "words" or fact.words > 14 or len(reading.sentences) > 1:
        return None
    said = lowered(spoken(reading.rest, persona.style))
    if fact.form.wh.startswith("depuis") and fact.leans:
        since = said if re.match(r"depuis\b", said) else f"depuis {said}" if DURATION.match(said) else ""
        return _whole(fact.id, "", f"{rng.choice(('et ça, ', ''))}{since}") if since else None
    label = load("topics")["labels"].get(fact.topic or "")
    if fact.scale and label and fact.form.kind in {"statement", "noun"}:
        options = load("scales")["say"].get(reading.rest.rstrip(".").lower(), [said])
        frame = str(rng.choice(bank["with_label"]))
        core = (
            frame.replace("{label}", label)
            .replace("{Label}", upper(label))
            .replace("{bare}", label.removeprefix("le ").removeprefix("la ").removeprefix("l'").removeprefix("les "))
        )
        return _whole(fact.id, "", core.replace("{x}", str(rng.choice(options))))
    return None


def _stated(fact: Fact, persona: Persona, what: str) -> str:
    """The statement of a yes-or-no question with its opening and the rest of the answer, without capital."""
    clause = fact.form.clause
    lead = f"{mine(clause.lead)}, " if clause and clause.lead else ""
    rest = f", {lowered(spoken(fact.reading.rest, persona.style))}" if fact.reading.rest else ""
    return f"{lead}{what}{rest}"


def opening(fact: Fact, persona: Persona, rng: Random) -> Said | None:
    """The fact as the patient's own first words; None where it would not be understood without its question."""
    reading = fact.reading
    if reading.kind in {"yes", "no"}:
        what = content(fact, persona, reading.kind == "yes")
        if not what or reading.lead.lower() not in {"oui", "non"} or fact.words > 30:
            return None
        core = _stated(fact, persona, what)
    elif (
        reading.kind == "words"
        and (fact.topic in {"motif", "etat_general"} or _TELLING.match(reading.rest))
        and 2 <= fact.words <= 40
    ):
        core = lowered(spoken(reading.rest, persona.style))
    else:
        return None
    frames = load("phrases")["patient_begins"][
        "tell" if re.match(r"(?:j'|je |ça |c'est |il |elle |on |mon |ma |mes )", core) else "bring"
    ]
    return _whole(fact.id, str(rng.choice(frames)), core)


_TELLING = re.compile(r"(?:Je (?!sais)|J'|Mon |Ma |Mes |On |Ça fait |C'est )")


def _whole(identity: str, before: str, core: str) -> Said:
    text = before.replace("{x}", core) if before else upper(core)
    text += "" if text.endswith(("!", "?", "...")) else "."
    return Said(identity, text, 0, len(text))
