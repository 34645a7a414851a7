"""A real checkpoint through the same two verbs: adapter, merged model, DPO from it, export. Tiny and random, but real."""

import json
from pathlib import Path

import pytest

pytest.importorskip("trl")

from checkpoint_fixtures import write_checkpoint
from talk_fixtures import consultation, write_dataset, write_preferences

from colloque.errors import InputError
from colloque.store import Context
from colloque.store.weights import weights_hash
from colloque.train import DpoConfig, LoraConfig, SftConfig, export_model, run_dpo, run_sft

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def sft(tmp_path_factory: pytest.TempPathFactory, base: Path) -> Path:
    folder = tmp_path_factory.mktemp("lora") / "sft"
    dataset = write_dataset(folder.parent / "dataset", 60, 8)
    config = SftConfig(base=str(base), lora=LoraConfig(rank=8, alpha=16), learning_rate=1e-2, epochs=2)
    run_sft(Context(folder=folder, inputs={"dataset": dataset}), config)
    return folder


def test_lora_trains_the_adapter_and_leaves_a_merged_model(sft: Path, base: Path) -> None:
    figures = json.loads((sft / "figures.json").read_text(encoding="utf-8"))
    assert figures["curves"]["train"][-1][1] < 0.95 * figures["curves"]["train"][0][1]
    assert 0 < figures["trained_parameters"] < figures["parameters"]
    assert (sft / "adapter" / "adapter_config.json").exists() and (sft / "model" / "config.json").exists()
    assert weights_hash(sft / "model") != weights_hash(base)


def test_dpo_with_an_adapter_takes_the_sft_model_as_reference(sft: Path, tmp_path: Path) -> None:
    pairs = write_preferences(tmp_path / "pairs.parquet", 48)
    config = DpoConfig(loss="sigmoid", beta=0.1, method="lora", lora=LoraConfig(rank=4), learning_rate=1e-3, batch=8)
    run_dpo(Context(folder=tmp_path / "dpo", inputs={"preferences": pairs, "policy": sft}), config)
    figures = json.loads((tmp_path / "dpo" / "figures.json").read_text(encoding="utf-8"))
    assert abs(figures["first_step"]["loss"] - 0.693147) < 1e-4
    assert figures["policy"] == weights_hash(sft / "model") != figures["model"]


def test_export_of_the_adapter_is_the_merged_model(sft: Path, tmp_path: Path) -> None:
    from colloque.llm.local import LocalModel
    from colloque.llm.model import Request, Sampling

    lineage = export_model(sft / "adapter", tmp_path / "out")
    assert lineage["model"] == weights_hash(tmp_path / "out")
    ask = [Request(id="o", messages=consultation(0)[:1], sampling=Sampling(temperature=0.0, max_tokens=12))]
    texts = {LocalModel(folder).complete(ask)[0].text for folder in (sft, tmp_path / "out")}
    assert len(texts) == 1
    with pytest.raises(InputError, match="not empty"):
        export_model(sft, tmp_path / "out")


def test_a_base_that_is_not_there_names_the_remedy(tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "dataset", 4, 2)
    with pytest.raises(InputError, match="no checkpoint here"):
        run_sft(Context(folder=tmp_path / "out", inputs={"dataset": dataset}), SftConfig(base=str(tmp_path / "absent")))
