"""Settings of the write stage. Loads nothing heavy."""

from pydantic import Field

from colloque.store import StageConfig

__all__ = ["WriteConfig"]


class WriteConfig(StageConfig):
    """How dialogues are written from questionnaires."""

    per: int = Field(default=1, ge=1, le=1000)
    """Dialogues for each questionnaire; each has its own plan, persona and words."""
    attempts: int = Field(default=3, ge=1, le=10)
    """Writings of one dialogue, the first included, before it is dropped for what the checks still find."""
    identical: int | None = Field(default=100, ge=1)
    """Questionnaires with exactly the same questions and answers that are written; the others are dropped as
    `identical_record`. Large surveys hold thousands of forms that are all « jamais ». null: no limit."""
    shard: int = Field(default=500, ge=1)
    """Questionnaires in one part: what is lost and done again when a run is killed."""
