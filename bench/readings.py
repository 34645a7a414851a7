"""What fresh readers found in the embedded writer's dialogues, in a strong model's, and in replies before and after DPO.

    python bench/readings.py

Counts of `bench/readings/*.jsonl`; who read what is said in its README. Shares with Wilson 95 % intervals.
"""

import json
import sys
from collections import Counter
from pathlib import Path
from statistics import mean
from typing import Any

from colloque.evaluate.statistics import wilson

FOLDER = Path(__file__).parent / "readings"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]


def share(found: int, total: int) -> str:
    interval = wilson(found, total)
    return f"{found}/{total} = {found / total:.0%} ({interval.low:.0%} to {interval.high:.0%})"


def forms() -> None:
    print("Defective lines per 100 dialogues, questionnaires by another hand:")
    for version in ("before", "after"):
        read = [row for row in rows("forms.jsonl") if row["version"] == version]
        kinds = Counter(defect["kind"] for row in read for defect in row["defects"])
        told = ", ".join(
            f"{kind} {100 * kinds[kind] / len(read):.0f}"
            for kind in ("omitted", "altered", "invented", "ungrammatical", "odd")
        )
        print(f"  {version} ({len(read)} dialogues): {told}, all {100 * sum(kinds.values()) / len(read):.0f}")


def naturalness(name: str, key: str) -> None:
    read = rows(name)
    for writer in sorted({row["writer"] for row in read}):
        scores = [row["score"] for row in read if row["writer"] == writer]
        print(f"  {key} {writer}: {mean(scores):.2f} of 5 ({len(scores)} dialogues)")


def main() -> int:
    forms()
    print("Naturalness, blind:")
    naturalness("naturalness.jsonl", "among dialogues by hand,")
    guessed = [
        row["guess"] == ("person" if row["writer"] == "corpus" else "program") for row in rows("naturalness.jsonl")
    ]
    print(f"  guessed right: {share(sum(guessed), len(guessed))}")
    naturalness("authored.jsonl", "same questionnaires,")
    rare = rows("rare_read.jsonl")
    for name in ("grammatical", "faithful"):
        print(f"Rare questions and answers, {name}: {share(sum(row[name] for row in rare), len(rare))}")
    print(f"  both: {share(sum(row['grammatical'] and row['faithful'] for row in rare), len(rare))}")
    for reader in ("1", "2"):
        sides = Counter(
            "tie" if choice["choice"] == "tie" else "DPO" if choice["choice"] == row["dpo"] else "SFT"
            for row in rows("replies.jsonl")
            for choice in row["choices"]
            if choice["reader"] == reader
        )
        print(f"Replies, reader {reader}: {dict(sides)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
