"""The work of one shard: questionnaires written and checked, another wording where the checks object, else dropped.

Importable and picklable, so that any engine can run it. Knows no folder.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from colloque.core import Dialogue, Drop, Finding, Questionnaire, seed_for
from colloque.llm.steering import steering_of
from colloque.write.dialogue import write_dialogue

__all__ = ["Shard", "Written", "faults", "seed_of", "write_shard"]


class Shard(NamedTuple):
    """Questionnaires to write: the number of the part, how many dialogues each, how many attempts, the run's seed."""

    number: int
    questionnaires: tuple[Questionnaire, ...]
    per: int
    attempts: int
    seed: int


class Written(NamedTuple):
    """What a shard became. `again` counts second and third writings by the finding that asked for them."""

    number: int
    read: int
    dialogues: tuple[Dialogue, ...]
    drops: tuple[Drop, ...]
    again: dict[str, int]
    warnings: dict[str, int]


def seed_of(questionnaire: Questionnaire, copy: int, attempt: int, seed: int) -> int:
    """The seed of one writing: the run's own for the first, so that `write_dialogue(q, seed)` gives the same."""
    if copy == 0 and attempt == 0:
        return seed
    return seed_for(questionnaire.id, f"writing-{copy}-{attempt}", seed) >> 32


def faults(findings: Iterable[Finding]) -> list[Finding]:
    """The findings that a kept dialogue may not have."""
    return [finding for finding in findings if finding.severity != "warning"]


def write_shard(shard: Shard) -> Written:
    """Write and check every questionnaire of a shard, in order."""
    dialogues: list[Dialogue] = []
    drops: list[Drop] = []
    again: Counter[str] = Counter()
    warnings: Counter[str] = Counter()
    for questionnaire in shard.questionnaires:
        if not questionnaire.told:
            drops.append(_drop(questionnaire, "no_answers", "no answer that could be said"))
            continue
        made = list(_copies(questionnaire, shard, again, warnings))
        kept = [item for item in made if isinstance(item, Dialogue)]
        dialogues.extend(kept)
        if not kept:
            drops.append(next(item for item in made if isinstance(item, Drop)))
    return Written(
        shard.number,
        len(shard.questionnaires),
        tuple(dialogues),
        tuple(drops),
        dict(sorted(again.items())),
        dict(sorted(warnings.items())),
    )


def _copies(
    questionnaire: Questionnaire, shard: Shard, again: Counter[str], warnings: Counter[str]
) -> Iterator[Dialogue | Drop]:
    from colloque.checks import check_dialogue

    for copy in range(shard.per):
        wrong: list[Finding] = []
        for attempt in range(shard.attempts):
            dialogue = write_dialogue(questionnaire, seed_of(questionnaire, copy, attempt, shard.seed))
            findings = check_dialogue(questionnaire, dialogue)
            wrong = faults(findings) or _repeated(dialogue)
            if not wrong:
                warnings.update(finding.code for finding in findings)
                yield dialogue
                break
            again.update({finding.code for finding in wrong})
        else:
            first = wrong[0]
            yield _drop(questionnaire, first.code, f"{first.message} « {first.quote} »")


def _repeated(dialogue: Dialogue) -> list[Finding]:
    """Words spoken to a model that a patient wrote stay the patient's: a clinician who echoes them would teach them."""
    spoken = (
        (number, steering_of(turn.text)) for number, turn in enumerate(dialogue.turns) if turn.role == "clinician"
    )
    return [
        Finding(code="format_leak", severity="error", turn=number, quote=quote, message="no clinician says this")
        for number, quote in spoken
        if quote
    ]


def _drop(questionnaire: Questionnaire, reason: str, detail: str) -> Drop:
    return Drop(
        id=questionnaire.id, stage="write", reason=reason, detail=detail, source=questionnaire.source,
        record=questionnaire.model_dump_json(),
    )  # fmt: skip
