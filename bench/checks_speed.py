"""Measures how fast the checks are, on one core, cold: every text is read for the first time.

    python bench/checks_speed.py [--embedded N] [--json FILE]

Three sets of distinct dialogues: the labelled corpus beside the repository (one dialogue a questionnaire), the second
hand of `tests/checks/data`, and N of the embedded writer. Each figure comes from a process of its own that has checked
one other dialogue before: processor time, so that other work on the machine does not count; what the first dialogue costs
is the start-up. `fidelity` and `conduct` are measured alone, `all` is `check_dialogue`. Figures are per 12 turns.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from colloque.checks import check_conduct, check_dialogue, check_fidelity
from colloque.core import Answer, Dialogue, Finding, Questionnaire, Turn

ROOT = Path(__file__).parents[1]
SETS = {"corpus": ROOT / "../shared/corpus/dialogues.jsonl", "second": ROOT / "tests/checks/data/second_hand.jsonl"}
CHECKS: dict[str, Callable[[Questionnaire, Dialogue], list[Finding]]] = {
    "fidelity": check_fidelity,
    "conduct": lambda questionnaire, dialogue: check_conduct(dialogue, questionnaire),
    "all": check_dialogue,
}
ANOTHER = (
    Questionnaire(answers=(Answer(id="1", question="Dormez-vous bien ?", answer="Non, je dors mal depuis 3 mois"),)),
    Dialogue(
        turns=(
            Turn(role="clinician", text="Comment sont vos nuits ?"),
            Turn(role="patient", text="Je dors mal depuis trois mois."),
        )
    ),
)


def distinct(path: Path) -> list[tuple[Questionnaire, Dialogue]]:
    """The first dialogue of each questionnaire of a labelled file: the others are the same but for a sentence."""
    pairs: dict[str, tuple[Questionnaire, Dialogue]] = {}
    for line in path.read_text("utf-8").splitlines():
        data = json.loads(line)
        questionnaire = Questionnaire(answers=tuple(Answer(**a) for a in data["record"]["answers"]))
        turns = tuple(Turn(role=t["role"], text=t["content"]) for t in data["dialogue"])
        pairs.setdefault(data["pair"], (questionnaire, Dialogue(id=data["id"], turns=turns)))
    return list(pairs.values())


def written(n: int) -> list[tuple[Questionnaire, Dialogue]]:
    """Dialogues of the embedded writer, each of another virtual respondent."""
    from colloque.ingest.cohort import cohort
    from colloque.write.dialogue import write_dialogue

    return [(questionnaire, write_dialogue(questionnaire, seed=5)) for questionnaire in cohort(n, seed=23)]


def timed(path: Path, which: str) -> dict[str, float]:
    """In this process: processor seconds of one check over a file of pairs, and what they hold."""
    rows = [
        (Questionnaire.model_validate(q), Dialogue.model_validate(d)) for q, d in json.loads(path.read_text("utf-8"))
    ]
    check = CHECKS[which]
    check(*ANOTHER)
    began = time.process_time()
    for questionnaire, dialogue in rows:
        check(questionnaire, dialogue)
    seconds = time.process_time() - began
    turns = sum(len(d.turns) for _, d in rows)
    words = sum(len(t.text.split()) for _, d in rows for t in d.turns)
    return {"dialogues": len(rows), "turns": turns, "words": words, "seconds": seconds}


def start_up() -> float:
    """Processor seconds from a fresh interpreter to the first dialogue checked, the bare interpreter's own taken off."""
    code = "import sys; sys.path.insert(0, 'bench'); from checks_speed import ANOTHER, check_dialogue; check_dialogue(*ANOTHER)"
    spent = []
    for program in (code, "pass"):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return spent[0] - spent[1]


def measure(embedded: int) -> dict[str, Any]:
    """Dialogues of 12 turns per second of one core, by set and check; start-up in seconds."""
    sets = {name: distinct(path) for name, path in SETS.items() if path.exists()}
    if embedded:
        sets["embedded"] = written(embedded)
    figures: dict[str, Any] = {"start_up": start_up(), "sets": {}}
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in sets.items():
            path = Path(folder) / f"{name}.json"
            path.write_text(json.dumps([(q.model_dump(mode="json"), d.model_dump(mode="json")) for q, d in rows]))
            figures["sets"][name] = {which: _apart(path, which) for which in CHECKS}
    return figures


def _apart(path: Path, which: str) -> dict[str, float]:
    command = [sys.executable, str(Path(__file__).resolve()), "--timed", str(path), which]
    done: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {**done, "rate": done["turns"] / 12 / done["seconds"]}


def told(figures: dict[str, Any]) -> str:
    """The figures as the page of the checks gives them."""
    parts = []
    for name, one in figures["sets"].items():
        whole = one["all"]
        n = whole["dialogues"]
        parts.append(
            f"{name} ({n:.0f} distinct dialogues of {whole['turns'] / n:.0f} turns and {whole['words'] / n:.0f} words): fidelity {one['fidelity']['rate']:.0f}, "
            f"conduct {one['conduct']['rate']:.0f}, both {whole['rate']:.0f}"
        )
    return (
        "Speed, cold, in dialogues of 12 turns per second of one core's processor time: "
        + "; ".join(parts)
        + f". Start-up to the first dialogue checked: {figures['start_up']:.2f} s."
    )


def speed(embedded: int = 400) -> str:
    """Measure, and say it in a paragraph."""
    return told(measure(embedded))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--embedded", type=int, default=400, metavar="N")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--timed", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.timed:
        print(json.dumps(timed(Path(options.timed[0]), options.timed[1])))
        return
    figures = measure(options.embedded)
    print(told(figures))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), "utf-8")


if __name__ == "__main__":
    main()
