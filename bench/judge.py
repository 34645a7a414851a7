"""How good are the checks of conduct and the rubric judge, on the labelled corpus and on planted defects?

    python bench/judge.py [../shared/corpus] [--planted 200] [--judgements FILE …]

Prints shares with Wilson 95 % intervals, never a single figure without its count. The corpus is the development set.
Rules were written on its odd items; of its even items only counts were seen until a last step, in which the misses of the
even dialogues (not of the even judgements) were read. Just before that step the even dialogues gave 10 of 12 defects found
and 2 of 30 faithful ones flagged: that, and the dialogues of `tests/checks/data/second_hand.jsonl`, which nobody read
while writing rules (33 of 40 found, 3 of 20 flagged), say more of what is to come than the figures below.
"""

import argparse
import json
import math
import statistics
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from colloque.checks import check_conduct, check_reply
from colloque.checks.mutate_conduct import plant_conduct
from colloque.core import CONDUCT, Candidate, Comparison, Dialogue, Opening, Questionnaire, Turn, rng_for
from colloque.judge import RubricJudge, both_orders, parts_of


def wilson(found: int, total: int) -> str:
    """Share with its Wilson 95 % interval."""
    if not total:
        return "–"
    p, z = found / total, 1.96
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return f"{found}/{total} = {p:.0%} [{middle - half:.0%}, {middle + half:.0%}]"


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def half_of(item: dict[str, Any]) -> str:
    """odd or even, by the number in the pair's or the judgement's id."""
    return "odd" if int((item.get("pair") or item["id"]).rsplit("-", 1)[1]) % 2 else "even"


def conduct(corpus: Path) -> None:
    found: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    flagged: dict[str, list[bool]] = defaultdict(list)
    why: Counter[str] = Counter()
    for item in rows(corpus / "dialogues.jsonl"):
        questionnaire = Questionnaire.model_validate(item["record"])
        dialogue = Dialogue.model_validate({"turns": item["dialogue"]})
        grave = [f for f in check_conduct(dialogue, questionnaire) if f.severity != "warning"]
        half = half_of(item)
        for defect in item["defects"]:
            if defect["type"] in CONDUCT:
                key = (half, defect["type"])
                total[key] += 1
                found[key] += any(f.code == defect["type"] and abs((f.turn or 0) - defect["turn"]) <= 1 for f in grave)
        if item["faithful"]:
            flagged[half].append(bool(grave))
            why.update(f.code for f in grave)
    print("\nPlanted defects of conduct found (right code, turn ±1, error or veto)")
    for code in CONDUCT:
        if any(total[h, code] for h in ("odd", "even")):
            print(
                f"  {code:24s} {wilson(sum(found[h, code] for h in ('odd', 'even')), sum(total[h, code] for h in ('odd', 'even')))}"
            )
    for half in ("odd", "even"):
        hits, every = (sum(v for k, v in c.items() if k[0] == half) for c in (found, total))
        print(f"  pooled, {half:5s}            {wilson(hits, every)}")
    print(f"  pooled                   {wilson(sum(found.values()), sum(total.values()))}")
    for half, marks in sorted(flagged.items()):
        print(f"Faithful dialogues with any error of conduct, {half}: {wilson(sum(marks), len(marks))}")
    print(f"  all: {wilson(sum(map(sum, flagged.values())), sum(map(len, flagged.values())))}  {dict(why)}")


def judge(items: list[dict[str, Any]], name: str) -> None:
    comparisons = [
        Comparison(
            id=item["id"],
            opening=Opening(id=item["id"], turns=tuple(Turn.model_validate(t) for t in item["context"])),
            a=Candidate(text=item["a"]),
            b=Candidate(text=item["b"]),
        )
        for item in items
    ]
    verdicts = both_orders(RubricJudge(), comparisons)
    single = RubricJudge().compare(comparisons)
    agreed: dict[tuple[str, str], list[bool]] = defaultdict(list)
    decides: Counter[str] = Counter()
    lengths, choices = [], []
    for item, verdict in zip(items, verdicts, strict=True):
        agreed[item["margin"], half_of(item)].append(verdict.choice == item["better"])
        decides[_decider(item, verdict.choice)] += 1
        if verdict.choice != "tie":
            lengths.append(len(item["a"].split()) - len(item["b"].split()))
            choices.append(1 if verdict.choice == "a" else -1)
    print(f"\nRubric judge on {name} ({len(items)} pairs)")
    for margin in ("clear", "slight"):
        parts = {half: agreed[margin, half] for half in ("odd", "even")}
        every = [mark for marks in parts.values() for mark in marks]
        split = ", ".join(f"{half} {wilson(sum(m), len(m))}" for half, m in parts.items())
        print(f"  {margin:7s} {wilson(sum(every), len(every))}  ({split})")
    swapped = sum(v.choice != s.choice for v, s in zip(verdicts, single, strict=True))
    print(f"  decided by the order: {swapped}; ties: {sum(v.choice == 'tie' for v in verdicts)}")
    if len(set(lengths)) > 1:
        print(f"  correlation of choice with length: {statistics.correlation(lengths, choices):+.2f}")
    share = ", ".join(f"{part} {count / len(items):.0%}" for part, count in decides.most_common(16))
    print(f"  what decides: {share}")


def _decider(item: dict[str, Any], choice: str) -> str:
    """The part of the score that pulls hardest towards the winner."""
    context = tuple(Turn.model_validate(t) for t in item["context"])
    one, other = parts_of(context, item["a"]), parts_of(context, item["b"])
    sign = {"a": 1, "b": -1, "tie": 0}[choice]
    names = sorted(one.keys() | other.keys())
    return max(names, key=lambda n: sign * (one.get(n, 0) - other.get(n, 0))) if sign and names else "tie"


def planted(count: int) -> None:
    """A regression figure: the writer and the checks share lexicons. Never the headline."""
    from colloque.ingest.cohort import cohort
    from colloque.write import write_dialogue

    found: Counter[str] = Counter()
    total: Counter[str] = Counter()
    flagged = turns = 0
    spent = 0.0
    for questionnaire in cohort(count, seed=11):
        dialogue = write_dialogue(questionnaire, seed=3)
        begin = time.process_time()
        before = check_conduct(dialogue, questionnaire)
        spent += time.process_time() - begin
        turns += len(dialogue.turns)
        flagged += any(f.severity != "warning" for f in before)
        known = {(f.code, f.turn) for f in before}
        for code in CONDUCT:
            bad = plant_conduct(dialogue, code, rng_for(dialogue.id, f"bench:{code}"))
            if bad is not None:
                total[code] += 1
                found[code] += any(
                    f.code == code and (f.code, f.turn) not in known for f in check_conduct(bad, questionnaire)
                )
    print(
        f"\nEmbedded dialogues ({count}): errors on the unmutated {wilson(flagged, count)}; {count / spent:.0f} dialogues/s of {turns / count:.1f} turns, cold"
    )
    for code in CONDUCT:
        print(f"  {code:24s} {wilson(found[code], total[code])}")


def speed(corpus: Path) -> None:
    cases = []
    for item in rows(corpus / "dialogues.jsonl"):
        turns = [Turn.model_validate(t) for t in item["dialogue"]]
        cases += [(turns[:i], t.text) for i, t in enumerate(turns) if t.role == "clinician"]
    for name, tail in (("first pass", ""), ("new replies, known contexts", " Voilà.")):
        begin = time.process_time()
        for context, reply in cases:
            check_reply(context, reply + tail)
        print(f"check_reply, {name}: {len(cases) / (time.process_time() - begin):,.0f} replies/s of processor time")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", nargs="?", type=Path, default=Path(__file__).parents[1] / "../shared/corpus")
    parser.add_argument("--planted", type=int, default=0)
    parser.add_argument("--judgements", type=Path, nargs="*", help="only the rubric judge, on these files of pairs")
    arguments = parser.parse_args()
    if arguments.judgements:
        for path in arguments.judgements:
            judge(rows(path), path.name)
        return 0
    begin = time.process_time()
    check_reply([], "Bonjour.")
    print(f"start-up of the lexicons: {time.process_time() - begin:.2f} s")
    if arguments.corpus.exists():
        speed(arguments.corpus)
        conduct(arguments.corpus)
        judge(rows(arguments.corpus / "judgements.jsonl"), "judgements.jsonl")
    else:
        print(f"{arguments.corpus}: no such folder", file=sys.stderr)
    if arguments.planted:
        planted(arguments.planted)
    return 0


if __name__ == "__main__":
    sys.exit(main())
