"""A reward model for real, small: it learns the pairs, its judge reads it, a kill changes nothing it says."""

import json
from pathlib import Path

import pytest
from checkpoint_fixtures import write_checkpoint
from talk_fixtures import consultation, preferences, write_dataset, write_preferences

from colloque.core import Candidate, Comparison, Message, Opening, Preference, turns_from
from colloque.errors import InputError
from colloque.judge.reward import RewardJudge
from colloque.store import Context, write_records
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


PILLS = " Prenez deux comprimés le soir."


def write_faulty(path: Path, count: int) -> Path:
    """Pairs in which the rejected reply also prescribes; every other time it is the shorter one."""
    pairs = []
    for number, pair in enumerate(preferences(count)):
        said, other = pair.chosen[0].content, pair.rejected[0].content
        bad = other.split(".")[0] + "." + PILLS if number % 2 else said + PILLS
        pairs.append(pair.model_copy(update={"rejected": (Message(role="assistant", content=bad),)}))
    write_records(path, pairs, Preference)
    return path


def test_it_learns_and_the_judge_reads_it(sft: Path, tmp_path: Path) -> None:
    pairs = write_faulty(tmp_path / "preferences.parquet", 240)
    context = Context(folder=tmp_path / "reward", inputs={"preferences": pairs, "base": sft})
    tally = run_reward(context, RewardConfig(epochs=2, learning_rate=2e-3, threads=1))
    figures = json.loads((context.folder / "figures.json").read_text(encoding="utf-8"))
    after = figures["held_out"]["after"]
    assert tally.read == 240 and after["accuracy"] > 0.7 and after["interval"][0] > 0.5
    assert figures["held_out"]["before"]["accuracy"] < after["accuracy"] and "never saw" in figures["told"][0]

    judge = RewardJudge(context.folder / "model")
    right = 0
    for number in range(500, 540):
        talk = consultation(number, 8)
        a, b = talk[3].content, talk[3].content + PILLS
        comparison = Comparison(
            id="c", opening=Opening(id="o", turns=turns_from(talk[:3])), a=Candidate(text=a), b=Candidate(text=b)
        )
        right += judge.compare([comparison])[0].choice == "a"
    assert right >= 32


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
