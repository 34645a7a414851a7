"""What a user sets about openings and preferences. Torch-free: read by every command."""

from pydantic import Field

from colloque.store import StageConfig

__all__ = ["NAMED_JUDGES", "OpeningsConfig", "PreferConfig"]

NAMED_JUDGES = ("rubric", "model")
"""Judges that are no folder of a reward model."""


class OpeningsConfig(StageConfig):
    """Where the starts of conversation come from, and how many of each."""

    count: int = Field(default=600, ge=1)
    """Openings in all, the user's own not counted. Sixty decided pairs teach DPO nothing: hundreds to thousands are needed
    (measured on the embedded model, `docs/notebook.md`), and about every second opening gives one."""
    hand: float = Field(default=0.2, ge=0.0, le=1.0)
    """Share of hand-written first words (data of this package), as far as there are enough of them."""
    written: float = Field(default=0.0, ge=0.0, le=1.0)
    """Share of first words written by the model of `models: author`, by topic, manner and style; what is no opening is refused and counted."""
    mined: float = Field(default=0.3, ge=0.0, le=1.0)
    """Share of openings cut from the tuned model's own interviews of virtual patients, where the checks found it at fault; only
    where the stage is given the model. What it does wrong most is what preferences can teach it most about."""
    sense: bool = True
    """Count a turn that makes no sense (see `prefer: sense`) among the faults that are mined."""
    mine_turns: int = Field(default=8, ge=1)
    """Clinician turns of such an interview at most."""
    mine_temperature: float = Field(default=0.7, ge=0.0, le=2.0)
    """Of the model's turns in such an interview: as it will be used, not as its replies are drawn."""
    per_dialogue: int = Field(default=6, ge=1)
    """At most so many cuts of one dialogue: many people rather than many moments of a few."""
    turns: int = Field(default=40, ge=1)
    """An opening longer than this many turns is not cut: small models see a short past."""
    file: str | None = None
    """A user's own openings: a text file, one first sentence of a patient a line, or Opening records (.jsonl, .parquet)."""


class PreferConfig(StageConfig):
    """How two different replies are drawn, which pair of them is kept, and what the set may not lean on."""

    draws: int = Field(default=4, ge=2, le=64)
    """Different replies wanted per opening. With more than two, the best is set against the worst."""
    extra: int = Field(default=4, ge=0)
    """Further draws where replies came out the same or nearly so, before what there is must do."""
    temperature: float = Field(default=1.0, gt=0.0, le=2.0)
    """Of the draws. Lower ones make the replies of a small model too alike to choose between."""
    top_p: float = Field(default=1.0, gt=0.0, le=1.0)
    max_tokens: int = Field(default=128, ge=8)
    """A reply cut at this length is never judged: it is counted and left out."""
    near: float = Field(default=0.9, gt=0.0, le=1.0)
    """Two replies that share at least this share of their words (Dice, with repetition) count as the same."""
    min_margin: float = Field(default=0.0, ge=0.0)
    """Verdicts that are less clear than this, in the judge's own unit, are left out."""
    length_balance: float | None = Field(default=0.55, ge=0.5, le=1.0)
    """The chosen reply may be the longer one in at most this share of the pairs, and the shorter one too: else DPO learns
    length. The least clear pairs of the heavy side leave. null keeps all."""
    balance_cost: float = Field(default=0.3, ge=0.0, le=1.0)
    """Share of the pairs that balancing may cost at most; what imbalance then remains is said in the card."""
    judges: tuple[str, ...] = ()
    """Who judges: `rubric`, `model` (that of `models: judge`) or the folder of a reward model (`colloque reward`). Several vote, and
    the majority decides. Empty: the model where one is named, else the rubric."""
    least_accuracy: float = Field(default=0.6, ge=0.0, le=1.0)
    """A judge that is right on a smaller share of the canaries (hand-written pairs beyond doubt; a tie counts half) stops the run:
    one that follows the seat or the length scores about one half. 0: no judge is stopped, by this or by the three limits below."""
    least_planted: float = Field(default=0.6, ge=0.0, le=1.0)
    """The same for good replies against themselves with one error planted in them."""
    most_flips: float = Field(default=0.4, ge=0.0, le=1.0)
    """A judge whose choice follows the seat on a larger share of the canaries stops the run."""
    most_length: float = Field(default=0.1, ge=0.0)
    """A judge from whom a reply twice as long surely gains more verdicts than this, beyond what it deserves, stops the run."""
    shard: int = Field(default=64, ge=1)
    """Openings sampled and judged together, and written whole: a killed run loses at most one shard."""
    sense: bool = True
    """Where the dialogues are an input: a reply with words or pairs of words that they do not hold, or an echo of what nobody said,
    loses to one without, before the judge is asked. The commonest fault of a model that learnt French from them alone; set it
    to false for a checkpoint that knew French before."""
    finer: float = Field(default=0.5, ge=0.0, le=1.0)
    """Share of openings whose pair is the best against the worst of the replies that make sense, where those differ: with garbled
    replies alone as the worst, a model learns to say little."""
    planted: float = Field(default=0.0, ge=0.0, le=0.3)
    """Share of pairs whose rejected side is the writer's turn with one named error planted in it; labelled `planted`. Needs the
    dialogues and questionnaires as inputs."""
    control: bool = False
    """Also write `preferences_control.parquet`: the same pairs, chosen and rejected drawn at random. DPO on it must not win."""
