"""The rows that the evaluation keeps: one reply with its findings, one interview with what it brought to light."""

from colloque.core import Candidate, Finding, Opening, Record, Turn

__all__ = ["Interview", "Measured"]


class Measured(Record):
    """One reply of one model to one held-out opening, with the findings of the checks on it."""

    opening: Opening
    reply: Candidate
    findings: tuple[Finding, ...] = ()
    nonsense: tuple[str, ...] = ()
    """What makes no sense in it (`judge.sense`), where that is measured."""

    @property
    def codes(self) -> frozenset[str]:
        """All that is wrong with it, by name, warnings included."""
        return frozenset([*(finding.code for finding in self.findings), *self.nonsense])

    @property
    def faulty(self) -> bool:
        """It has an error, a veto or no sense."""
        return bool(self.nonsense) or any(finding.severity != "warning" for finding in self.findings)

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
