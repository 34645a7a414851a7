"""How long do 100,000 dialogues take, in how much memory, and how varied are they? The whole way, on all cores.

    python bench/dialogues.py --until 100000 [--respondents 40000] [--workspace DIR]
    python bench/dialogues.py --until 100000 --data ../shared/data/nhanes_dpq/DPQ_J.XPT --data ../shared/corpus/dialogues.jsonl
    python bench/dialogues.py --diversity 3000            the writer's variety alone, beside the corpus

Cohort (or ingest) → write → augment until so many are kept → dataset; the checks and the removal of near duplicates are
part of it. Prints seconds by stage, dialogues a second, the highest memory of all processes together, shares by domain,
and the diversity beside the corpus' and SIMSAMU's. `--near N` compares N dialogues with one another exactly.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from colloque.augment import AugmentConfig, DatasetConfig, run_augment, run_dataset
from colloque.augment.diversity import REFERENCES, diversity
from colloque.core import Dialogue, Questionnaire, Split, uniform
from colloque.ingest.cohort import cohort
from colloque.store import Context, Rows, read_records, write_records
from colloque.write import WriteConfig, run_write, write_dialogue

CORPUS = Path(__file__).parents[1] / "../shared/corpus/dialogues.jsonl"
SPLITS: tuple[Split, ...] = ("train", "preference", "validation", "test")


class Memory(threading.Thread):
    """The highest sum of the proportional set sizes of this process and its children, sampled twice a second (Linux)."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.highest, self.done = 0, threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.5):
            self.highest = max(self.highest, sum(map(_pss, _family(os.getpid()))))


def _family(process: int) -> list[int]:
    found = [process]
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            found += _family(int(child))
    return found


def _pss(process: int) -> int:
    """Bytes: pages shared with others count in part, so that a sum over processes is what the machine has given."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # ended meanwhile
        return 0
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def corpus(path: Path) -> tuple[list[Questionnaire], list[Dialogue]]:
    """The records of a labelled corpus, and its faithful dialogues."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    rows = [row for row in rows if row["faithful"]]
    forms = [
        Questionnaire.model_validate({**row["record"], "id": row["id"], "domain": row["domain"]}) for row in rows
    ]  # fmt: skip
    return forms, [Dialogue.model_validate({"turns": row["dialogue"]}) for row in rows]


def questionnaires(args: argparse.Namespace) -> Iterator[Questionnaire]:
    """The cohort's, or those of the files and folders named by --data (repeated until nothing is left)."""
    if not args.data:
        yield from cohort(args.respondents, seed=args.seed)
        return
    from colloque import read_questionnaires

    for path in map(Path, args.data):
        yield from corpus(path)[0] if path.name == "dialogues.jsonl" else read_questionnaires(path)


def chain(args: argparse.Namespace, folder: Path) -> None:
    times: dict[str, float] = {}
    memory = Memory()
    memory.start()
    source = folder / "questionnaires.parquet"
    begun = mark = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal mark
        times[name], mark = time.perf_counter() - mark, time.perf_counter()

    write_records(source, questionnaires(args), Questionnaire)
    lap("questionnaires")
    workers = args.workers or os.cpu_count() or 1
    context = Context(
        folder=folder / "write", inputs={"questionnaires": source}, seed=args.seed, workers=workers
    )  # fmt: skip
    written = run_write(context, WriteConfig())
    lap("write")
    inputs = {"questionnaires": source, "dialogues": folder / "write" / "dialogues"}
    context = Context(folder=folder / "augment", inputs=inputs, seed=args.seed, workers=workers)
    made = run_augment(context, AugmentConfig(until=args.until, splits=SPLITS))
    lap("augment")
    inputs = {"dialogues": folder / "augment" / "dialogues"}
    run_dataset(Context(folder=folder / "dataset", inputs=inputs), DatasetConfig())
    lap("dataset")
    memory.done.set()
    total = time.perf_counter() - begun
    count = made.figures["dialogues"]
    print(f"{count:,} dialogues kept in {total:.0f} s ({count / total:.0f} a second, {workers} processes): ", end="")
    print(", ".join(f"{name} {seconds:.0f} s" for name, seconds in times.items()))
    print(f"highest memory, all processes: {memory.highest / 1e9:.2f} GB")
    print(
        f"write: read {written.read:,}, dropped {written.dropped}, written again for {written.figures['written_again_for']}"
    )
    print(f"augment: made {made.made:,}, dropped {made.dropped}, not made {made.figures['reformulations_not_made']}")
    by_domain(folder)
    shown(list(sample(folder / "augment" / "dialogues", 3_000)))
    if args.near:
        near(list(sample(folder / "augment" / "dialogues", args.near)))


def by_domain(folder: Path) -> None:
    domain = dict(Rows(folder / "questionnaires.parquet").columns("id", "domain"))
    counts = Counter(domain[key] or "?" for (key,) in Rows(folder / "augment" / "dialogues").columns("questionnaire"))
    total = sum(counts.values())
    shares = ", ".join(f"{name} {100 * n / total:.1f} %" for name, n in counts.most_common(4))
    print(f"domains: {len(counts)}; largest: {shares}")


def sample(path: Path, size: int) -> Iterator[Dialogue]:
    """About `size` dialogues, drawn by their ids."""
    share = size / max(1, len(Rows(path)))
    return (d for d in read_records(path, Dialogue) if uniform(d.id, "sample", 0) < share)


def near(dialogues: list[Dialogue]) -> None:
    """The highest exact Jaccard similarity of word 5-grams among the dialogues, by an inverted index."""
    grams = [_grams(dialogue) for dialogue in dialogues]
    holders: dict[int, list[int]] = {}
    for place, found in enumerate(grams):
        for gram in found:
            holders.setdefault(gram, []).append(place)
    highest, above = 0.0, 0
    for place, found in enumerate(grams):
        shared: Counter[int] = Counter(
            other for gram in found if len(holders[gram]) <= 2_000 for other in holders[gram] if other > place
        )
        for other, count in shared.items():
            if count * 4 < len(found):
                continue
            alike = len(found & grams[other]) / len(found | grams[other])
            highest, above = max(highest, alike), above + (alike >= 0.8)
    print(f"near duplicates among {len(dialogues):,}: {above} pairs at 0.8 or more; highest similarity {highest:.2f}")


def _grams(dialogue: Dialogue) -> set[int]:
    words = "\n".join(turn.text.lower() for turn in dialogue.turns).split()
    return {hash(tuple(words[i : i + 5])) for i in range(max(1, len(words) - 4))}


def shown(dialogues: list[Dialogue]) -> None:
    """The figures of diversity, the corpus' beside them."""
    made = diversity(dialogues)
    hand: dict[str, Any] = diversity(corpus(CORPUS)[1]) if CORPUS.exists() else {}
    print(f"\n{'':28s}{'made':>10s}{'corpus':>10s}{'SIMSAMU':>10s}")
    for name, value in made.items():
        if isinstance(value, dict):
            continue
        others = [hand.get(name, ""), REFERENCES["simsamu"].get(name, "")]
        print(f"{name:28s}{value:10}" + "".join(f"{other!s:>10s}" for other in others))
    for name in ("openings", "acknowledgements", "long_acknowledgements"):
        print(f"commonest {name}: " + phrases(made[name]))
        print("   of the corpus: " + phrases(hand.get(name, {})))


def phrases(counts: dict[str, float]) -> str:
    return ", ".join(f"« {phrase} » {100 * share:.1f} %" for phrase, share in islice(counts.items(), 6))


def written(count: int, seed: int) -> Iterable[Dialogue]:
    return (write_dialogue(form, seed) for form in cohort(count, seed=seed))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--until", type=int, default=100_000)
    parser.add_argument("--respondents", type=int, default=40_000)
    parser.add_argument("--data", action="append", help="a file or folder that ingest reads, or the corpus")
    parser.add_argument("--near", type=int, default=0)
    parser.add_argument("--diversity", type=int, default=0)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--seed", type=int, default=17)
    parser.add_argument("--workspace", type=Path)
    args = parser.parse_args()
    if args.diversity:
        shown(list(written(args.diversity, args.seed)))
    elif args.workspace:
        chain(args, args.workspace)
    else:
        with tempfile.TemporaryDirectory() as folder:
            chain(args, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
