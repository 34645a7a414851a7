"""DPO for real, small: the invariant, the references, what a kill -9 costs, which model is kept, which routes are refused."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl")
pytestmark = pytest.mark.slow

from dpo_fixtures import start, tree_preferences, write_pairs, write_policy  # noqa: E402

from colloque.core import Preference, uniform  # noqa: E402
from colloque.errors import ConfigError, InputError, RunError  # noqa: E402
from colloque.store import Context, write_records  # noqa: E402
from colloque.store.weights import weights_hash  # noqa: E402
from colloque.train import DpoConfig, LoraConfig, run_dpo  # noqa: E402

QUICK: dict[str, Any] = {"batch": 4, "learning_rate": 1e-3, "threads": 1, "checkpoint_seconds": 0.0, "held_out": 0.25}


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_policy(tmp_path_factory.mktemp("policy") / "sft")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pairs(tmp_path_factory.mktemp("pairs") / "preferences.parquet", 20, ("on-policy", "planted"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, policy: Path, pairs: Path) -> Path:
    folder = tmp_path_factory.mktemp("dpo") / "whole"
    assert start(folder, pairs, policy, **QUICK).wait(timeout=300) == 0
    return folder


def told(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    return found


def tune(folder: Path, pairs: Path, policy: Path, **options: Any) -> dict[str, Any]:
    inputs = {"preferences": pairs, "policy": policy}
    run_dpo(Context(folder=folder, inputs=inputs, seed=3), DpoConfig.model_validate({**QUICK, **options}))
    return told(folder)


def run_apart(folder: Path, pairs: Path, policy: Path, **options: Any) -> dict[str, Any]:
    """In a process of its own, with small shards, as the runs that are killed."""
    assert start(folder, pairs, policy, **{**QUICK, **options}).wait(timeout=300) == 0
    return told(folder)


def kill_when(process: Any, there: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        if there():
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.002)
    assert process.wait(timeout=60) == -signal.SIGKILL


def assert_same(folder: Path, whole: Path) -> None:
    assert (folder / "model/model.safetensors").read_bytes() == (whole / "model/model.safetensors").read_bytes()
    one, other = told(folder), told(whole)
    assert one.pop("speed") != other.pop("speed")
    assert one == other


def test_a_run_says_what_it_did(whole: Path, policy: Path) -> None:
    figures = told(whole)
    first = figures["first_step"]
    assert first["largest_reward"] < 1e-4 and abs(first["loss"] - first["stock_loss"]) < 1e-5
    assert figures["policy"] == weights_hash(policy) != figures["model"] == weights_hash(whole / "model")
    pairs = figures["pairs"]
    assert pairs["trained"] + pairs["chosen_by"] + pairs["measured"] == pairs["read"]
    assert 0 < pairs["chosen_by"] < pairs["measured"]
    assert figures["tree"] == {"used": True, "why_not": None}
    assert figures["speed"]["tokens"] * 2 < figures["speed"]["positions"]
    losses = figures["kept"]["losses"]
    assert losses[-1][0] == figures["steps"] and len(losses) >= 4
    assert figures["kept"]["step"] == min(losses, key=lambda point: point[1])[0]
    assert set(figures["held_out"]["by_origin"]) == {"on-policy", "planted"}
    assert not (whole / ".work").exists()


def test_a_kill_during_training_changes_nothing(whole: Path, pairs: Path, policy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "killed"

    def step() -> int:
        names = (folder / ".work/checkpoints").glob("checkpoint-*")
        return max((int(path.name.split("-")[1]) for path in names), default=0)

    for least in (3, 9):
        kill_when(start(folder, pairs, policy, **QUICK), lambda least=least: step() >= least)  # type: ignore[misc]
    assert start(folder, pairs, policy, **QUICK).wait(timeout=300) == 0
    assert_same(folder, whole)
    assert told(folder)["speed"]["references_computed"] == 0


def test_a_kill_during_the_references_loses_no_shard(whole: Path, pairs: Path, policy: Path, tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    shards = folder / ".work/references"
    kill_when(start(folder, pairs, policy, **QUICK), lambda: any(shards.glob("*.json")))
    there = {path.name: path.read_bytes() for path in shards.glob("*.json")}
    assert there and not any((folder / ".work/checkpoints").glob("checkpoint-*"))
    assert start(folder, pairs, policy, **QUICK).wait(timeout=300) == 0
    assert_same(folder, whole)
    speed = told(folder)["speed"]
    assert speed["references_found"] > 0
    assert speed["references_found"] + speed["references_computed"] == told(folder)["pairs"]["read"]


def test_references_are_kept_for_another_loss_and_never_taken_for_another_model(
    pairs: Path, policy: Path, tmp_path: Path
) -> None:
    # The last model, whatever it is worth: the best of so few steps may be the policy itself, whose references are rightly found.
    kept = {"references": str(tmp_path / "kept"), "epochs": 0.1, "keep": "last"}
    first = tune(tmp_path / "one", pairs, policy, **kept)
    again = tune(tmp_path / "two", pairs, policy, loss="sigmoid", **kept)
    assert first["speed"]["references_found"] == again["speed"]["references_computed"] == 0
    other = tune(tmp_path / "three", pairs, tmp_path / "one/model", **kept)
    assert other["speed"]["references_found"] == 0


def test_an_earlier_dpo_model_is_policy_and_reference_of_the_next_round(
    whole: Path, pairs: Path, policy: Path, tmp_path: Path
) -> None:
    """A stage's folder is given, as the chain gives it; the reference is that model, not the first one's."""
    figures = tune(tmp_path / "dpo-2", pairs, whole)
    assert figures["policy"] == weights_hash(whole / "model") != figures["model"]
    assert figures["first_step"]["largest_reward"] < 1e-4
    first, second = (f["curves"]["chosen_logp"][0][1] for f in (told(whole), figures))
    assert second > first + 1, "the second round starts from what the first one learnt"


def test_a_policy_that_is_not_its_reference_stops_the_run(
    pairs: Path, policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trap of a policy that was changed in memory after its reference was computed."""
    from colloque.train import dpo

    made = dpo._ready

    def spoiled(*arguments: Any) -> Any:
        import torch

        ready = made(*arguments)
        with torch.no_grad():
            for parameter in ready[0].model.parameters():
                parameter.add_(0.01)
        return ready

    monkeypatch.setattr(dpo, "_ready", spoiled)
    with pytest.raises(RunError, match="policy and reference differ"):
        tune(tmp_path, pairs, policy, loss="sigmoid")


def test_pairs_of_another_model_are_refused_unless_asked_for(policy: Path, tmp_path: Path) -> None:
    pairs = write_pairs(tmp_path / "pairs" / "preferences.parquet", 8)
    card = pairs.with_name("card.json")
    card.write_text(json.dumps({"model": "sft-0123456789ab"}), encoding="utf-8")
    with pytest.raises(InputError, match="other weights"):
        tune(tmp_path / "no", pairs, policy, epochs=0.1)
    tune(tmp_path / "asked", pairs, policy, epochs=0.1, lineage=False)
    card.write_text(json.dumps({"model": f"sft-{weights_hash(policy)}"}), encoding="utf-8")
    tune(tmp_path / "own", pairs, policy, epochs=0.1)


def test_a_run_that_gets_worse_stops_early_and_keeps_the_best(policy: Path, tmp_path: Path) -> None:
    """The held-out people prefer what the others reject: each step on these is a step back for those."""
    pairs = tree_preferences(16)
    apart = {p.respondent for p in pairs if uniform(p.respondent, "dpo, held out", 3) < QUICK["held_out"]}
    turned = [
        p.model_copy(update={"chosen": p.rejected, "rejected": p.chosen}) if p.respondent in apart else p for p in pairs
    ]
    write_records(tmp_path / "pairs.parquet", turned, Preference)
    options = {"loss": "sigmoid", "learning_rate": 3e-3, "epochs": 2.0, "patience": 1}
    figures = tune(tmp_path / "dpo", tmp_path / "pairs.parquet", policy, **options)
    kept = figures["kept"]
    losses = [loss for _, loss in kept["losses"]]
    assert kept["stopped_early"] and losses[-1] > min(losses)
    assert kept["step"] == kept["losses"][losses.index(min(losses))][0] < kept["losses"][-1][0] < kept["of"]
    assert figures["steps"] == kept["losses"][-1][0] and "stopped early" in figures["told"][0]


@pytest.mark.parametrize("loss", ["sigmoid", "sigmoid_norm+sft", "ipo", "robust", "apo_zero"])
def test_every_loss_is_the_same_with_the_tree_and_without(loss: str, pairs: Path, policy: Path, tmp_path: Path) -> None:
    """Seven steps on the same batches: losses to 1e-5, weights to 1e-4; and each passes its own first step."""
    import torch

    from colloque.train import dpo
    from colloque.train.dpo_trainer import expected_first_loss, first_step
    from colloque.train.hardware import look
    from colloque.train.running import train

    def key(row: dict[str, list[int]]) -> tuple[int, ...]:
        return (*row["prompt_ids"], *row["chosen_ids"], *row["rejected_ids"])

    curves, weights = [], []
    seen: list[tuple[int, ...]] = []
    for tree in ("always", "never"):
        smoothing = 0.1 if loss == "robust" else 0.0
        options = {**QUICK, "batch": 8, "loss": loss, "label_smoothing": smoothing, "tree": tree, "keep": "last"}
        config = DpoConfig.model_validate(options)
        context = Context(folder=tmp_path / tree, inputs={"preferences": pairs, "policy": policy}, seed=3)
        (context.folder / ".work").mkdir(parents=True)
        trainer, planted, _ = dpo._ready(context, config, look(1, True), dpo._prepare(context, config, policy))
        if tree == "always":
            order = planted.order
            assert planted.tree
        else:
            rows = {key(row): i for i, row in enumerate(trainer.train_dataset)}
            trainer.train_dataset = trainer.train_dataset.select([rows[one] for one in seen])
        seen = [key(row) for row in trainer.train_dataset]
        first = first_step(trainer, config, planted.tree)
        assert first["expected"] == round(expected_first_loss(config), 6)
        train(trainer, "dpo", 1e9)
        curves.append([entry["loss"] for entry in trainer.state.log_history if "loss" in entry])
        weights.append([p.detach().clone() for p in trainer.model.parameters()])
    assert len(order) == len(seen) and len(curves[0]) == len(curves[1]) >= 6
    assert max(abs(a - b) for a, b in zip(*curves, strict=True)) < 1e-5
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(*weights, strict=True))
    assert curves[0][0] != curves[0][-1]


def test_a_policy_that_the_tree_is_not_proven_on_runs_without_it(pairs: Path, policy: Path, tmp_path: Path) -> None:
    import shutil

    odd = shutil.copytree(policy, tmp_path / "odd")
    config = json.loads((odd / "config.json").read_text(encoding="utf-8"))
    (odd / "config.json").write_text(json.dumps({**config, "attention_dropout": 0.1}), encoding="utf-8")
    figures = tune(tmp_path / "auto", pairs, odd, epochs=0.1)
    assert figures["tree"]["used"] is False and "at random" in figures["tree"]["why_not"]
    with pytest.raises(RunError, match="tree: always"):
        tune(tmp_path / "always", pairs, odd, epochs=0.1, tree="always")


def test_a_new_adapter_on_a_whole_model(pairs: Path, policy: Path, tmp_path: Path) -> None:
    figures = tune(tmp_path, pairs, policy, method="lora", lora=LoraConfig(rank=4).model_dump(), learning_rate=1e-2)
    assert figures["first_step"]["largest_reward"] < 1e-4 and figures["tree"]["used"]
    assert figures["model"] != weights_hash(policy)
    names = {path.name for path in (tmp_path / "adapter").iterdir()}
    assert "adapter_model.safetensors" in names and "ref" not in names


def test_an_adapter_is_tuned_on_with_its_copy_as_reference(pairs: Path, policy: Path, tmp_path: Path) -> None:
    """Its base as reference would pass the first step too; the references of the merged model tell them apart. A kill changes
    nothing either: checkpoints hold both adapters."""
    first = tmp_path / "first"
    tune(first, pairs, policy, method="lora", lora=LoraConfig(rank=4).model_dump(), learning_rate=1e-2)
    on = run_apart(
        tmp_path / "on", pairs, first / "adapter", learning_rate=1e-2, references=str(tmp_path / "on-adapter")
    )
    tune(tmp_path / "merged", pairs, first / "model", epochs=0.1, references=str(tmp_path / "on-model"))
    tune(tmp_path / "base", pairs, policy, epochs=0.1, references=str(tmp_path / "on-base"))

    def sums(name: str) -> list[float]:
        files = (json.loads(file.read_text(encoding="utf-8")) for file in (tmp_path / name).glob("*.json"))
        return sorted(value for shard in files for value in shard["ref_chosen_logps"])

    killed = {"learning_rate": 1e-2, "references": str(tmp_path / "on-adapter")}
    inputs = (tmp_path / "killed", pairs, first / "adapter")
    checkpoints = tmp_path / "killed/.work/checkpoints"
    kill_when(start(*inputs, **{**QUICK, **killed}), lambda: any(checkpoints.glob("checkpoint-*/whole")))
    assert start(*inputs, **{**QUICK, **killed}).wait(timeout=300) == 0
    assert_same(tmp_path / "killed", tmp_path / "on")
    near = [abs(a - b) for a, b in zip(sums("on-adapter"), sums("on-model"), strict=True)]
    far = [abs(a - b) for a, b in zip(sums("on-adapter"), sums("on-base"), strict=True)]
    assert max(near) < 1e-2 < max(far)
    assert on["first_step"]["largest_reward"] < 1e-4
    assert not any("ref" in path.name for path in (tmp_path / "on/adapter").iterdir())
    assert on["model"] != told(first)["model"]


def test_an_adapter_is_not_tuned_whole_nor_given_another_rank(pairs: Path, policy: Path, tmp_path: Path) -> None:
    tune(tmp_path / "first", pairs, policy, method="lora", epochs=0.1)
    with pytest.raises(ConfigError, match="the policy is an adapter"):
        tune(tmp_path / "no", pairs, tmp_path / "first/adapter", method="full")
    with pytest.raises(ConfigError, match="lora has no effect"):
        tune(tmp_path / "no", pairs, tmp_path / "first/adapter", lora=LoraConfig(rank=4).model_dump())
