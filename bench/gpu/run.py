"""On a machine with a GPU, in one command: 100,000 dialogues with a model from scratch, and a Qwen type trained each way.

    python bench/gpu/run.py [--out gpu-results] [--dialogues 100000] [--size 30m] [--qwen 0.5b] [--only scratch sft dpo]
    python bench/gpu/run.py --smoke                    the same in small on a processor: shows that it runs, measures nothing

Needs no network: dialogues are written here, weights are random. `scratch`: SFT of the embedded model of that size on all
dialogues; held-out loss beside a 3-gram, tokens per second, GPU memory, ten interviews with virtual patients (texts kept). `sft`:
a Qwen 2 type of 0.5 or 1 billion random weights, whole and LoRA, plain TRL beside ours: padded, packed, packed with Liger.
`dpo`: the same type, TRL's own path (`tree: never`) beside the tree. With several GPUs, SFT in DDP, FSDP2 and ZeRO-3 too. Every
variant is a process of its own; one that fails (a package missing, no memory) is told with its reason and the others go on.
results.json holds every figure. It was written without a GPU at hand: only `--smoke` has been run.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from colloque.core import Dialogue, Preference, Questionnaire, cuts, messages_from, reply_message, rng_for
from colloque.store import Context, read_records, write_json, write_records

SHAPES: dict[str, dict[str, int]] = {
    "0.5b": {"hidden_size": 896, "num_hidden_layers": 24, "num_attention_heads": 14, "num_key_value_heads": 2, "intermediate_size": 4864},
    "1b": {"hidden_size": 1536, "num_hidden_layers": 28, "num_attention_heads": 12, "num_key_value_heads": 2, "intermediate_size": 8960},
    "tiny": {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 128},
}  # fmt: skip
"""Bodies of Qwen 2.5 at 0.5 and 1.5 billion weights (here with a smaller vocabulary), and one for the smoke test."""


@dataclass(frozen=True)
class Plan:
    """How large everything is."""

    out: Path
    dialogues: int
    size: str
    qwen: str
    vocabulary: int
    some: int
    pairs: int
    interviews: int
    limit: int
    """Tokens of one example, and of one packed sequence."""


def make_data(plan: Plan) -> None:
    """Respondents, dialogues, the dataset: the project's own stages, on all cores."""
    from colloque.augment import run_dataset
    from colloque.augment.config import DatasetConfig
    from colloque.ingest import run_ingest
    from colloque.ingest.config import IngestConfig
    from colloque.write import run_write
    from colloque.write.config import WriteConfig

    if (plan.out / "dataset/done").exists():
        return
    shares = {"train": 0.9, "validation": 0.04, "test": 0.02, "preference": 0.04} if plan.dialogues > 20_000 else {
        "train": 0.6, "validation": 0.1, "test": 0.1, "preference": 0.2
    }  # fmt: skip
    workers, begun = os.cpu_count() or 1, time.perf_counter()
    cohort = round(plan.dialogues / shares["train"]) + 1
    run_ingest(
        Context(folder=plan.out / "ingest", seed=17, workers=workers),
        IngestConfig.model_validate({"cohort": cohort, "shares": shares}),
    )
    forms = {"questionnaires": plan.out / "ingest/questionnaires"}
    run_write(Context(folder=plan.out / "write", inputs=forms, seed=17, workers=workers), WriteConfig())
    run_dataset(
        Context(folder=plan.out / "dataset", inputs={"dialogues": plan.out / "write/dialogues"}, seed=17),
        DatasetConfig(),
    )
    write_records(plan.out / "preferences.parquet", pairs_of(plan), Preference)
    part(plan.out / "dataset", plan.out / "some", plan.some)
    (plan.out / "dataset/done").touch()
    print(f"data in {time.perf_counter() - begun:,.0f} s", flush=True)


def part(dataset: Path, target: Path, count: int) -> None:
    """The first rows of a dataset, for the variants that are only timed."""
    import pyarrow.parquet as pq

    target.mkdir(parents=True, exist_ok=True)
    for name, rows in (("train", count), ("validation", max(16, count // 20))):
        pq.write_table(pq.read_table(dataset / f"{name}.parquet").slice(0, rows), target / f"{name}.parquet")


def pairs_of(plan: Plan) -> Iterator[Preference]:
    """What the clinician says at each moment of a dialogue, against what another one says: several pairs share a dialogue."""
    written = [d for d in read_records(plan.out / "write/dialogues", Dialogue) if d.split == "preference"]
    made = 0
    for number, dialogue in enumerate(written):
        others = [t.text for t in written[number - 1].turns if t.role == "clinician"]
        chance = rng_for(dialogue.id, "bench, pairs")
        for opening in cuts(dialogue):
            said, wrong = dialogue.turns[len(opening.turns)].text, chance.choice(others)
            if said != wrong and made < plan.pairs:
                made += 1
                yield Preference(
                    id=f"p-{made}", opening=opening.id, respondent=dialogue.respondent, prompt=messages_from(opening.turns),
                    chosen=reply_message(said), rejected=reply_message(wrong),
                )  # fmt: skip


def make_qwen(plan: Plan) -> Path:
    """A Qwen 2 type with random weights, ChatML and a tokenizer of these dialogues."""
    folder = plan.out / f"qwen-{plan.qwen}"
    if (folder / "config.json").exists():
        return folder
    from importlib import resources

    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    from colloque.train.base import embedded_tokenizer
    from colloque.train.data import read_dialogues

    talks = read_dialogues(plan.out / "some/train.parquet")
    tokenizer = embedded_tokenizer((m.content for talk in talks for m in talk), plan.vocabulary)
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
    tokenizer.eos_token = "<|im_end|>"
    tokenizer.chat_template = resources.files("colloque.train").joinpath("chatml.jinja").read_text("utf-8")
    torch.manual_seed(17)
    config = Qwen2Config(
        vocab_size=-(-len(tokenizer) // 64) * 64, max_position_embeddings=2048, tie_word_embeddings=True, bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id, **SHAPES[plan.qwen],
    )  # fmt: skip
    model = Qwen2ForCausalLM(config)
    print(f"qwen-{plan.qwen}: {sum(p.numel() for p in model.parameters()):,} parameters", flush=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def scratch(plan: Plan, settings: dict[str, Any]) -> dict[str, Any]:
    """SFT from scratch on all dialogues, then interviews."""
    from colloque.llm import LocalModel
    from colloque.llm.model import Sampling
    from colloque.patient import VirtualPatient
    from colloque.patient.interview import interview
    from colloque.train import SftConfig, run_sft

    folder = plan.out / "scratch"
    config = SftConfig.model_validate({"size": plan.size, "vocabulary": 4096, **settings})
    run_sft(Context(folder=folder, inputs={"dataset": plan.out / "dataset"}, seed=17), config)
    figures = json.loads((folder / "figures.json").read_text("utf-8"))
    forms = [q for q in read_records(plan.out / "ingest/questionnaires", Questionnaire) if q.split == "test" and q.told]
    talks = interview(
        LocalModel(folder / "model"),
        forms[: plan.interviews],
        VirtualPatient,
        12,
        Sampling(temperature=0.7, max_tokens=96, seed=17),
    )
    text = "\n\n".join("\n".join(f"{turn.role}: {turn.text}" for turn in talk.turns) for talk in talks)
    (plan.out / "interviews.txt").write_text(text, encoding="utf-8")
    return {
        **figures["speed"],
        "held_out": figures["held_out"],
        "parameters": figures["parameters"],
        "interviews": len(talks),
    }


def sft(plan: Plan, settings: dict[str, Any]) -> dict[str, Any]:
    """One way of tuning the Qwen type, on some dialogues."""
    from colloque.train import SftConfig, run_sft

    folder = plan.out / f"sft-{os.getpid()}"
    config = SftConfig.model_validate(
        {"base": str(make_qwen(plan)), "batch": 32, "evaluations": 1, "max_length": plan.limit, **settings}
    )
    run_sft(Context(folder=folder, inputs={"dataset": plan.out / "some"}, seed=17), config)
    figures = json.loads((folder / "figures.json").read_text("utf-8"))
    return {**figures["speed"], **figures["layout"], "held_out": figures["held_out"]["loss"]}


def trl(plan: Plan, settings: dict[str, Any]) -> dict[str, Any]:
    """Plain TRL on the same dialogues: what its documentation shows."""
    import torch
    from datasets import load_dataset
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    gpu = torch.cuda.is_available()
    base = make_qwen(plan)
    data = load_dataset("parquet", data_files=str(plan.out / "some/train.parquet"), split="train").select_columns(
        ["messages"]
    )
    arguments = SFTConfig(
        output_dir=str(plan.out / "trl"), assistant_only_loss=True, max_length=plan.limit, per_device_train_batch_size=8,
        gradient_accumulation_steps=4, num_train_epochs=1, save_strategy="no", report_to="none", disable_tqdm=True,
        use_cpu=not gpu, bf16=gpu, gradient_checkpointing=gpu, **settings,
    )  # fmt: skip
    trainer = SFTTrainer(
        model=str(base), args=arguments, train_dataset=data, processing_class=AutoTokenizer.from_pretrained(base)
    )
    tokens, begun = sum(map(len, trainer.train_dataset["input_ids"])), time.perf_counter()
    trainer.train()
    seconds = time.perf_counter() - begun
    return {"seconds": round(seconds, 1), "tokens_per_second": round(tokens / seconds), "device_batch": 8}


def dpo(plan: Plan, settings: dict[str, Any]) -> dict[str, Any]:
    """DPO of the Qwen type."""
    from colloque.train import DpoConfig, run_dpo

    folder = plan.out / f"dpo-{os.getpid()}"
    inputs = {"preferences": plan.out / "preferences.parquet", "policy": make_qwen(plan)}
    run_dpo(
        Context(folder=folder, inputs=inputs, seed=17),
        DpoConfig.model_validate({"batch": 32, "method": "full", **settings}),
    )
    figures = json.loads((folder / "figures.json").read_text("utf-8"))
    return {**figures["speed"], "tree": figures["tree"], "first_step": figures["first_step"]}


KINDS: dict[str, Callable[[Plan, dict[str, Any]], dict[str, Any]]] = {
    "scratch": scratch,
    "sft": sft,
    "trl": trl,
    "dpo": dpo,
}


def variants(gpus: int) -> list[tuple[str, str, dict[str, Any]]]:
    """(name, kind, settings)."""
    found: list[tuple[str, str, dict[str, Any]]] = [
        ("scratch", "scratch", {"batch": 64, "device_batch": 32}),
        ("sft, plain TRL", "trl", {}),
        ("sft, plain TRL packed", "trl", {"packing": True}),
        ("sft, whole", "sft", {"method": "full"}),
        ("sft, whole, packed", "sft", {"method": "full", "packing": True, "batch": 8}),
        ("sft, whole, packed, Liger", "sft", {"method": "full", "packing": True, "batch": 8, "liger": True}),
        ("sft, LoRA", "sft", {"method": "lora"}),
        ("sft, LoRA, packed", "sft", {"method": "lora", "packing": True, "batch": 8}),
        ("dpo, rows", "dpo", {"tree": "never", "device_batch": 4}),
        ("dpo, tree", "dpo", {"tree": "always", "device_batch": 4}),
        ("dpo, tree, 16 pairs at once", "dpo", {"tree": "always", "device_batch": 16}),
    ]
    for setup in ("ddp", "fsdp2", "zero3") if gpus > 1 else ():
        launch = {"by": "accelerate", "processes": gpus, "setup": setup}
        found.append(
            (f"sft, whole, {gpus} GPUs, {setup}", "sft", {"method": "full", "batch": 32 * gpus, "launch": launch})
        )
    return found


def one(plan: Plan, kind: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Run a variant here; its figures, and the most GPU memory that was held."""
    import torch

    figures = KINDS[kind](plan, settings)
    if torch.cuda.is_available():
        figures["gpu_gb"] = round(torch.cuda.max_memory_allocated() / 2**30, 2)
        figures["gpu"] = torch.cuda.get_device_name()
    return figures


def run(plan: Plan, only: list[str]) -> int:
    """Every variant in a process of its own; the table, and how many failed."""
    from colloque.train.hardware import libraries

    torch = libraries()
    make_data(plan)
    make_qwen(plan)
    results: dict[str, Any] = {}
    for name, kind, settings in variants(torch.cuda.device_count()):
        if only and kind.replace("trl", "sft") not in only:
            continue
        if settings.get("liger") and find_spec("liger_kernel") is None:
            results[name] = {"left_out": "liger-kernel is not installed"}
            print(f"{name:32} left out: {results[name]['left_out']}", flush=True)
            continue
        spec = json.dumps({"kind": kind, "settings": settings, "plan": {**vars(plan), "out": str(plan.out)}})
        done = subprocess.run([sys.executable, __file__, "--one", spec], capture_output=True, text=True, check=False)
        lines = done.stdout.splitlines()
        results[name] = (
            json.loads(lines[-1])
            if done.returncode == 0 and lines
            else {"failed": (done.stderr.strip().splitlines() or ["?"])[-1]}
        )
        print(f"{name:32} {told(results[name])}", flush=True)
        write_json(plan.out / "results.json", results)
    return sum("failed" in figures for figures in results.values())


def told(figures: dict[str, Any]) -> str:
    """One line of the table."""
    if "failed" in figures:
        return f"FAILED: {figures['failed']}"
    speed = figures.get("tokens_per_second")
    pairs = figures.get("pairs_per_second")
    held_out = figures.get("held_out")
    parts = [
        f"{speed:,} tokens/s" if speed else "",
        f"{pairs:,} pairs/s" if pairs else "",
        f"{figures['gpu_gb']} GiB" if "gpu_gb" in figures else "",
        f"held-out {held_out['loss']} (3-gram {held_out['trigram_loss']})" if isinstance(held_out, dict) else "",
        f"attention {figures['attention']}" if "attention" in figures else "",
        "" if figures.get("tree", {}).get("used", True) else f"no tree: {figures['tree']['why_not']}",
    ]
    return ", ".join(part for part in parts if part)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(os.environ.get("OUT", "gpu-results")))
    parser.add_argument("--dialogues", type=int, default=100_000)
    parser.add_argument("--size", default="30m", choices=["30m", "100m", "10m", "0.3m"])
    parser.add_argument("--qwen", default="0.5b", choices=list(SHAPES))
    parser.add_argument("--only", nargs="*", default=[], choices=["scratch", "sft", "dpo"])
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--one")
    options = parser.parse_args()
    if options.one:
        spec = json.loads(options.one)
        plan = Plan(**{**spec["plan"], "out": Path(spec["plan"]["out"])})
        print(json.dumps(one(plan, spec["kind"], spec["settings"])))
        return 0
    small = options.smoke
    return run(
        Plan(
            out=options.out.resolve(),
            dialogues=60 if small else options.dialogues,
            size="0.3m" if small else options.size,
            qwen="tiny" if small else options.qwen,
            vocabulary=512 if small else 32_000,
            some=48 if small else 8_000,
            pairs=48 if small else 4_000,
            interviews=2 if small else 10,
            limit=256 if small else 2048,
        ),
        options.only,
    )


if __name__ == "__main__":
    sys.exit(main())
