"""What the patient says unasked: a neighbouring answer that comes along, or the first words of the talk.

Only what is understood without its question is volunteered; the rest waits to be asked.
"""

import re
from random import Random

from colloque.core import Persona
from colloque.french import fold
from colloque.speech.answers import lowered
from colloque.speech.bank import load
from colloque.speech.facts import Fact
from colloque.speech.letters import upper
from colloque.speech.oral import spoken
from colloque.speech.patient import DURATION, Said, content
from colloque.speech.persons import mine
from colloque.speech.weave import with_articles

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
    if fact.scale and fact.form.kind in {"statement", "noun"}:
        return _scaled(fact, persona, rng, said)
    return None if fact.scale else _labelled(fact, persona, rng)


_CLOSED_NAME = re.compile(
    r"^(?:comment (?:est|va|sont|vont|dorm|se pass)|et (?:le|la|les|l')|le |la |les |l'|votre |vos |[\wÀ-ÿ]+ \?$)",
    re.IGNORECASE,
)


def _labelled(fact: Fact, persona: Persona, rng: Random) -> Said | None:
    """A short answer to a question that only names its topic: « Et côté sommeil, mal, six heures. »"""
    label = load("topics")["labels"].get(fact.topic or "")
    if label is None or fact.words < 2 or fact.leans or not _CLOSED_NAME.match(fact.form.text):
        return None
    stem = fold(label.split("'")[-1].split(" ")[-1])[:5]
    if stem not in fold(fact.form.text) or stem in fold(fact.reading.rest) or len(fact.form.text) > 45:
        return None
    said = lowered(with_articles(fact, spoken(fact.reading.rest, persona.style)))
    bare = re.sub(r"^(?:le |la |les |l')", "", label)
    frame = str(rng.choice(load("phrases")["volunteer"]["with_label"]))
    return _whole(
        fact.id,
        "",
        frame.replace("{label}", label).replace("{Label}", upper(label)).replace("{bare}", bare).replace("{x}", said),
    )


def _scaled(fact: Fact, persona: Persona, rng: Random, said: str) -> Said | None:
    """An option of a scale with what it is about; a topic that names no trouble by itself is not enough."""
    option = str(load("scales")["say"].get(fact.reading.rest.rstrip(".").lower(), [said])[0])
    never = re.match(r"(?:jamais|pas|aucun|rien)", option) is not None
    what = "" if never else content(fact, persona, True)
    if what and " ou " not in what:
        return _whole(fact.id, "Et {x}", f"{what}, {option}")
    label = load("topics")["labels"].get(fact.topic or "")
    if label is None or fact.topic not in load("topics")["troubles"].split():
        return None
    bare = re.sub(r"^(?:le |la |les |l')", "", label)
    frame = str(rng.choice(load("phrases")["volunteer"]["with_label"]))
    core = frame.replace("{label}", label).replace("{Label}", upper(label)).replace("{bare}", bare)
    return _whole(fact.id, "", core.replace("{x}", option))


def _stated(fact: Fact, persona: Persona, what: str) -> str:
    """The statement of a yes-or-no question with its opening and the rest of the answer, without capital."""
    clause = fact.form.clause
    lead = f"{mine(clause.lead)}, " if clause and clause.lead else ""
    rest = f", {lowered(spoken(fact.reading.rest, persona.style))}" if fact.reading.rest else ""
    return f"{lead}{what}{rest}"


def opening(fact: Fact, persona: Persona, rng: Random, *, asked: bool = False) -> Said | None:
    """The fact as the patient's own first words, `asked` what brings him or not; None where nobody would begin with it."""
    reading = fact.reading
    if reading.kind == "yes" and fact.mood == "hard":
        what = content(fact, persona, True)
        if not what or reading.lead.lower() != "oui" or fact.words > 30:
            return None
        core = _stated(fact, persona, what)
    elif reading.kind == "words" and 2 <= fact.words <= 40 and not fact.scale and _begins(fact):
        core = lowered(spoken(reading.rest, persona.style))
        if _NO_REASON.match(fold(core)):
            return None
    else:
        return None
    told = re.match(r"(?:j'|je |ça |c'est |il |elle |on |mon |ma |mes )", core)
    frames = load("phrases")["patient_begins"]["asked" if asked else "tell" if told else "bring"]
    return _whole(fact.id, str(rng.choice(frames)), core)


_TELLING = re.compile(r"(?:Je (?!sais)|J'(?!y|en)|Mon |Ma |Mes |Ça )")


_NO_REASON = re.compile(
    r"(?:je (?:ne |n')?(?:sais|saurais|vois)|j'sais|sais pas|jsp|aucun|rien|quelques|\d|pas |non\b|oui\b|en general)"
)
"""What answers nobody who asks what brings you: not knowing, a duration, a bare no."""


def _begins(fact: Fact) -> bool:
    """What brings the patient, or a burden told in a whole sentence."""
    return fact.topic in {"motif", "etat_general"} or (fact.mood == "hard" and bool(_TELLING.match(fact.reading.rest)))


def _whole(identity: str, before: str, core: str) -> Said:
    text = before.replace("{x}", core) if before else upper(core)
    text += "" if text.endswith(("!", "?", "...")) else "."
    return Said(identity, text, 0, len(text))
