"""Openings: the starts of conversation that the tuned clinician will continue twice over. Counted by where they come from.

Hand-written first words (data), a user's own file, and dialogues of the preference split cut before a clinician turn at
every kind of moment. The empty opening is not used: a bare « Bonjour » teaches nothing. Nobody whom SFT saw may appear;
that is checked here, not believed. Knows no model.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from colloque.core import Dialogue, Opening, Turn, content_id, cuts, uniform
from colloque.errors import InputError, RunError
from colloque.judge.sense import Sense
from colloque.llm.model import ChatModel
from colloque.patient import VirtualPatient
from colloque.patient.interview import PatientFor
from colloque.prefer.config import OpeningsConfig
from colloque.prefer.mine import interviews_of, mine
from colloque.prefer.moments import KINDS, moment_of
from colloque.prefer.written import written_openings
from colloque.store import Context, Tally, read_records, write_json, write_records

__all__ = ["hand_openings", "run_openings", "user_openings"]


@cache
def hand_openings() -> tuple[Opening, ...]:
    """The hand-written first words of `data/openings.toml`, in the order of the file; `kind` as the file names it."""
    text = files("colloque.prefer").joinpath("data/openings.toml").read_text(encoding="utf-8")
    rows = [row for table in tomllib.loads(text).values() if isinstance(table, list) for row in table]
    return tuple(_first_words(row["text"], "hand", row.get("kind", "")) for row in rows)


def _first_words(text: str, origin: str, kind: str = "first") -> Opening:
    return Opening(id=content_id("o", text), turns=(Turn(role="patient", text=text),), origin=origin, kind=kind)


def user_openings(path: str | Path) -> Iterator[Opening]:
    """A user's own openings: text lines (a patient's first words; `#` begins a comment), or Opening records.

    Raises InputError with file and place for an empty file, an opening that does not end with the patient, or one that
    belongs to another split.
    """
    path, count = Path(path), 0
    if path.suffix == ".txt":
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise InputError("not UTF-8 text", file=path, hint="save it as UTF-8") from error
        found: Iterable[Opening] = (
            _first_words(line.strip(), "user") for line in lines if line.strip() and not line.startswith("#")
        )
    else:
        found = (opening.model_copy(update={"origin": "user"}) for opening in read_records(path, Opening))
    for count, opening in enumerate(found, start=1):
        if not opening.turns or opening.turns[-1].role != "patient":
            raise InputError(
                "an opening ends with the patient's words", file=path, place=f"opening {count}", hint="add them"
            )
        if opening.split != "preference":
            raise InputError(
                f"an opening of the {opening.split} split", file=path, place=f"opening {count}",
                hint="preferences come from people whom SFT never saw and who are not measured on",
            )  # fmt: skip
        yield opening
    if not count:
        raise InputError("no opening in this file", file=path, hint="one first sentence of a patient a line")


def run_openings(
    context: Context,
    config: OpeningsConfig,
    model: ChatModel | None = None,
    patient: PatientFor = VirtualPatient,
    writer: ChatModel | None = None,
) -> Tally:
    """Choose the openings and write `openings.parquet`; figures give the mix by origin and by kind of moment.

    With a model and an input "questionnaires", a share is mined where the model errs; with a `writer`, a share is written by
    it. Raises RunError when an opening's respondent is one that SFT trains on.
    """
    tally, trained, pool = Tally(), set[str](), list[Opening]()
    for dialogue in read_records(context.inputs["dialogues"], Dialogue):
        tally.read += 1
        if dialogue.split == "train":
            trained.add(dialogue.respondent)
        if dialogue.split != "preference":
            tally.drop("another split")
            continue
        tally.kept += 1
        pool.extend(_cut(dialogue, config, context.seed))
    wanted = round(config.count * config.hand)
    hand = _ranked(hand_openings(), context.seed)[:wanted] if wanted else []
    mined, errors = _mined(context, config, model, patient) if model else ([], {})
    written, refused = _written(config, writer, context.seed)
    first = [*hand, *written, *mined]
    chosen = [*first, *_spread(pool, config.count - len(first), context.seed)]
    if config.file:
        chosen = [*user_openings(config.file), *chosen]
    chosen = _distinct(chosen)
    for opening in chosen:
        if opening.respondent and opening.respondent in trained:
            raise RunError(
                f"opening {opening.id}: respondent {opening.respondent} is in the training split",
                hint="splits are by respondent: ingest the questionnaires again together",
            )
    if not chosen:
        raise RunError("no opening", hint="add questionnaires, or raise `openings: count`")
    tally.made = write_records(context.folder / "openings.parquet", chosen, Opening)
    tally.figures = {**_mix(chosen, len(pool)), "errors_mined": errors, "refused": refused}
    write_json(context.folder / "mix.json", tally.figures)
    return tally.balanced("openings")


def _mined(
    context: Context, config: OpeningsConfig, model: ChatModel, patient: PatientFor
) -> tuple[list[Opening], dict[str, int]]:
    """Openings where the model errs, and its errors by frequency. About two of three interviews give one or more."""
    wanted = round(config.count * config.mined)
    if not wanted:
        return [], {}
    sense = Sense(read_records(context.inputs["dialogues"], Dialogue)) if config.sense else None
    talks = interviews_of(context, config, model, patient, wanted)
    found, seen = mine(talks, config.per_dialogue, context.seed, sense)
    return _ranked(found, context.seed)[:wanted], dict(sorted(seen.items(), key=lambda one: (-one[1], one[0])))


def _written(config: OpeningsConfig, writer: ChatModel | None, seed: int) -> tuple[list[Opening], dict[str, int]]:
    """Openings by the writer, as many as the configuration wants; what it wrote in vain, by reason."""
    wanted = round(config.count * config.written)
    if not wanted:
        return [], {}
    if writer is None:
        raise RunError(
            "`openings: written` needs a model to write them", hint="name one under `models: author`, or set it to 0"
        )
    found, refused = written_openings(writer, wanted, seed)
    return found, dict(sorted(refused.items()))


def _cut(dialogue: Dialogue, config: OpeningsConfig, seed: int) -> list[Opening]:
    """The cuts of one dialogue, at most `per_dialogue`, with their kind of moment."""
    found = [opening for opening in cuts(dialogue) if len(opening.turns) <= config.turns]
    kept = _ranked(found, seed)[: config.per_dialogue]
    return [opening.model_copy(update={"kind": opening.kind or moment_of(opening.turns)}) for opening in kept]


def _ranked(openings: Iterable[Opening], seed: int) -> list[Opening]:
    """By a draw that belongs to each opening alone: a new dialogue reorders no others."""
    return sorted(openings, key=lambda opening: (uniform(opening.id, "opening", seed), opening.id))


def _spread(pool: Sequence[Opening], count: int, seed: int) -> list[Opening]:
    """`count` openings of the pool, every kind of moment in turn: rare ones (risk) are all taken, common ones share the rest."""
    lanes = {kind: iter(_ranked((o for o in pool if o.kind == kind), seed)) for kind in KINDS}
    chosen: list[Opening] = []
    while lanes and len(chosen) < count:
        for kind in tuple(lanes):
            opening = next(lanes[kind], None)
            if opening is None:
                del lanes[kind]
            elif len(chosen) < count:
                chosen.append(opening)
    return chosen


def _distinct(openings: Iterable[Opening]) -> list[Opening]:
    """Without a second opening of the same words: the first one stays."""
    seen: dict[tuple[tuple[str, str], ...], Opening] = {}
    for opening in openings:
        seen.setdefault(tuple((turn.role, turn.text.strip().lower()) for turn in opening.turns), opening)
    return list(seen.values())


def _mix(chosen: Sequence[Opening], pool: int) -> dict[str, object]:
    return {
        "openings": len(chosen),
        "by_origin": dict(sorted(Counter(opening.origin for opening in chosen).items())),
        "by_kind": dict(sorted(Counter(opening.kind or "first" for opening in chosen).items())),
        "respondents": len({opening.respondent for opening in chosen} - {""}),
        "cuts_in_pool": pool,
    }
