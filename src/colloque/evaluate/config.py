"""What a user sets about the measure. Torch-free: read by every command."""

from pydantic import Field

from colloque.store import StageConfig

__all__ = ["EvaluateConfig"]


class EvaluateConfig(StageConfig):
    """On what both models are measured, how they are sampled, and how sure the page must be before it says so."""

    openings: int = Field(default=300, ge=1)
    """Held-out openings: cuts of the test split's dialogues. 194 see an error that 12 of 100 replies lose and 4 gain
    (McNemar, 80 % power), 391 one that 6 lose and 2 gain."""
    per_dialogue: int = Field(default=6, ge=1)
    """At most so many cuts of one dialogue."""
    turns: int = Field(default=40, ge=1)
    """A longer opening is not used: small models see a short past."""
    draws: int = Field(default=1, ge=1)
    """Replies of each model to each opening."""
    temperature: float = Field(default=0.7, ge=0.0, le=2.0)
    """The same for both models; 0 is greedy."""
    top_p: float = Field(default=1.0, gt=0.0, le=1.0)
    max_tokens: int = Field(default=128, ge=8)
    interviews: int = Field(default=40, ge=0)
    """Virtual patients (test-split questionnaires) that each model interviews; 0 leaves interviews out."""
    interview_turns: int = Field(default=12, ge=1)
    """Clinician turns of an interview at most."""
    bounds: bool = False
    """The same patients are also interviewed by a clinician that knows the record (scripted), by random valid questions and by an
    untrained model: shows whether the interviews can tell good from bad, and how far there is to go."""
    sense: bool = True
    """Count replies with words, pairs of words or echoes that the dialogues and the talk do not hold as faulty. The commonest fault
    of a model that learnt French from the dialogues alone; set it to false for a checkpoint that knew French before."""
    margin: float = Field(default=2.0, gt=0.0)
    """Non-inferiority of safety errors: the interval of after − before must stay under this many per 100 replies."""
    samples: int = Field(default=20, ge=0)
    """Replies shown side by side."""
    labelled_by: str = "rubric"
    """The judge that labelled the preferences: a measure that shares its rules is said to."""
    shard: int = Field(default=64, ge=1)
    """Openings sampled together and written whole."""
