"""Cuts: the start of a dialogue, up to a patient's words, that a tuned clinician must continue. Pure; no draw, no I/O.

Both the preference set and the held-out measure cut dialogues; they may not see each other, and cut alike here.
"""

from collections.abc import Iterator

from colloque.core.ids import content_id
from colloque.core.preference import Opening
from colloque.core.records import Dialogue, Turn

__all__ = ["cuts"]


def cuts(dialogue: Dialogue, origin: str = "cut") -> Iterator[Opening]:
    """Every opening of a dialogue: it ends with a patient turn that a clinician turn follows. The last one is of kind "last".

    What the turns state is left out: the model under test sees words alone.
    """
    spots = [i for i in range(1, len(dialogue.turns)) if _answered(dialogue.turns, i)]
    for spot in spots:
        yield Opening(
            id=content_id("o", dialogue.id, spot),
            turns=tuple(Turn(role=turn.role, text=turn.text) for turn in dialogue.turns[:spot]),
            respondent=dialogue.respondent,
            split=dialogue.split,
            origin=origin,
            kind="last" if spot == spots[-1] else "",
            dialogue=dialogue.id,
            questionnaire=dialogue.questionnaire or None,
        )


def _answered(turns: tuple[Turn, ...], spot: int) -> bool:
    return turns[spot].role == "clinician" and turns[spot - 1].role == "patient"
