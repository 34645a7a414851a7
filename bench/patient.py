"""The virtual patient measured: each clinician turn of the faithful corpus dialogues, put to the patient of its record.

    python bench/patient.py [--data ../shared/corpus/dialogues.jsonl] [--list]

right: the answer given is one that the corpus patient gave there; wrong: another answer; not understood: none. Also
questions of other records, which must not be answered, the writer's own questions, and answers per second.
"""

import argparse
import json
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

from colloque.core import Answer, Questionnaire, Stated, Turn
from colloque.french import concepts_of
from colloque.patient import VirtualPatient

HAND = Path(__file__).parents[1] / "tests/patient/data"
UNUSUAL = Path(__file__).parents[1] / "tests/patient/unusual_questions.toml"
_CORPUS = Path(__file__).parents[1] / "../shared/corpus/dialogues.jsonl"


def faithful(path: Path) -> list[dict[str, Any]]:
    """The faithful dialogues of a labelled corpus."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    return [row for row in rows if row["faithful"]]


def turns_of(row: dict[str, Any]) -> list[Turn]:
    """Its turns, with the grounding as states."""
    return [
        Turn(role=t["role"], text=t["content"], states=tuple(Stated(answer=a) for a in ids if t["role"] == "patient"))
        for t, ids in zip(row["dialogue"], row["grounding"], strict=True)
    ]


def measure(rows: list[dict[str, Any]], show: bool) -> Counter[str]:
    """Counts of right, wrong and not understood over the turns that the corpus patient answers from the record."""
    counts: Counter[str] = Counter()
    for row in rows:
        form = Questionnaire.model_validate({"id": row["id"], **row["record"]})
        patient, turns = VirtualPatient(form), turns_of(row)
        questions = {answer.id: answer.question for answer in form.answers}
        for spot, turn in enumerate(turns[:-1]):
            expected = [state.answer for state in turns[spot + 1].states]
            if turn.role != "clinician" or turns[spot + 1].role != "patient" or not expected:
                continue
            given = [state.answer for state in patient.answer(turns[: spot + 1]).states]
            outcome = "not understood" if not given else "right" if given[0] in expected else "wrong"
            counts[outcome] += 1
            if show and outcome != "right":
                heard = patient.hears(turns[: spot + 1])
                wanted, got = [questions[a] for a in expected], [questions[a] for a in given]
                print(f"{outcome} ({heard.kind}): {turn.text[-110:]}\n    {wanted} ← {got}")
    return counts


def foreign(rows: list[dict[str, Any]]) -> Counter[str]:
    """Questions of other records about concepts that this one does not hold: answered (bad) or said unknown (good)."""
    counts: Counter[str] = Counter()
    for spot, row in enumerate(rows):
        form = Questionnaire.model_validate({"id": row["id"], **row["record"]})
        held = {c for a in form.answers for c in (*concepts_of(a.question), *concepts_of(a.answer))}
        patient = VirtualPatient(form)
        for answer in rows[(spot + 7) % len(rows)]["record"]["answers"]:
            topics = concepts_of(answer["question"])
            if not topics or held & set(topics) or "?" not in answer["question"]:
                continue
            turns = [Turn(role="clinician", text=f"D'accord. {answer['question']}")]
            if patient.hears(turns).kind != "opener":
                counts["answered" if patient.answer(turns).states else "unknown"] += 1
    return counts


def unusual(path: Path, show: bool) -> Counter[str]:
    """Questions in words that no form uses: right, wrong, not understood. Something was said before, so that none is an opening."""
    before = [
        Turn(role="clinician", text="Vous avez des allergies ?"),
        Turn(role="patient", text="Ça, je saurais pas dire."),
    ]
    counts: Counter[str] = Counter()
    for name, data in tomllib.loads(path.read_text("utf-8")).items():
        answers = tuple(Answer(id=key, question=q, answer=a) for key, (q, a) in data["record"].items())
        patient = VirtualPatient(Questionnaire(id=f"q-{name}", answers=answers))
        for expected, questions in data["asked"].items():
            for question in questions:
                turn = patient.answer([*before, Turn(role="clinician", text=f"D'accord. {question}")])
                given = [state.answer for state in turn.states]
                outcome = "not understood" if not given else "right" if given[0] == expected else "wrong"
                counts[outcome] += 1
                if show and outcome != "right":
                    print(f"{outcome}: {question} → {expected}, not {given}")
    return counts


def by_another_hand(path: Path, rows: dict[str, dict[str, Any]], show: bool) -> Counter[str]:
    """Questions of a file of `record`, `question`, `answer` (null: not held), put as a later question of the talk."""
    before = [
        Turn(role="clinician", text="Vous avez des allergies ?"),
        Turn(role="patient", text="Ça, je saurais pas dire."),
    ]
    counts: Counter[str] = Counter()
    for line in path.read_text("utf-8").splitlines():
        asked = json.loads(line)
        row, wanted = rows[asked["record"]], asked["answer"]
        patient = VirtualPatient(Questionnaire.model_validate({"id": row["id"], **row["record"]}))
        turn = patient.answer([*before, Turn(role="clinician", text=f"D'accord. {asked['question']}")])
        given = [state.answer for state in turn.states]
        if wanted is None:
            counts["answered off record" if given else "unknown off record"] += 1
        else:
            outcome = "not understood" if not given else "right" if given[0] == wanted else "wrong"
            counts[outcome] += 1
        if show and (given[0] if given else None) != wanted:
            print(f"{asked['question']} → {wanted}, not {given}")
    return counts


def left_out(rows: list[dict[str, Any]]) -> Counter[str]:
    """Each question of a record put to the same record without its answer: neighbours of one domain must not answer it."""
    before = [
        Turn(role="clinician", text="Vous avez des allergies ?"),
        Turn(role="patient", text="Ça, je saurais pas dire."),
    ]
    counts: Counter[str] = Counter()
    for row in rows:
        form = Questionnaire.model_validate({"id": row["id"], **row["record"]})
        for answer in form.told:
            if "?" not in answer.question or len(answer.question.split()) < 3:
                continue
            rest = tuple(other for other in form.answers if other.id != answer.id)
            patient = VirtualPatient(form.model_copy(update={"answers": rest}))
            turns = [*before, Turn(role="clinician", text=f"D'accord. {answer.question}")]
            if patient.hears(turns).kind not in ("opener", "more"):
                counts["answered" if patient.answer(turns).states else "unknown"] += 1
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, default=_CORPUS)
    parser.add_argument(
        "--hand", type=Path, nargs="*", default=[HAND / "unusual_dev.jsonl"], help="questions by another hand"
    )
    parser.add_argument("--list", action="store_true", help="print every turn that was not rightly answered")
    options = parser.parse_args()
    rows = faithful(options.data)
    begin = time.process_time()
    counts = measure(rows, options.list)
    seconds, total = time.process_time() - begin, sum(counts.values())
    print(f"clinician turns put to the patient: {total}, {total / seconds:.0f} a second of CPU")
    for outcome in ("right", "wrong", "not understood"):
        print(f"  {outcome}: {counts[outcome]} ({100 * counts[outcome] / total:.1f} %)")
    odd = unusual(UNUSUAL, options.list)
    print(f"questions in unusual words: {odd['right']} of {odd.total()} right, {odd['wrong']} wrong")
    other = foreign(rows)
    print(
        f"questions about what the record does not hold: {other['unknown']} said unknown, {other['answered']} answered"
    )
    gone = left_out(rows)
    share = 100 * gone["answered"] / gone.total()
    print(
        f"questions whose own answer was taken out of the record: {gone['answered']} of {gone.total()} answered ({share:.0f} %)"
    )
    every = {row["id"]: row for row in map(json.loads, filter(str.strip, options.data.read_text("utf-8").splitlines()))}
    for path in options.hand:
        found = by_another_hand(path, every, options.list)
        total = found["right"] + found["wrong"] + found["not understood"]
        off = found["answered off record"] + found["unknown off record"]
        print(
            f"{path.name}, by another hand: {found['right']} of {total} right, {found['wrong']} wrong, {found['not understood']} not understood; "
            f"not in the record: {found['answered off record']} of {off} answered"
        )


if __name__ == "__main__":
    main()
