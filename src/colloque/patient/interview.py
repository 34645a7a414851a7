"""Interviews: a model talks with patients who answer from a record; all talks of a call move together, turn by turn.

Measures nothing: it gives back what was said. Who checks the turns, mines them or counts what came to light is elsewhere.
"""

import re
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from colloque.core import Questionnaire, Record, Turn, messages_from, seed_for
from colloque.llm.model import ChatModel, Request, Sampling

__all__ = ["Patient", "PatientFor", "Talk", "interview"]

_FAREWELL = re.compile(r"au revoir|bonne (?:journée|soirée|continuation)|à bientôt|prenez soin de vous", re.IGNORECASE)
_SILENCE = 2
"""Clinician turns without a question after which a talk is over: nobody knows what to answer."""


class Patient(Protocol):
    """One who answers from a record: the virtual patient, or a person."""

    def answer(self, context: list[Turn]) -> Turn:
        """The patient's next turn, with what it states."""
        ...


PatientFor = Callable[[Questionnaire, int], Patient]
"""(questionnaire, seed) → its patient."""


class Talk(Record):
    """One interview as it was said, and how it ended: farewell, silence (two turns without a question), or limit."""

    questionnaire: str
    respondent: str
    turns: tuple[Turn, ...] = ()
    ended: Literal["", "farewell", "silence", "limit"] = ""


def interview(
    model: ChatModel,
    forms: Sequence[Questionnaire],
    patient_for: PatientFor,
    turns: int,
    sampling: Sampling,
) -> list[Talk]:
    """One talk with each questionnaire's patient, of at most `turns` clinician turns; the clinician begins.

    `sampling.seed` shifts all draws; each turn's own chance comes from the questionnaire and the turn's number, so that two
    models that say the same meet the same patient.
    """
    patients = [patient_for(form, sampling.seed) for form in forms]
    said: list[list[Turn]] = [[] for _ in forms]
    ended: list[Literal["", "farewell", "silence", "limit"]] = ["" for _ in forms]
    for number in range(turns):
        live = [spot for spot in range(len(forms)) if not ended[spot]]
        if not live:
            break
        requests = [_request(forms[spot].id, number, said[spot], sampling) for spot in live]
        for spot, reply in zip(live, model.complete(requests), strict=True):
            said[spot].append(Turn(role="clinician", text=reply.text.strip() or "…"))
            ended[spot] = _ending(said[spot])
            if not ended[spot]:
                said[spot].append(patients[spot].answer(list(said[spot])))
    return [
        Talk(questionnaire=form.id, respondent=form.respondent, turns=tuple(talk), ended=end or "limit")
        for form, talk, end in zip(forms, said, ended, strict=True)
    ]


def _request(form: str, number: int, turns: Sequence[Turn], sampling: Sampling) -> Request:
    name = f"{form}/turn-{number}"
    seeded = sampling.model_copy(update={"seed": seed_for(name, "interview", sampling.seed)})
    return Request(id=name, messages=messages_from(turns), sampling=seeded)


def _ending(turns: Sequence[Turn]) -> Literal["", "farewell", "silence"]:
    spoken = [turn.text for turn in turns if turn.role == "clinician"]
    if "?" not in spoken[-1] and _FAREWELL.search(spoken[-1]):
        return "farewell"
    recent = spoken[-_SILENCE:]
    return "silence" if len(recent) == _SILENCE and not any("?" in text for text in recent) else ""
