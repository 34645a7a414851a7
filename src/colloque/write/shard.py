"""The work of one shard: questionnaires written and checked, another wording where the checks object, else dropped.

Importable and picklable, so that any engine can run it. Reads its own slice of the questionnaires and gives the dialogues
back packed; writes nothing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from colloque.core import Dialogue, Drop, Finding, Questionnaire, seed_for
from colloque.store import Slice, pack, read_slices
from colloque.write.dialogue import write_dialogue
from colloque.write.steered import repeated

__all__ = [
    "Shard",
    "Written",
    "dropped",
    "faults",
    "packed",
    "questionnaires_of",
    "seed_of",
    "write_all",
    "write_shard",
]


class Shard(NamedTuple):
    """Questionnaires to write: the number of the part, where they are, those of them (by place) that are one too many
    of their kind, dialogues for each, attempts for each, the run's seed."""

    number: int
    slices: tuple[Slice, ...]
    surplus: frozenset[int]
    per: int
    attempts: int
    seed: int


class Written(NamedTuple):
    """What a shard became. `again` counts second and third writings by the finding that asked for them."""

    number: int
    read: int
    rows: bytes
    dialogues: int
    turns: int
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


def questionnaires_of(shard: Shard) -> tuple[list[Questionnaire], list[Drop]]:
    """The questionnaires of a shard that can be written, and the drops of the others."""
    return _sorted(read_slices(shard.slices, Questionnaire), shard.surplus)


def _sorted(
    questionnaires: Iterable[Questionnaire], surplus: frozenset[int] = frozenset()
) -> tuple[list[Questionnaire], list[Drop]]:
    todo: list[Questionnaire] = []
    drops: list[Drop] = []
    for place, questionnaire in enumerate(questionnaires):
        if not questionnaire.told:
            drops.append(dropped(questionnaire, "no_answers", "no answer that could be said"))
        elif place in surplus:
            drops.append(
                dropped(questionnaire, "identical_record", "as many with the same answers are written already")
            )
        else:
            todo.append(questionnaire)
    return todo, drops


def write_shard(shard: Shard) -> Written:
    """Write and check every questionnaire of a shard, in order."""
    again: Counter[str] = Counter()
    warnings: Counter[str] = Counter()
    todo, drops = questionnaires_of(shard)
    made = [list(_kept_or_dropped(questionnaire, shard, again, warnings)) for questionnaire in todo]
    dialogues = [item for family in made for item in family if isinstance(item, Dialogue)]
    drops += [item for family in made for item in family if isinstance(item, Drop)]
    return packed(shard, dialogues, drops, (again, warnings))


def write_all(questionnaires: Iterable[Questionnaire], seed: int = 0, per: int = 1) -> Iterator[Dialogue | Drop]:
    """Checked dialogues of questionnaires and the drops of the others, in this process and without files."""
    todo, drops = _sorted(questionnaires)
    shard = Shard(0, (), frozenset(), per, 3, seed)
    for questionnaire in todo:
        yield from _kept_or_dropped(questionnaire, shard, Counter(), Counter())
    yield from drops


def _kept_or_dropped(
    questionnaire: Questionnaire, shard: Shard, again: Counter[str], warnings: Counter[str]
) -> Iterator[Dialogue | Drop]:
    """The dialogues of one questionnaire; its first drop where none was kept."""
    made = list(_copies(questionnaire, shard, again, warnings))
    kept = [item for item in made if isinstance(item, Dialogue)]
    yield from kept or made[:1]


def packed(
    shard: Shard, dialogues: Sequence[Dialogue], drops: Iterable[Drop], counts: tuple[Counter[str], Counter[str]]
) -> Written:
    """What a shard became, ready to be sent and written; `counts` are of second writings and of warnings."""
    again, warnings = (dict(sorted(count.items())) for count in counts)
    read, turns = sum(part.rows for part in shard.slices), sum(len(d.turns) for d in dialogues)
    return Written(
        shard.number, read, pack(dialogues, Dialogue), len(dialogues), turns, tuple(drops), again, warnings
    )  # fmt: skip


def _copies(
    questionnaire: Questionnaire, shard: Shard, again: Counter[str], warnings: Counter[str]
) -> Iterator[Dialogue | Drop]:
    from colloque.checks import check_dialogue

    for copy in range(shard.per):
        wrong: list[Finding] = []
        for attempt in range(shard.attempts):
            dialogue = write_dialogue(questionnaire, seed_of(questionnaire, copy, attempt, shard.seed))
            findings = check_dialogue(questionnaire, dialogue)
            wrong = faults(findings) or repeated(dialogue)
            if not wrong:
                warnings.update(finding.code for finding in findings)
                yield dialogue
                break
            again.update({finding.code for finding in wrong})
        else:
            first = wrong[0]
            yield dropped(questionnaire, first.code, f"{first.message} « {first.quote} »")


def dropped(questionnaire: Questionnaire, reason: str, detail: str) -> Drop:
    """A questionnaire that leaves, whole."""
    return Drop(
        id=questionnaire.id, stage="write", reason=reason, detail=detail, source=questionnaire.source,
        record=questionnaire.model_dump_json(),
    )  # fmt: skip
