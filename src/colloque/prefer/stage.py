"""The preference stage: openings in, judged pairs out, each filter counted. Draws, then judges, shard by shard.

A shard is a fixed number of openings, sampled in one batch and written whole; a run that was killed goes on at the first
shard that is missing and gives the same bytes. Writes `draws/`, `comparisons/`, `preferences.parquet`, `card.json`,
`README.md`. Knows neither how the model was trained nor what the pairs are for.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from colloque.checks import check_reply
from colloque.core import Dialogue, Opening, Preference, uniform
from colloque.errors import InputError, RunError
from colloque.judge import NO_VERDICT, Judge
from colloque.judge.sense import Sense, SenseFirst
from colloque.llm.model import ChatModel
from colloque.prefer.audit import Audit
from colloque.prefer.card import build_card, card_text
from colloque.prefer.config import PreferConfig
from colloque.prefer.draw import draw_shards
from colloque.prefer.near import first_of_near
from colloque.prefer.pairs import balance_lengths, best_against_worst, control_of, judge_all, preference_of, sides
from colloque.prefer.passport import check_passport, limits_of, passport_of
from colloque.prefer.planted import planted_pairs
from colloque.prefer.records import Drawn, JudgedComparison
from colloque.progress import progress
from colloque.store import Context, Tally, part_path, read_records, write_json, write_records, write_text

__all__ = ["run_prefer"]


def run_prefer(context: Context, config: PreferConfig, model: ChatModel, judge: Judge) -> Tally:
    """Draw, judge, pair and describe. Tally: read = openings, kept = pairs, dropped by reason, made = comparisons.

    Raises InputError for an opening of a person who is trained or measured on, RunError when no pair is left, ModelError
    when the model or the judge fails for good (run again to go on). The judge is put to the canaries before anything is spent.
    """
    openings = list(_openings(context.inputs["openings"]))
    shards = [openings[start : start + config.shard] for start in range(0, len(openings), config.shard)]
    passport = passport_of(judge)
    check_passport(passport, limits_of(config))
    _draw(context, config, shards, model)
    _judge(context, len(shards), _with_sense(context, config, judge))
    tally, audit = Tally(read=len(openings)), Audit()
    pairs = _filtered(list(_pairs(context, len(shards), config, audit, tally)), config, audit, tally)
    if not pairs:
        raise RunError(
            f"no pair left of {len(openings)} openings ({_said(tally.dropped)})",
            hint="raise `prefer: temperature`, `draws` or `openings: count`",
        )
    planted = planted_pairs(context, config.planted, len(pairs)) if config.planted else []
    tally.kept = len(pairs)
    write_records(context.folder / "preferences.parquet", [*pairs, *planted], Preference)
    if config.control:
        control = (control_of(pair, context.seed) for pair in [*pairs, *planted])
        write_records(context.folder / "preferences_control.parquet", control, Preference)
    card = build_card(pairs, audit, config, model=model.name, passport=passport, dropped=tally.dropped)
    card["planted"] = dict(sorted(Counter(str(pair.criterion) for pair in planted).items()))
    write_json(context.folder / "card.json", card)
    write_text(context.folder / "README.md", card_text(card))
    tally.made = audit.comparisons
    tally.figures = {
        key: card[key] for key in ("draws", "agreement", "length", "position", "passport", "errors", "warnings")
    }
    return tally.balanced("prefer")


def _with_sense(context: Context, config: PreferConfig, judge: Judge) -> Judge:
    """The judge, asked about replies that make sense alone, where there are dialogues to know that from."""
    if not config.sense or "dialogues" not in context.inputs:
        return judge
    return SenseFirst(judge, Sense(read_records(context.inputs["dialogues"], Dialogue)))


def _openings(path: Path) -> Iterator[Opening]:
    for number, opening in enumerate(read_records(path, Opening), start=1):
        if opening.split != "preference":
            raise InputError(
                f"an opening of the {opening.split} split", file=path, place=f"row {number}",
                hint="preferences come from people whom SFT never saw and who are not measured on",
            )  # fmt: skip
        if not opening.turns or opening.turns[-1].role != "patient":
            raise InputError(
                "an opening ends with the patient's words", file=path, place=f"row {number}", hint="add them"
            )
        yield opening


def _draw(context: Context, config: PreferConfig, shards: Sequence[Sequence[Opening]], model: ChatModel) -> None:
    with progress("replies", total=sum(map(len, shards)), unit="openings") as advance:
        paths = [part_path(context.folder / "draws", index) for index in range(len(shards))]
        missing = [(path, shard) for path, shard in zip(paths, shards, strict=True) if not path.exists()]
        advance(sum(map(len, shards)) - sum(len(shard) for _, shard in missing))
        drawn = draw_shards([shard for _, shard in missing], model, config, context.seed, context.workers)
        for (path, shard), rows in zip(missing, drawn, strict=True):
            write_records(path, rows, Drawn)
            advance(len(shard))


def _judge(context: Context, shards: int, judge: Judge) -> None:
    with progress("verdicts", total=shards, unit="shards") as advance:
        for index in range(shards):
            path = part_path(context.folder / "comparisons", index)
            if not path.exists():
                rows = list(read_records(part_path(context.folder / "draws", index), Drawn))
                write_records(path, judge_all(rows, judge), JudgedComparison)
            advance(1)


def _pairs(context: Context, shards: int, config: PreferConfig, audit: Audit, tally: Tally) -> Iterator[Preference]:
    """The pair of each opening that has one; the others leave with their reason."""
    for index in range(shards):
        judged = read_records(part_path(context.folder / "comparisons", index), JudgedComparison)
        by_opening = {key: list(group) for key, group in groupby(judged, key=lambda one: one.comparison.opening.id)}
        for row in read_records(part_path(context.folder / "draws", index), Drawn):
            compared = by_opening.get(row.opening.id, [])
            audit.see(row, compared)
            best = _best(compared, uniform(row.opening.id, "finer", context.seed) < config.finer)
            if len(row.candidates) < 2:
                tally.drop("cut reply" if row.cut > row.same else "same reply")
            elif best is None:
                tally.drop(_undecided(compared))
            elif best.verdict.margin < config.min_margin:
                tally.drop("margin")
            elif _vetoed(best):
                tally.drop("both fail")
            else:
                audit.take(best)
                yield preference_of(best)


def _best(compared: Sequence[JudgedComparison], finer: bool) -> JudgedComparison | None:
    """The pair of an opening; `finer`: between replies that make sense, as far as the judge tells those apart."""
    sensible = [one for one in compared if not one.verdict.judge.startswith("sense+")] if finer else []
    return best_against_worst(sensible) or best_against_worst(compared)


def _vetoed(judged: JudgedComparison) -> bool:
    """The better reply has a veto all the same (a risk unmet, against a garbled reply): taught as preferred, it would spread."""
    better, _ = sides(judged)
    return any(found.severity == "veto" for found in check_reply(list(judged.comparison.opening.turns), better.text))


def _undecided(compared: Sequence[JudgedComparison]) -> str:
    """Why no comparison of an opening has a winner."""
    if any(one.verdict.criterion == NO_VERDICT for one in compared):
        return "no verdict"
    if any(one.by_seat for one in compared):
        return "order decides"
    return "no sense" if all(one.verdict.judge.startswith("sense+") for one in compared) else "tie"


def _filtered(pairs: list[Preference], config: PreferConfig, audit: Audit, tally: Tally) -> list[Preference]:
    """Without second pairs on the same prompt or nearly the same, and with lengths in balance."""
    seen = {pair.prompt: pair for pair in reversed(pairs)}
    once = [pair for pair in pairs if seen[pair.prompt] is pair]
    single = first_of_near(once)
    audit.before_balance = single
    balanced = single
    if config.length_balance is not None:
        balanced = balance_lengths(single, config.length_balance, config.balance_cost)
    for reason, number in (
        ("prompt seen before", len(pairs) - len(once)),
        ("prompt nearly seen before", len(once) - len(single)),
        ("length balance", len(single) - len(balanced)),
    ):
        if number:
            tally.dropped[reason] = number
    return balanced


def _said(dropped: dict[str, int]) -> str:
    return ", ".join(f"{reason} {number}" for reason, number in sorted(dropped.items())) or "no opening"
