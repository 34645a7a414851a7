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
    shard: int = Field(default=500, ge=1)
    """Questionnaires in one part: what is lost and done again when a run is killed."""
