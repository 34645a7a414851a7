"""The rows that the evaluation keeps: one reply with its findings, one interview with what it brought to light."""

from colloque.core import Candidate, Finding, Opening, Record, Turn

__all__ = ["Interview", "Measured"]


class Measured(Record):
    """One reply of one model to one held-out opening, with the findings of the checks on it."""

    opening: Opening
    reply: Candidate
    findings: tuple[Finding, ...] = ()

    @property
    def unit(self) -> tuple[str, int]:
        """What the same moment is called for every model: the opening and the draw."""
        return self.opening.id, self.reply.draw


class Interview(Record):
    """A model's talk with a virtual patient. `elicited[n]` answers of the record were known after n + 1 clinician turns."""

    id: str
    model: str
    questionnaire: str
    respondent: str
    answers: int
    turns: tuple[Turn, ...] = ()
    elicited: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()
    ended: str = "limit"
    """farewell, silence (two turns without a question), or limit."""
