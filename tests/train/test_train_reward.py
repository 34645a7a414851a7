"""A reward model for real, small: it learns the pairs, its judge reads it, a kill changes nothing it says."""

import json
from pathlib import Path

import pytest
from checkpoint_fixtures import write_checkpoint
from talk_fixtures import consultation, write_dataset, write_preferences

from colloque.core import Candidate, Comparison, Opening, turns_from
from colloque.errors import InputError
from colloque.judge.reward import RewardJudge
from colloque.store import Context
from colloque.train import LoraConfig, RewardConfig, SftConfig, run_reward, run_sft

pytest.importorskip("trl")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reward")
    dataset = write_dataset(folder / "dataset", 200, 16)
    run_sft(
        Context(folder=folder / "sft", inputs={"dataset": dataset}), SftConfig(size="0.3m", vocabulary=400, threads=1)
    )
    return folder / "sft"


def test_it_learns_and_the_judge_reads_it(sft: Path, tmp_path: Path) -> None:
    pairs = write_preferences(tmp_path / "preferences.parquet", 240)
    context = Context(folder=tmp_path / "reward", inputs={"preferences": pairs, "base": sft})
    tally = run_reward(context, RewardConfig(epochs=2, learning_rate=2e-3, threads=1))
    figures = json.loads((context.folder / "figures.json").read_text(encoding="utf-8"))
    after = figures["held_out"]["after"]
    assert tally.read == 240 and after["accuracy"] > 0.7 and after["interval"][0] > 0.5
    assert figures["held_out"]["before"]["accuracy"] < after["accuracy"] and "never saw" in figures["told"][0]

    judge = RewardJudge(context.folder / "model")
    right = 0
    for number in range(500, 540):
        talk, other = consultation(number, 8), consultation(number + 70, 8)
        a, b = talk[3].content, other[5].content if len(other) > 5 else other[1].content
        comparison = Comparison(
            id="c", opening=Opening(id="o", respondent="r", split="test", turns=turns_from(talk[:3])), a=Candidate(text=a), b=Candidate(text=b)
        )  # fmt: skip
        right += judge.compare([comparison])[0].choice == "a"
    assert right >= 25


def test_an_adapter_on_a_real_checkpoint_is_merged_and_keeps_its_head(tmp_path: Path) -> None:
    base = write_checkpoint(tmp_path / "base")
    pairs = write_preferences(tmp_path / "preferences.parquet", 64)
    context = Context(folder=tmp_path / "reward", inputs={"preferences": pairs, "base": base})
    run_reward(context, RewardConfig(method="lora", lora=LoraConfig(rank=4, alpha=8), learning_rate=1e-2, batch=8))
    assert (context.folder / "adapter" / "adapter_config.json").exists()
    judge = RewardJudge(context.folder / "model")
    talk = consultation(3)
    chats = [[m.model_dump() for m in talk[:2]], [m.model_dump() for m in talk[:4]]]
    scores = judge.score(chats)
    assert len(set(scores)) == 2 and scores == judge.score(chats)


def test_too_few_pairs_name_the_file(sft: Path, tmp_path: Path) -> None:
    pairs = write_preferences(tmp_path / "few.parquet", 1)
    with pytest.raises(InputError, match=r"few\.parquet"):
        run_reward(
            Context(folder=tmp_path / "out", inputs={"preferences": pairs, "base": sft}), RewardConfig(threads=1)
        )
