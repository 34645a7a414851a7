"""The proof on the demonstration's budget: SFT → DPO → round 2 and the random-label control, whole chains with other seeds.

    python bench/proof.py run --out DIR [--seeds 17 18 19] [--openings 600] [--interviews 100] [--threads 2]
    python bench/proof.py table --out DIR                  (figures of each seed, and of all, with paired intervals)
    python bench/proof.py bounds --out DIR                 (interviews beside a scripted, a random and an untrained clinician)
    python bench/proof.py pairs --out DIR --to FOLDER      (replies side by side for blind readers, and the key apart)
    python bench/proof.py readers --to FOLDER              (what the readers chose: sign test, interval)

Every seed has a cohort, dialogues, SFT, openings, pairs and DPO of its own; nothing is shared. A killed run goes on.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from colloque.config import parse_config
from colloque.core import digest, uniform
from colloque.evaluate import EvaluateConfig
from colloque.evaluate.bounds import bounding, order
from colloque.evaluate.compare import cluster_of, pair_up
from colloque.evaluate.interviews import MEASURES
from colloque.evaluate.plain import TRAITS, plain_faults
from colloque.evaluate.records import Interview, Measured
from colloque.evaluate.sample import interview_all, people
from colloque.evaluate.statistics import by_cluster, cluster_bootstrap, mcnemar_exact, wilson
from colloque.llm import LocalModel
from colloque.patient import VirtualPatient
from colloque.pipeline import run
from colloque.store import Context, read_records

DEMO = Path(__file__).parents[1] / "examples/demo.yaml"
SEEDS = (17, 18, 19)
_SHOWN = 6
"""Turns of context that a reader sees."""

Totals = dict[str, tuple[float, float]]


def chain(seed: int, out: Path, options: argparse.Namespace) -> None:
    """The demonstration with another seed, two rounds and a control."""
    data = yaml.safe_load(DEMO.read_text("utf-8"))
    data["seed"] = seed
    data["workers"] = options.threads
    data["sft"]["threads"] = options.threads
    data["dpo"] = {**data.get("dpo", {}), "rounds": 2, "control": True, "threads": options.threads}
    data["evaluate"] = {"openings": options.openings, "interviews": options.interviews}
    for line in run(parse_config(data, file=DEMO), out / f"seed-{seed}").lines:
        print(f"seed {seed}: {line}")


def models(workspace: Path) -> dict[str, str]:
    """What each model is → its name in this workspace's evaluation (the kept round is called `dpo` there)."""
    results = json.loads((workspace / "evaluate/results.json").read_text("utf-8"))
    names = {"sft": "sft", "control": "control"}
    rounds = len(results["rounds"]) - 1
    for number in range(1, rounds + 1):
        names[f"dpo {number}"] = f"dpo-{number}" if f"dpo-{number}" in results["models"] else "dpo"
    return {what: name for what, name in names.items() if name in results["models"]}


def workspaces(out: Path) -> Iterator[Path]:
    """The finished seeds."""
    for folder in sorted(out.glob("seed-*")):
        if (folder / "evaluate/results.json").exists():
            yield folder


def _independent(row: Measured) -> float:
    return float(not set(plain_faults(row.opening.turns, row.reply.text)) <= set(TRAITS))


REPLIES: Mapping[str, Callable[[Measured], float]] = {
    "faulty (rules that labelled)": lambda row: 100.0 * row.faulty,
    "faulty (apart)": lambda row: 100.0 * _independent(row),
    "asks nothing": lambda row: 100.0 * ("?" not in row.reply.text),
    "words": lambda row: float(len(row.reply.text.split())),
}
TALKS = {"elicited": 100.0, "elicited by turn 8": 100.0, "composite": 100.0, "findings per 100": 1.0}


def read(workspace: Path, name: str) -> tuple[list[Measured], list[Interview]]:
    """One model's replies and interviews in one seed."""
    folder = workspace / "evaluate"
    talks = folder / "interviews" / name
    return [*read_records(folder / "replies" / name, Measured)], [
        *(read_records(talks, Interview) if talks.is_dir() else ())
    ]


def units(workspace: Path, first: str, second: str) -> Iterator[tuple[str, str, float, float]]:
    """(measure, cluster, before, after) of every reply and every interview of two models in one seed."""
    (before, talked), (after, later) = read(workspace, first), read(workspace, second)
    for a, b in pair_up(before, after):
        for name, measure in REPLIES.items():
            yield name, f"{workspace.name}/{cluster_of(a)}", measure(a), measure(b)
    found = {one.questionnaire: one for one in later}
    for talk in talked:
        for name, scale in TALKS.items():
            other = found[talk.questionnaire]
            yield (
                name,
                f"{workspace.name}/{talk.respondent}",
                scale * MEASURES[name](talk),
                scale * MEASURES[name](other),
            )


def told(rows: Sequence[tuple[str, str, float, float]]) -> Iterator[str]:
    """A line for each measure: before → after, the difference and the ratio with their intervals."""
    for name in (*REPLIES, *TALKS):
        mine = [(who, a, b) for measure, who, a, b in rows if measure == name]
        if not mine:
            continue
        gap = cluster_bootstrap(by_cluster([(who, b - a) for who, a, b in mine]))
        sums: Totals = {}
        for who, a, b in mine:
            old = sums.get(who, (0.0, 0.0))
            sums[who] = (old[0] + b, old[1] + a)
        ratio = cluster_bootstrap(sums)
        before, after = (sum(values) / len(mine) for values in ([a for _, a, _ in mine], [b for _, _, b in mine]))
        yield (
            f"  {name:<30}{before:7.1f} → {after:5.1f}   {gap.value:+6.1f} ({gap.low:+.1f} to {gap.high:+.1f})   "
            f"× {ratio.value:.2f} ({ratio.low:.2f} to {ratio.high:.2f})   n = {len(mine)}"
        )


def table(out: Path) -> None:
    """SFT against each other model, by seed and pooled; then the control against the first round."""
    found = [(place, models(place)) for place in workspaces(out)]
    for first, second in (("sft", "dpo 1"), ("sft", "dpo 2"), ("sft", "control"), ("control", "dpo 1"), ("dpo 1", "dpo 2")):  # fmt: skip
        pooled: list[tuple[str, str, float, float]] = []
        for place, names in found:
            if first in names and second in names:
                rows = list(units(place, names[first], names[second]))
                pooled += rows
                print(f"{first} → {second}, {place.name}", *told(rows), sep="\n")
        if pooled and len(found) > 1:
            print(f"{first} → {second}, all seeds together", *told(pooled), sep="\n")


def bounds(out: Path, number: int) -> None:
    """Seed by seed: every measure of an interview for each clinician, and which measures tell which neighbours apart."""
    every: dict[str, list[Interview]] = {}
    for place in workspaces(out):
        seed = int(place.name.removeprefix("seed-"))
        inputs = {"questionnaires": place / "ingest/questionnaires"}
        context = Context(folder=out / "bounds" / place.name, inputs=inputs, seed=seed)
        config = EvaluateConfig(interviews=number)
        forms = people(inputs["questionnaires"], config, seed)
        results = json.loads((place / "evaluate/results.json").read_text("utf-8"))
        tuned = {"sft": LocalModel(place / "sft/model"), "dpo": LocalModel(_kept(place, results))}
        talks = {name: interview_all(context, config, forms, name, m, VirtualPatient) for name, m in tuned.items()}
        talks |= bounding(context, config, forms, tuned, VirtualPatient)
        shown(place.name, order(talks, ["sft", "dpo"], seed))
        for name, rows in talks.items():
            every.setdefault(name, []).extend(rows)
    shown("all seeds together", order(every, ["sft", "dpo"]))


def shown(title: str, found: Mapping[str, Any]) -> None:
    """The order as lines: means of each clinician, and what does not tell neighbours apart."""
    print(title)
    for measure in MEASURES:
        row = "  ".join(f"{name} {_span(found['means'][name][measure])}" for name in found["order"])
        print(f"  {measure:<22}{row}")
    for step in found["steps"]:
        gaps = step["gaps"]
        told = {
            "apart": [name for name, gap in gaps.items() if gap["apart"]],
            "turned round": [name for name, gap in gaps.items() if gap["reversed"]],
        }
        words = "; ".join(f"{what}: {', '.join(names) or 'none'}" for what, names in told.items())
        print(f"  {step['higher']} over {step['lower']} — {words}")


def _span(mean: Mapping[str, float]) -> str:
    return f"{mean['value']:.3f} ({mean['low']:.3f}–{mean['high']:.3f})"


def _kept(place: Path, results: Mapping[str, Any]) -> Path:
    """The folder of the round that this workspace kept."""
    last = len(results["rounds"]) - 1
    number = last if results["rounds"][-1]["improved"] else max(1, last - 1)
    return place / ("dpo" if number == 1 else f"dpo-{number}") / "model"


def pairs(out: Path, to: Path, number: int) -> None:
    """Write `pairs.jsonl` (id, context, a, b) and `key.json` (id → which side is DPO, and from where)."""
    rows: list[tuple[float, dict[str, Any], dict[str, Any]]] = []
    for place in workspaces(out):
        before, _ = read(place, "sft")
        after, _ = read(place, "dpo")
        for a, b in pair_up(before, after):
            if a.reply.text == b.reply.text:
                continue
            name = f"x{digest(place.name, a.opening.id, 'reader', size=4)}"
            swap = uniform(name, "reader's seat") < 0.5
            context = [{"role": turn.role, "text": turn.text} for turn in a.opening.turns[-_SHOWN:]]
            one, two = (b, a) if swap else (a, b)
            shown = {"id": name, "context": context, "a": one.reply.text, "b": two.reply.text}
            key = {"dpo": "a" if swap else "b", "seed": place.name, "opening": a.opening.id}
            rows.append((uniform(name, "reader"), shown, key))
    rows.sort(key=lambda row: (row[0], row[1]["id"]))
    to.mkdir(parents=True, exist_ok=True)
    chosen = rows[:number]
    lines = (json.dumps(shown, ensure_ascii=False) + "\n" for _, shown, _ in chosen)
    (to / "pairs.jsonl").write_text("".join(lines), encoding="utf-8")
    (to / "key.json").write_text(json.dumps({s["id"]: k for _, s, k in chosen}, indent=1), encoding="utf-8")
    print(f"{to / 'pairs.jsonl'}: {len(chosen)} of {len(rows)} pairs of different replies")


def readers(to: Path) -> None:
    """For each reader and for the majority: pairs won by DPO, by SFT, ties; exact sign test; Wilson's interval."""
    key = json.loads((to / "key.json").read_text("utf-8"))
    votes: dict[str, list[str]] = {}
    for file in sorted(to.glob("choices-*.jsonl")):
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines() if line.strip()]
        sides = {row["id"]: _side(row["choice"], key[row["id"]]["dpo"]) for row in rows if row["id"] in key}
        for name, side in sides.items():
            votes.setdefault(name, []).append(side)
        _verdict(file.stem, sides.values())
    _verdict("majority", [_majority(cast) for cast in votes.values()])
    agreed = sum(len(set(cast)) == 1 for cast in votes.values() if len(cast) > 1)
    print(f"all readers of one mind on {agreed} of {sum(len(cast) > 1 for cast in votes.values())} pairs")


def _side(choice: str, dpo: str) -> str:
    return "tie" if choice not in ("a", "b") else "dpo" if choice == dpo else "sft"


def _majority(cast: Sequence[str]) -> str:
    gap = cast.count("dpo") - cast.count("sft")
    return "dpo" if gap > 0 else "sft" if gap < 0 else "tie"


def _verdict(name: str, sides: Iterable[str]) -> None:
    cast = list(sides)
    won, lost = cast.count("dpo"), cast.count("sft")
    share = wilson(won, won + lost)
    print(
        f"{name}: DPO {won}, SFT {lost}, tie {cast.count('tie')}; of those decided {100 * share.value:.0f} % for DPO "
        f"({100 * share.low:.0f} to {100 * share.high:.0f}), sign test p = {mcnemar_exact(won, lost):.3f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("run", "table", "bounds", "pairs", "readers"))
    parser.add_argument("--out", type=Path, default=Path("workspace/proof"))
    parser.add_argument("--to", type=Path, default=Path("workspace/proof/readers"))
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    parser.add_argument("--openings", type=int, default=600)
    parser.add_argument("--interviews", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--number", type=int, default=60, help="pairs for readers")
    options = parser.parse_args()
    if options.what == "run":
        for seed in options.seeds:
            chain(seed, options.out, options)
    elif options.what == "table":
        table(options.out)
    elif options.what == "bounds":
        bounds(options.out, options.interviews)
    elif options.what == "pairs":
        pairs(options.out, options.to, options.number)
    else:
        readers(options.to)


if __name__ == "__main__":
    main()
