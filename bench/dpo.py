"""DPO with each shared token once: how fast, how equal, how much memory, beside TRL's own trainer.

    python bench/dpo.py [--workspace DIR] [--repeats 3] [--steps 8] [--equal 20] [--sets own] [--families llama] [--methods full]

Three sets of pairs. `own`: the preference set and the policy of a workspace that `colloque run` left (`--workspace`); `dialogues`:
made here, six openings of each written dialogue, the dialogue's own turn against another's; `openings`: one opening of
each. Without a workspace, `own` is left out. Two types of model (Llama, and Qwen 3 of the same size, random weights where the
workspace has no policy of that type), trained whole and through an adapter.

stock: `trl.DPOTrainer` with TRL's defaults (pairs at random; only the references are computed beforehand, as ours are).
rows: colloque with `tree: never` (lengths grouped, head on trained positions). tree: colloque as it is. Each in a process of
its own, one after the other in turns, one thread; pairs a second are pairs by processor seconds (the machine may be
busy), training and references apart; medians. Memory is the process' peak above what it held before its model was loaded.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, get_args

os.environ.setdefault("OMP_NUM_THREADS", "1")

from colloque.core import Dialogue, Preference, cuts, messages_from, reply_message, rng_for
from colloque.store import Context, read_records, write_records
from colloque.train.config import Size

BATCH = 16
VARIANTS = ("stock", "rows", "tree")


def make_pairs(folder: Path, dialogues: int) -> None:
    """Both generated sets, from dialogues that the embedded writer writes for virtual respondents."""
    from colloque.ingest import IngestConfig, run_ingest
    from colloque.write import WriteConfig, run_write

    run_ingest(Context(folder=folder / "ingest", seed=1), IngestConfig(cohort=dialogues, shares={"preference": 1.0}))
    forms = {"questionnaires": folder / "ingest/questionnaires"}
    run_write(Context(folder=folder / "write", inputs=forms, seed=1), WriteConfig())
    written = list(read_records(folder / "write/dialogues", Dialogue))
    many: list[Preference] = []
    single: list[Preference] = []
    for number, dialogue in enumerate(written):
        other = written[(number + 1) % len(written)]
        chance = rng_for(dialogue.id, "bench, openings")
        found = [pair for opening in cuts(dialogue) if (pair := one_pair(dialogue, len(opening.turns), other))]
        chance.shuffle(found)
        many += found[:6]
        single += found[:1]
    write_records(folder / "dialogues.parquet", many, Preference)
    write_records(folder / "openings.parquet", single, Preference)


def one_pair(dialogue: Dialogue, spot: int, other: Dialogue) -> Preference | None:
    """What the clinician says there, against what another one says."""
    said = [turn.text for turn in other.turns if turn.role == "clinician"]
    chosen, rejected = dialogue.turns[spot].text, said[spot // 2 % len(said)]
    if chosen == rejected:
        return None
    return Preference(
        prompt=messages_from(dialogue.turns[:spot]), chosen=reply_message(chosen), rejected=reply_message(rejected),
        id=f"{dialogue.id}-{spot}", respondent=dialogue.respondent,
    )  # fmt: skip


def make_policies(folder: Path, workspace: Path | None, size: Size) -> dict[str, Path]:
    """A policy of each type: the workspace's own where it has that type, else random weights of that size."""
    from transformers import AutoConfig, Qwen3Config, Qwen3ForCausalLM

    from colloque.train.base import EMBEDDED, embedded_model, embedded_tokenizer, load_tokenizer

    own = workspace / "sft/model" if workspace else None
    if own:
        tokenizer = load_tokenizer(str(own))
    else:
        pairs = read_records(folder / "dialogues.parquet", Preference)
        tokenizer = embedded_tokenizer((m.content for pair in pairs for m in (*pair.prompt, *pair.chosen)), 2048)
    kind = AutoConfig.from_pretrained(own).model_type if own else ""
    found = {kind: own} if own else {}
    if "llama" not in found:
        embedded_model(size, tokenizer, seed=1).save_pretrained(folder / "llama")
        found["llama"] = folder / "llama"
    if "qwen3" not in found:
        shape = EMBEDDED[size]
        config = Qwen3Config(
            vocab_size=len(tokenizer), hidden_size=shape.hidden, intermediate_size=shape.inner,
            num_hidden_layers=shape.layers, num_attention_heads=shape.heads, num_key_value_heads=max(1, shape.heads // 2),
            head_dim=shape.hidden // shape.heads, max_position_embeddings=2048, tie_word_embeddings=True,
            bos_token_id=None, eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
        )  # fmt: skip
        Qwen3ForCausalLM(config).save_pretrained(folder / "qwen3")
        found["qwen3"] = folder / "qwen3"
    for path in found.values():
        if path != own:
            tokenizer.save_pretrained(path)
    return {name: found[name] for name in ("llama", "qwen3")}


def options(job: dict[str, Any]) -> Any:
    from colloque.train import DpoConfig, LoraConfig

    lora = LoraConfig(rank=16) if job["method"] == "lora" else LoraConfig()
    return DpoConfig(
        loss="sigmoid", batch=BATCH, method=job["method"], lora=lora, threads=1, keep="last", learning_rate=1e-4,
        tree="always" if job["variant"] == "tree" else "never",
    )  # fmt: skip


def rows_of(job: dict[str, Any]) -> tuple[Any, list[dict[str, Any]], list[dict[str, Any]]]:
    """Tokenizer, rows to train on, two rows to evaluate on (nobody looks)."""
    from colloque.train.base import load_tokenizer
    from colloque.train.pairs import read_pairs, rows

    tokenizer = load_tokenizer(job["policy"])
    pairs = read_pairs(Path(job["pairs"]), tokenizer, 2048, 0.125, 17)
    return tokenizer, rows(pairs.train, tokenizer), rows(pairs.held_out[:2], tokenizer)


def ours(job: dict[str, Any], folder: Path) -> tuple[Any, Any, list[int]]:
    """colloque's trainer, with or without the tree; its train set is not yet cut to the order (third)."""
    from colloque.train.dpo_trainer import Rows, build_trainer, plant
    from colloque.train.hardware import look

    hardware, config = look(1, True), options(job)
    tokenizer, train, held_out = rows_of(job)
    arguments = {"output_dir": folder / "checkpoints", "steps": job["steps"], "seed": 17, "tokenizer": tokenizer}
    trainer = build_trainer(Path(job["policy"]), config, hardware, Rows(train, [], held_out), arguments)
    planted = plant(trainer, config, hardware, 17)
    return trainer, planted.tree, planted.order


def stock(job: dict[str, Any], folder: Path, order: list[int] | None) -> Any:
    """TRL's trainer with the same numbers and TRL's own order, or with the rows of `order` one after the other."""
    from datasets import Dataset
    from trl import DPOConfig, DPOTrainer

    from colloque.train.base import adapter
    from colloque.train.hardware import look

    look(1, True)
    config = options(job)
    tokenizer, train, _ = rows_of(job)
    wanted = order or rng_for("stock", "bench, sample").sample(range(len(train)), min(len(train), job["steps"] * BATCH))
    arguments = DPOConfig(
        output_dir=str(folder / "checkpoints"), max_steps=job["steps"], per_device_train_batch_size=BATCH, beta=config.strength,
        learning_rate=1e-4, lr_scheduler_type="linear", warmup_steps=max(1, round(0.1 * job["steps"])), seed=17, max_length=None,
        use_cpu=True, bf16=False, gradient_checkpointing=False, logging_steps=1, save_strategy="no", report_to="none",
        disable_tqdm=True, precompute_ref_log_probs=True, dataloader_pin_memory=False,
        model_init_kwargs={"dtype": "float32", "attn_implementation": "sdpa"},
        **({"train_sampling_strategy": "sequential"} if order else {}),
    )  # fmt: skip
    return DPOTrainer(
        model=job["policy"], args=arguments, train_dataset=Dataset.from_list([train[i] for i in wanted]), processing_class=tokenizer,
        peft_config=adapter(config.lora) if job["method"] == "lora" else None,
    )  # fmt: skip


def references_in(folder: Path) -> Any:
    from colloque.train.references import References

    return References(folder / "references", "bench")


def listen(trainer: Any, gradients: bool) -> dict[str, Any]:
    """Fills with the processor time of first and last step, and the gradients of every step where wanted."""
    from transformers import PrinterCallback, TrainerCallback

    found: dict[str, Any] = {"gradients": []}

    class Ears(TrainerCallback):  # type: ignore[misc]
        def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            found.setdefault("began", time.process_time())

        def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
            if gradients:
                found["gradients"].append(
                    {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
                )

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            found["ended"] = time.process_time()

    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Ears())
    return found


def measure(job: dict[str, Any]) -> dict[str, float]:
    """One variant, once: pairs a processor second of training and of references, peak memory."""
    from colloque.train.hardware import libraries

    libraries()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryDirectory() as name:
        folder, count = Path(name), 0
        if job["variant"] == "stock":
            from trl import DPOTrainer

            computed, spent = DPOTrainer._precompute_ref_logps, [0.0]

            def timed(*arguments: Any) -> Any:
                began = time.process_time()
                out = computed(*arguments)
                spent[0] = time.process_time() - began
                return out

            DPOTrainer._precompute_ref_logps = timed
            trainer = stock(job, folder, None)
            count, seconds = len(trainer.train_dataset), spent[0]
        else:
            trainer, _, order = ours(job, folder)
            wanted = order[: job["steps"] * BATCH]
            some = sorted(set(wanted))
            subset = trainer.train_dataset.select(some)
            subset = subset.map(lambda row: row, keep_in_memory=True, load_from_cache_file=False)
            began = time.process_time()
            from colloque.train.dpo import together

            ready = references_in(folder).add(trainer, subset, together(subset, job["variant"] == "tree"))
            seconds = time.process_time() - began
            count = len(some)
            place = {index: i for i, index in enumerate(some)}
            trainer.train_dataset = ready.select([place[index] for index in wanted])
            trainer.eval_dataset = ready.select(range(1))
        heard = listen(trainer, gradients=False)
        trainer.train()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {
        "training": job["steps"] * BATCH / (heard["ended"] - heard["began"]),
        "references": count / seconds,
        "megabytes": peak / 1024,
    }


def compare(job: dict[str, Any]) -> dict[str, float]:
    """Stock and tree on the same batches, each from its own references and along its own steps: the largest differences."""
    import torch

    from colloque.train.dpo import together

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        trainer, tree, order = ours({**job, "variant": "tree"}, folder / "ours")
        order = order[: job["steps"] * BATCH]
        data = references_in(folder).add(trainer, trainer.train_dataset, together(trainer.train_dataset, True))
        trainer.train_dataset, trainer.eval_dataset = data.select(order), data.select(range(1))
        heard = listen(trainer, gradients=True)
        trainer.train()
        from trl.trainer import utils

        utils._use_triton = lambda device: False  # as TRL has it on a processor
        other = stock({**job, "variant": "stock"}, folder / "stock", order)
        listened = listen(other, gradients=True)
        other.train()
    losses = [[e["loss"] for e in t.state.log_history if "loss" in e] for t in (trainer, other)]
    slopes = [(a[n], b[n]) for a, b in zip(heard["gradients"], listened["gradients"], strict=True) for n in a]
    return {
        "steps": len(losses[0]),
        "loss": max(abs(a - b) for a, b in zip(*losses, strict=True)),
        "gradient": max(float((a - b).abs().max()) for a, b in slopes),
        "largest_gradient": max(float(a.abs().max()) for a, _ in slopes),
        "weights": max(
            float((a - b).detach().abs().max())
            for a, b in zip(trainer.model.parameters(), other.model.parameters(), strict=True)
        ),
        "fewer": tree.rows / tree.tokens if tree else 1.0,
        "learnt": float(torch.tensor(losses[0]).max() - torch.tensor(losses[0]).min()),
    }


def worker(job: dict[str, Any]) -> dict[str, float]:
    """The same in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--job", json.dumps(job)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def report(jobs: list[dict[str, Any]], repeats: int, equal: int) -> None:
    """Each set, type and method in turn: the variants one after the other, several times; medians; then the comparison."""
    print(f"pairs a processor second, median of {repeats} (least to most), and times stock")
    for job in jobs:
        runs: dict[str, list[dict[str, float]]] = {variant: [] for variant in VARIANTS}
        for _ in range(repeats):
            for variant in VARIANTS:
                runs[variant].append(worker({**job, "variant": variant, "do": "measure"}))
        middle = {v: {k: statistics.median(r[k] for r in some) for k in some[0]} for v, some in runs.items()}
        for variant, found in middle.items():
            speeds = [run["training"] for run in runs[variant]]
            times = {what: found[what] / middle["stock"][what] for what in ("training", "references")}
            print(
                f"{job['set']:<10} {job['family']:<6} {job['method']:<5} {variant:<6} training {found['training']:7.2f} "
                f"({min(speeds):.2f} to {max(speeds):.2f}) {times['training']:5.2f} × | references {found['references']:7.2f} "
                f"{times['references']:5.2f} × | peak {found['megabytes']:6.0f} MB",
                flush=True,
            )
        if equal:
            found = worker({**job, "do": "compare", "steps": equal})
            print(
                f"{job['set']:<10} {job['family']:<6} {job['method']:<5} {found['steps']} steps, stock against tree: loss "
                f"{found['loss']:.1e}, gradient {found['gradient']:.1e} (largest {found['largest_gradient']:.2g}), weights after "
                f"them {found['weights']:.1e}; {found['fewer']:.2f} times fewer tokens; the loss moved by {found['learnt']:.2g}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--dialogues", type=int, default=150)
    parser.add_argument("--size", default="1m", choices=get_args(Size))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--equal", type=int, default=20, help="steps of the comparison; 0: none")
    parser.add_argument("--sets", default="own,dialogues,openings")
    parser.add_argument("--families", default="llama,qwen3")
    parser.add_argument("--methods", default="full,lora")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        job = json.loads(given.job)
        print(json.dumps((measure if job["do"] == "measure" else compare)(job)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_pairs(folder, given.dialogues)
        policies = make_policies(folder, given.workspace, given.size)
        files = {"dialogues": folder / "dialogues.parquet", "openings": folder / "openings.parquet"}
        if given.workspace:
            files["own"] = given.workspace / "prefer/preferences.parquet"
        jobs = [
            {
                "set": which,
                "pairs": str(files[which]),
                "family": family,
                "policy": str(policy),
                "method": method,
                "steps": given.steps,
            }
            for which in given.sets.split(",")
            if which in files
            for family, policy in policies.items()
            if family in given.families
            for method in given.methods.split(",")
        ]
        report(jobs, given.repeats, given.equal)


if __name__ == "__main__":
    main()
