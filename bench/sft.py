"""SFT: speed beside plain TRL, 100,000 dialogues on two cores, and how the tuned model converses beside the writer.

    python bench/sft.py speed [--dataset FOLDER] [--repeats 5] [--threads 2]   tokens per second, ours and plain TRL's, in turn
    python bench/sft.py many [--dataset FOLDER] [--minutes 5] [--size 1m]      100,000 dialogues: time of each part, memory, projection
    python bench/sft.py converse WORKSPACE [--conversations 100]               findings per 100 turns and share of turns on topic

`speed` trains the same embedded model on the same dialogues, once through, with the same batch; every run is a process of its
own, the sides take turns, medians are told. Plain TRL is `SFTTrainer` with `messages`, `assistant_only_loss=True` and its own
optimizer, as its documentation has it; `grouped` is the same with transformers' grouping by length. Evaluation and checkpoints
are off on all sides; tokens are those of the dialogues, without padding. Without `--dataset`, dialogues of a virtual cohort are
written first; for `many`, 3,000 different ones are repeated up to the number (tokens per second and memory do not see it, the
loss does: none is told).
"""

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from colloque.core import Dialogue, Questionnaire, Turn, messages_from
from colloque.store import Context, read_records

SIDES = ("ours", "trl", "grouped")
_FLOOR = 0.01
"""A topic belongs to a domain when it makes up at least this share of the questions that the writer puts there."""

_BLIND = 3
"""First turns of a clinician who begins: what the patient comes for is not said yet."""


def write_dialogues(folder: Path, distinct: int, total: int) -> Path:
    """A dataset folder: `distinct` dialogues of a virtual cohort, repeated up to `total`; 64 more for validation."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from colloque.ingest.cohort import cohort
    from colloque.write import write_dialogue

    folder.mkdir(parents=True, exist_ok=True)
    if (folder / "train.parquet").exists():
        return folder
    talks = [messages_from(write_dialogue(form).turns) for form in cohort(distinct + 64, seed=17)]
    rows = [{"messages": [m.model_dump() for m in talk]} for talk in talks]
    pq.write_table(pa.Table.from_pylist(rows[distinct:]), folder / "validation.parquet")
    table, written = pa.Table.from_pylist(rows[:distinct]), 0
    with pq.ParquetWriter(folder / "train.parquet", table.schema) as writer:
        while written < total:
            writer.write_table(table.slice(0, min(distinct, total - written)))
            written += distinct
    return folder


def one(side: str, dataset: Path, threads: int, size: str) -> dict[str, float]:
    """Train once through on one side; seconds (wall, CPU) of training alone, tokens, MB at most."""
    folder = Path(tempfile.mkdtemp())
    trainer, tokens = (_ours if side == "ours" else _plain)(dataset, folder, threads, (side, size))
    wall, cpu = time.perf_counter(), time.process_time()
    trainer.train()
    seconds = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    shutil.rmtree(folder)
    return {**seconds, "tokens": tokens, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _ours(dataset: Path, folder: Path, threads: int, what: tuple[str, str], most: int | None = None) -> tuple[Any, int]:
    from colloque.train import sft
    from colloque.train.config import SftConfig
    from colloque.train.hardware import look
    from colloque.train.layout import lay_out
    from colloque.train.prepare import prepare

    config = SftConfig.model_validate({"size": what[1], "threads": threads, "evaluations": 1, "evaluated": 1})
    hardware = look(threads, small=True)
    context = Context(folder=folder, inputs={"dataset": dataset}, seed=17)
    (folder / ".work").mkdir()
    prepared = prepare(context, config, folder / ".work")
    layout = lay_out(config, hardware, prepared.ledgers["train"].longest)
    trainer = sft._trainer(context, config, hardware, prepared, layout)
    trainer.args.eval_strategy = "no"
    return trainer, prepared.ledgers["train"].tokens


def _plain(dataset: Path, folder: Path, threads: int, what: tuple[str, str]) -> tuple[Any, int]:
    from datasets import load_dataset
    from trl import SFTConfig, SFTTrainer

    from colloque.train.base import embedded_model, embedded_tokenizer
    from colloque.train.hardware import look

    look(threads, small=True)
    data = load_dataset("parquet", data_files=str(dataset / "train.parquet"), cache_dir=str(folder), split="train")
    data = data.select_columns(["messages"])
    tokenizer = embedded_tokenizer((m["content"] for row in data for m in row["messages"]), 2048)
    grouping = {"train_sampling_strategy": "group_by_length"} if what[0] == "grouped" else {}
    arguments = SFTConfig(
        output_dir=str(folder), assistant_only_loss=True, max_length=2048, per_device_train_batch_size=4, num_train_epochs=1,
        use_cpu=True, bf16=False, gradient_checkpointing=False, learning_rate=5e-3, report_to="none", disable_tqdm=True,
        save_strategy="no", logging_steps=100, seed=17, dataloader_pin_memory=False, **grouping,
    )  # fmt: skip
    model = embedded_model(what[1], tokenizer, 17)  # type: ignore[arg-type]
    trainer = SFTTrainer(model=model, args=arguments, train_dataset=data, processing_class=tokenizer)
    return trainer, sum(map(len, trainer.train_dataset["input_ids"]))


def speed(options: argparse.Namespace) -> None:
    dataset = options.dataset or write_dialogues(
        Path(tempfile.gettempdir()) / f"bench-sft-{options.dialogues}", options.dialogues, options.dialogues
    )
    runs: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for number in range(options.repeats):
        for side in SIDES[number % len(SIDES) :] + SIDES[: number % len(SIDES)]:
            command = [sys.executable, __file__, "one", side, str(dataset), str(options.threads), options.size]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                sys.exit(done.stderr)
            runs[side].append(json.loads(done.stdout.splitlines()[-1]))
    print(
        f"{options.size}, {options.threads} threads, {int(runs['ours'][0]['tokens']):,} tokens, {options.repeats} runs a side, in turn"
    )
    base = runs["trl"]
    for side, some in runs.items():
        wall, cpu = ([one["tokens"] / one[clock] for one in some] for clock in ("wall", "cpu"))
        ratio = statistics.median(w / (b["tokens"] / b["wall"]) for w, b in zip(wall, base, strict=True))
        cpus = statistics.median(c / (b["tokens"] / b["cpu"]) for c, b in zip(cpu, base, strict=True))
        print(
            f"  {side:8} {statistics.median(wall):8,.0f} tokens/s (lowest {min(wall):,.0f}, highest {max(wall):,.0f}), "
            f"{statistics.median(cpu):8,.0f} per CPU s; beside plain TRL × {ratio:.2f} (CPU × {cpus:.2f}); {max(o['mb'] for o in some):,.0f} MB"
        )


def resident() -> float:
    """MB of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def many(options: argparse.Namespace) -> None:
    from transformers import TrainerCallback

    where = Path(tempfile.gettempdir()) / f"bench-sft-many-{options.dialogues}"
    dataset = options.dataset or write_dialogues(where, min(3000, options.dialogues), options.dialogues)
    folder = Path(tempfile.mkdtemp())
    begun, cpu = time.perf_counter(), time.process_time()
    trainer, tokens = _ours(dataset, folder, options.threads, ("ours", options.size))
    prepared, cpu = time.perf_counter() - begun, time.process_time() - cpu
    steps, memory = trainer.args.max_steps, [resident()]
    print(
        f"prepared (tokenizer, encoded, ordered) in {prepared:,.0f} s ({cpu:,.0f} CPU s): {tokens:,} tokens, {steps:,} steps; {memory[0]:,.0f} MB",
        flush=True,
    )

    class Watch(TrainerCallback):  # type: ignore[misc]
        began = worked = 0.0

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            if state.global_step == 20:  # the first steps allocate
                Watch.began, Watch.worked = time.perf_counter(), time.process_time()
            if state.global_step % 20 == 0:
                memory.append(resident())
            if Watch.began and time.perf_counter() - Watch.began > 60 * options.minutes:
                control.should_training_stop = True

    trainer.add_callback(Watch())
    trainer.train()
    seconds, done = time.perf_counter() - Watch.began, trainer.state.global_step - 20
    work = tokens / steps * done / (time.process_time() - Watch.worked)
    rate = tokens / steps * done / seconds
    shutil.rmtree(folder)
    print(
        f"{options.size}: {done:,} steps in {seconds / 60:.1f} min, {rate:,.0f} tokens/s ({work:,.0f} per CPU s); one epoch of {tokens:,} tokens takes "
        f"{tokens / rate / 3600:.1f} h; memory {memory[1] if len(memory) > 1 else memory[0]:,.0f} MB after 20 steps, {memory[-1]:,.0f} MB at the end, "
        f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB at most"
    )


def topics(turn: Turn) -> list[str]:
    """The concepts of the questions of a clinician's turn, those that the lexicon knows."""
    from colloque.french import concept_of
    from colloque.french.questions import questions_in

    return [concept for question in questions_in(turn.text) if (concept := concept_of(question))]


def of_domains(workspace: Path, forms: dict[str, Questionnaire]) -> dict[str | None, set[str]]:
    """Domain → the topics that the writer's training dialogues of that domain ask about."""
    asked: dict[str | None, Counter[str]] = defaultdict(Counter)
    for dialogue in read_records(workspace / "write/dialogues", Dialogue):
        form = forms.get(dialogue.questionnaire)
        if form and dialogue.split == "train":
            for turn in dialogue.turns:
                if turn.role == "clinician":
                    asked[form.domain].update(topics(turn))
    return {
        domain: {topic for topic, n in counts.items() if n >= _FLOOR * sum(counts.values())}
        for domain, counts in asked.items()
    }


def told(name: str, talks: Sequence[tuple[Questionnaire, Sequence[Turn]]], known: dict[str | None, set[str]]) -> str:
    """One line: findings of conduct per 100 clinician turns, share of turns on topic, interval over conversations."""
    from colloque.checks import check_conduct
    from colloque.evaluate.statistics import wilson

    turns = on = asking = grave = later_on = later = 0
    codes: Counter[str] = Counter()
    for form, talk in talks:
        found = [
            f
            for f in check_conduct(Dialogue(turns=tuple(talk)), form)
            if f.turn is None or talk[f.turn].role == "clinician"
        ]
        codes.update(f.code for f in found)
        grave += sum(f.severity != "warning" for f in found)
        spoken = [turn for turn in talk if turn.role == "clinician"]
        turns += len(spoken)
        for number, turn in enumerate(spoken):
            about = topics(turn)
            right = bool(about) and set(about) <= known.get(form.domain, set())
            asking, on = asking + bool(about), on + right
            if number >= _BLIND:
                later, later_on = later + bool(about), later_on + right
    share, after = wilson(on, asking), wilson(later_on, later)
    most = ", ".join(f"{code} {n}" for code, n in codes.most_common(5))
    return (
        f"{name:24} {len(talks)} conversations, {turns} clinician turns: {100 * sum(codes.values()) / max(1, turns):.1f} findings per 100 turns "
        f"({100 * grave / max(1, turns):.1f} errors); on topic {on}/{asking} = {share.value:.0%} ({share.low:.0%}–{share.high:.0%}), from turn {_BLIND + 1} on {after.value:.0%} ({after.low:.0%}–{after.high:.0%}); {most}"
    )


def converse(options: argparse.Namespace) -> None:
    from colloque.evaluate.config import EvaluateConfig
    from colloque.evaluate.sample import people
    from colloque.llm import LocalModel
    from colloque.llm.model import Sampling
    from colloque.patient import VirtualPatient
    from colloque.patient.interview import interview

    workspace: Path = options.workspace
    forms = {form.id: form for form in read_records(workspace / "ingest/questionnaires", Questionnaire)}
    known = of_domains(workspace, forms)
    config = EvaluateConfig(interviews=options.conversations)
    asked = people(workspace / "ingest/questionnaires", config, 17)
    ids = {form.id for form in asked}
    written = [
        (forms[d.questionnaire], d.turns)
        for d in read_records(workspace / "write/dialogues", Dialogue) if d.questionnaire in ids and d.parent is None
    ]  # fmt: skip
    print(told("the writer", written, known), flush=True)
    for name in ("sft", "dpo"):
        if (workspace / name / "model").exists():
            sampling = Sampling(temperature=options.temperature, max_tokens=config.max_tokens, seed=17)
            talks = interview(
                LocalModel(workspace / name / "model"), asked, VirtualPatient, config.interview_turns, sampling
            )
            held = [(form, talk.turns) for form, talk in zip(asked, talks, strict=True)]
            print(told(f"{name}, T = {options.temperature}", held, known), flush=True)
            for form, turns in held[: options.shown]:
                print(
                    f"\n--- {form.domain or form.instrument or form.id}",
                    *(f"{t.role}: {t.text}" for t in turns),
                    sep="\n",
                )


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name, dialogues in (("speed", 1500), ("many", 100_000)):
        verb = verbs.add_parser(name)
        verb.add_argument("--dataset", type=Path)
        verb.add_argument("--dialogues", type=int, default=dialogues)
        verb.add_argument("--threads", type=int, default=2)
        verb.add_argument("--size", default="1m")
        verb.add_argument("--repeats", type=int, default=5)
        verb.add_argument("--minutes", type=float, default=5)
    talk = verbs.add_parser("converse")
    talk.add_argument("workspace", type=Path)
    talk.add_argument("--conversations", type=int, default=100)
    talk.add_argument("--temperature", type=float, default=0.7)
    talk.add_argument("--shown", type=int, default=0)
    alone = verbs.add_parser("one")
    for name in ("side", "dataset", "threads", "size"):
        alone.add_argument(name)
    return parser


def main() -> None:
    options = arguments().parse_args()
    if options.verb == "one":
        print(json.dumps(one(options.side, Path(options.dataset), int(options.threads), options.size)))
    else:
        {"speed": speed, "many": many, "converse": converse}[options.verb](options)


if __name__ == "__main__":
    main()
