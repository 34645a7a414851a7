"""The nouns of the way of the data: Questionnaire, Answer, Dialogue, Turn, Drop. Frozen; no I/O.

Field names are those of the public record format: `model_dump()` of any of these is one row of a file.
"""

from typing import Any, Literal, Self

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator, model_validator

from colloque.core.ids import content_id

__all__ = [
    "Answer",
    "AnswerState",
    "Dialogue",
    "Drop",
    "Questionnaire",
    "Record",
    "Role",
    "Source",
    "Split",
    "Stated",
    "Turn",
]

Role = Literal["clinician", "patient"]
Split = Literal["train", "preference", "validation", "test"]
AnswerState = Literal["answered", "not_shown", "skipped", "refused", "unknown", "not_applicable"]


class Record(BaseModel):
    """A frozen row. Unknown keys of a file are ignored: teams add columns of their own."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class Source(Record):
    """Where a record was read: the file's name and the place in it ("row 12")."""

    file: str = ""
    place: str = ""


class Answer(Record):
    """A question as put, and what the patient gave. Only `answered` ones may become words in a dialogue."""

    id: str
    question: str
    answer: str = ""
    code: str | None = None
    state: AnswerState = "answered"

    @field_validator("id", "question", "answer", mode="before")
    @classmethod
    def _text(cls, value: Any) -> Any:
        return "" if value is None else str(value) if isinstance(value, int | float) else value

    @property
    def told(self) -> bool:
        """The patient really gave this answer: it is stated, and has words."""
        return self.state == "answered" and bool(self.answer.strip())


class Questionnaire(Record):
    """One form as one patient filled it in. Without an id, one is made of its content."""

    id: str = ""
    respondent: str = ""
    split: Split = "train"
    instrument: str | None = None
    language: str = "fr"
    authored: str | None = None
    domain: str | None = None
    virtual: bool = False
    score: int | None = None
    """Total of a known instrument, computed from its items; null when items are missing."""
    severity: str | None = None
    source: Source = Source()
    answers: tuple[Answer, ...] = ()

    @model_validator(mode="after")
    def _identify(self) -> Self:
        # A frozen record is completed once, while it is built.
        if not self.id:
            answers = [answer.model_dump() for answer in self.answers]
            object.__setattr__(self, "id", content_id("q", self.respondent, answers))
        if not self.respondent:
            object.__setattr__(self, "respondent", content_id("r", self.id))
        return self

    @property
    def told(self) -> tuple[Answer, ...]:
        """The answers that the patient really gave: what a dialogue must convey, no more and no less."""
        return tuple(answer for answer in self.answers if answer.told)


class Stated(Record):
    """Words of a turn that state an answer: characters [start, end) of its text; null when only the turn is known."""

    answer: str
    start: int | None = None
    end: int | None = None


class Turn(Record):
    """One speaker's contribution. Reads `content` for `text`, as chat formats write it."""

    role: Role
    text: str = Field(validation_alias=AliasChoices("text", "content"))
    states: tuple[Stated, ...] = ()


class Dialogue(Record):
    """The conversation made from one questionnaire. `parent` is the dialogue that this one reformulates."""

    id: str = ""
    questionnaire: str = ""
    respondent: str = ""
    split: Split = "train"
    language: str = "fr"
    writer: str = "unknown"
    seed: int = 0
    parent: str | None = None
    virtual: bool = False
    turns: tuple[Turn, ...] = ()

    @model_validator(mode="after")
    def _identify(self) -> Self:
        if not self.id:
            turns = [(turn.role, turn.text) for turn in self.turns]
            object.__setattr__(self, "id", content_id("d", self.questionnaire, turns))
        return self

    def text(self) -> str:
        """The whole talk, a line a turn, for readers and for comparing wordings."""
        return "\n".join(f"{turn.role}: {turn.text}" for turn in self.turns)


class Drop(Record):
    """A record that leaves the way, kept in its own file with its reason and the stage that let it go."""

    id: str
    stage: str
    reason: str
    detail: str = ""
    source: Source = Source()
    record: str = ""
    """The record itself as JSON, so that nothing that was read is lost."""
