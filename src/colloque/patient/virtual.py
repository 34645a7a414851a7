"""The virtual patient: answers any clinician from one filled questionnaire, in persona, and never from anywhere else.

What is not in the record is said not to be known; a question put twice is noticed; to risk questions that the record
does not hold there is one answer, which is no fact (law 8, kept in one place: `colloque.speech.DEFERRAL`). Same
questionnaire, seed and context: same turn. Knows no model and no check.
"""

from collections.abc import Sequence
from random import Random

from colloque.core import Persona, Questionnaire, Turn, rng_for
from colloque.patient.hearing import Heard, brought, told_in, understand
from colloque.patient.record import Record
from colloque.patient.words import listening
from colloque.speech import DEFERRAL, Fact, Said, chunks, draw_persona, facts_of, patient_turn, volunteer
from colloque.speech.bank import load
from colloque.speech.persons import lower

__all__ = ["VirtualPatient"]


class VirtualPatient:
    """One patient made of one questionnaire; `seed` draws how they talk.

    `answer(context)` gives the next patient turn, with `states` for the answers it conveys. `context` is the talk so
    far and ends with the clinician; empty, the patient opens the talk.
    """

    def __init__(self, questionnaire: Questionnaire, seed: int = 0) -> None:
        self.questionnaire = questionnaire
        self.seed = seed
        self.persona: Persona = draw_persona(questionnaire, seed)
        self.record = Record(facts_of(questionnaire, self.persona.gender or "m"))

    def hears(self, context: Sequence[Turn]) -> Heard:
        """How the last clinician turn is understood; the context ends with it."""
        return understand(self.record, context)

    def answer(self, context: list[Turn]) -> Turn:
        """The patient's next turn."""
        rng = rng_for(self.questionnaire.id, f"patient-{len(context)}", self.seed)
        if not context:
            return self._open(rng)
        if context[-1].role == "patient":
            return self._say("no_more", rng)
        told = told_in(self.record, context[:-1])
        heard = self.hears(context)
        if heard.kind == "risk":
            return self._risk(heard, told, rng)
        if heard.kind == "asked" and heard.told:
            return self._again(heard.facts[0], told, rng)
        if heard.facts:
            return self._tell(heard, told, rng)
        if heard.kind in ("opener", "more"):
            rest = self._rest(told, rng)
            return rest or self._say("no_more" if len(told) < len(self.record.facts) else "told_all", rng)
        kinds = {"offer": "agree", "farewell": "bye", "statement": "heard", "unclear": "misheard"}
        return self._say(kinds.get(heard.kind, "unknown"), rng)

    def _open(self, rng: Random) -> Turn:
        """First words, before any question: the reason for coming, or an admission that it is hard to begin."""
        bank = load("phrases")["patient_begins"]
        fact = brought(self.record)
        if fact:
            said = volunteer(fact, self.persona, rng) or self._stated(fact)[0]
            return patient_turn([said], str(rng.choice(bank["hello"])))
        careful = self.persona.style == "careful"
        return Turn(role="patient", text=self._agreed(str(rng.choice(bank["alone_careful" if careful else "alone"]))))

    def _tell(self, heard: Heard, told: Sequence[str], rng: Random) -> Turn:
        """Answers given for the first time; a long one takes several turns; a talkative person adds what leans on it."""
        said = [self._stated(fact) for fact in heard.facts]
        pieces = [parts[0] for parts in said]
        if len(pieces) == 1 and len(said[0]) == 1:
            also = self._also(heard.facts[0], told, rng)
            pieces += [also] if also else []
        return patient_turn(pieces)

    def _stated(self, fact: Fact) -> list[Said]:
        """The answer in this person's words: always the same ones, whenever it is asked."""
        return chunks(fact, self.persona, rng_for(self.questionnaire.id, f"said-{fact.id}", self.seed))

    def _also(self, fact: Fact, told: Sequence[str], rng: Random) -> Said | None:
        ids = [one.id for one in self.record.facts]
        following = self.record.facts[ids.index(fact.id) + 1 :][:1]
        if not following or not following[0].leans or following[0].id in told:
            return None
        if rng.random() > 0.1 + 0.2 * self.persona.talkative:
            return None
        return volunteer(following[0], self.persona, rng)

    def _rest(self, told: Sequence[str], rng: Random) -> Turn | None:
        """The part of a long answer that is still to be told."""
        last = next((fact for fact in self.record.facts if told and fact.id == told[-1]), None)
        if last is None:
            return None
        parts = self._stated(last)
        done = sum(answer == last.id for answer in told)
        return patient_turn([parts[done]]) if done < len(parts) else None

    def _again(self, fact: Fact, told: Sequence[str], rng: Random) -> Turn:
        """A question put twice: said again, and said to have been said."""
        parts = self._stated(fact)
        done = sum(answer == fact.id for answer in told)
        if done < len(parts):
            return patient_turn([parts[done]])
        piece = parts[0]
        words = lower(piece.text[piece.start : piece.end])
        careful = self.persona.style == "careful"
        frame = self._pick("repeated_again" if done > 1 else "repeated_careful" if careful else "repeated", rng)
        before = frame.removesuffix("{x}")
        return patient_turn([Said(fact.id, f"{before}{words}", len(before), len(before) + len(words))])

    def _risk(self, heard: Heard, told: Sequence[str], rng: Random) -> Turn:
        if not heard.facts:
            return Turn(role="patient", text=DEFERRAL())
        return self._again(heard.facts[0], told, rng) if heard.told else self._tell(heard, told, rng)

    def _say(self, kind: str, rng: Random) -> Turn:
        return Turn(role="patient", text=self._pick(kind, rng))

    def _pick(self, kind: str, rng: Random) -> str:
        bank = listening("answers")
        careful = f"{kind}_careful"
        options = bank[careful if self.persona.style == "careful" and careful in bank else kind]
        return self._agreed(str(rng.choice(options)))

    def _agreed(self, text: str) -> str:
        return text.replace("{e}", "e" if self.persona.gender == "f" else "")
