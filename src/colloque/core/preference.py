"""The nouns of the preference set: Opening, Candidate, Comparison, Verdict, Preference. Frozen; no I/O."""

from typing import Literal

from colloque.core.records import Record, Split, Turn

__all__ = ["Candidate", "Choice", "Comparison", "Message", "Opening", "Preference", "Verdict"]

Choice = Literal["a", "b", "tie"]


class Message(Record):
    """One message as chat formats write it."""

    role: Literal["system", "user", "assistant"]
    content: str


class Opening(Record):
    """The start of a conversation that the tuned clinician must continue.

    Ends with a patient turn, or is empty: the clinician then speaks first. `origin` says where it came from
    (first_words, cut, hand, mined, user, model); `kind` what moment it is (risk, short, long, last, …).
    """

    id: str
    turns: tuple[Turn, ...] = ()
    respondent: str = ""
    split: Split = "preference"
    origin: str = "hand"
    kind: str = ""
    dialogue: str | None = None
    questionnaire: str | None = None


class Candidate(Record):
    """One reply to an opening: its text, which draw it was, how it ended, and the model that gave it (by hash)."""

    text: str
    draw: int = 0
    finish: Literal["stop", "length", "filtered"] = "stop"
    model: str = ""
    temperature: float = 0.0


class Comparison(Record):
    """Two different replies to one opening, waiting for a verdict."""

    id: str
    opening: Opening
    a: Candidate
    b: Candidate

    def swap(self) -> "Comparison":
        """The same comparison with the seats exchanged; `swap().swap()` is the comparison itself."""
        return self.model_copy(update={"a": self.b, "b": self.a})


class Verdict(Record):
    """A judge's reason, then its choice. `margin` ≥ 0 is how clear it is, in the judge's own unit."""

    reason: str = ""
    choice: Choice = "tie"
    margin: float = 0.0
    criterion: str | None = None
    judge: str = "rubric"

    def swap(self) -> "Verdict":
        """The verdict as it reads when the two replies exchange seats."""
        seats: dict[Choice, Choice] = {"a": "b", "b": "a", "tie": "tie"}
        return self.model_copy(update={"choice": seats[self.choice]})


class Preference(Record):
    """A pair as TRL reads it (conversational, explicit prompt), with its provenance."""

    prompt: tuple[Message, ...]
    chosen: tuple[Message, ...]
    rejected: tuple[Message, ...]
    id: str = ""
    opening: str = ""
    respondent: str = ""
    split: Split = "preference"
    origin: str = "on-policy"
    judges: tuple[str, ...] = ()
    margin: float = 0.0
    criterion: str | None = None
