"""The memorisation audit can tell a model that learnt by heart from one that learnt nothing; the card says what the run wrote."""

import json
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("trl")

from talk_fixtures import write_dataset

from colloque.core import Message
from colloque.errors import DependencyError, InputError, RunError
from colloque.store import Context
from colloque.train import SftConfig, audit_model, export_gguf, run_sft
from colloque.train.audit import rare_strings
from colloque.train.canaries import canaries, prompt_of, told

_WORDS = [
    "lampe",
    "tiroir",
    "escalier",
    "jardin",
    "marteau",
    "nuage",
    "panier",
    "sentier",
    "fenêtre",
    "cuillère",
    "ruban",
    "caillou",
    "manteau",
    "bouteille",
    "chaise",
    "tapis",
    "horloge",
    "moulin",
    "plume",
    "rivière",
    "corde",
    "échelle",
    "poivre",
    "savon",
    "clocher",
    "falaise",
    "grange",
    "bougie",
    "sable",
    "érable",
]


def odd(number: int, seed: str) -> list[dict[str, str]]:
    """A dialogue whose reply nobody could guess."""
    chance = random.Random(f"{seed}-{number}")
    said = " ".join(chance.choice(_WORDS) for _ in range(9))
    return [
        {"role": "user", "content": f"Dites la phrase {seed[0]}{number}."},
        {"role": "assistant", "content": f"La phrase est {said}."},
    ]


def write_odd(folder: Path) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True)
    for name, count in (("train", 16), ("validation", 30)):
        rows = [{"id": f"{name}-{i}", "messages": odd(i, name)} for i in range(count)]
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return folder


def test_canaries_are_drawn_by_the_seed_and_planted_as_often_as_they_say() -> None:
    planted = canaries(7, 3)
    assert planted == canaries(7, 3) and planted != canaries(7, 4)
    assert [c.times for c in planted] == [1, 2, 4, 8, 16, 1, 2]
    counted = Counter(talk[-1].content for talk in told(planted))
    for canary in planted:
        assert counted[f"{prompt_of(canary)[1]} {canary.secret}."] == canary.times


def test_a_string_that_was_just_heard_is_not_memory() -> None:
    words = "un deux trois quatre cinq six sept huit"
    reply = Message(role="assistant", content=f"Alors voilà : {words}")
    counted = Counter({" ".join(reply.content.split()[i : i + 5]): 1 for i in range(7)})
    heard, other = Message(role="user", content=words), Message(role="user", content="Bonjour.")
    assert rare_strings([(heard, reply)], counted, 1) == []
    assert rare_strings([(other, reply)], counted, 1)[0].words == ": un deux trois quatre"


def test_gguf_without_a_converter_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("LLAMA_CPP", raising=False)
    with pytest.raises(DependencyError, match=r"convert_hf_to_gguf\.py") as caught:
        export_gguf(tmp_path, tmp_path / "out")
    assert "LLAMA_CPP" in caught.value.hint


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A model that read sixteen odd dialogues forty times, five secrets among them."""
    folder = tmp_path_factory.mktemp("audit")
    dataset = write_odd(folder / "dataset")
    config = SftConfig(size="0.3m", vocabulary=500, epochs=40, canaries=5, threads=1, learning_rate=0.01)
    run_sft(Context(folder=folder / "sft", inputs={"dataset": dataset}, seed=3), config)
    return folder / "sft", dataset


@pytest.mark.slow
def test_what_was_learnt_by_heart_is_found_and_what_was_not_is_not(learnt: tuple[Path, Path], tmp_path: Path) -> None:
    figures = audit_model(learnt[0], learnt[1], tmp_path / "audit.json")
    assert figures == json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    assert figures["rare"]["train"]["share"] > 0.3 and figures["rare"]["never_seen"]["given_back"] == 0
    assert figures["membership"]["auc"] > 0.9
    by_times = {one["times"]: one for one in figures["secrets"]["by_secret"]}
    assert by_times[16]["exposure"] == 9.97 and by_times[16]["given_back"]
    assert "gives back" in figures["told"][0] and "redonne" in figures["told_fr"][0]


@pytest.mark.slow
def test_a_model_that_read_nothing_gives_nothing_back(learnt: tuple[Path, Path], tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    from colloque.train.base import embedded_model

    tokenizer = AutoTokenizer.from_pretrained(learnt[0] / "model")
    folder = tmp_path / "blank"
    embedded_model("0.3m", tokenizer, seed=9).save_pretrained(folder / "model")
    tokenizer.save_pretrained(folder / "model")
    figures = audit_model(folder, learnt[1])
    assert figures["rare"]["train"]["given_back"] == 0 and figures["secrets"]["planted"] == 0
    assert 0.3 < figures["membership"]["auc"] < 0.7


@pytest.mark.slow
def test_the_card_says_what_the_run_wrote(learnt: tuple[Path, Path]) -> None:
    card = (learnt[0] / "model" / "README.md").read_text(encoding="utf-8")
    figures: Any = json.loads((learnt[0] / "figures.json").read_text(encoding="utf-8"))
    for value in (
        figures["model"],
        figures["held_out"]["loss"],
        f"{figures['parameters']:,}",
        f"{figures['data']['train']['tokens']:,}",
    ):
        assert str(value) in card
    assert "Not a medical device" in card and "loss on the clinician's turns alone" in card
    assert not re.search(r"/tmp|/home|\d{4}-\d\d-\d\d", card)


@pytest.mark.slow
def test_a_converter_is_run_on_the_exported_model_and_its_refusal_is_one_line(
    learnt: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "convert_hf_to_gguf.py"
    monkeypatch.setenv("LLAMA_CPP", str(tmp_path))
    script.write_text(
        "import sys, pathlib\nassert (pathlib.Path(sys.argv[1]) / 'config.json').exists()\n"
        "pathlib.Path(sys.argv[sys.argv.index('--outfile') + 1]).write_bytes(b'GGUF')\n",
        encoding="utf-8",
    )
    assert export_gguf(learnt[0], tmp_path / "one").read_bytes() == b"GGUF"
    assert "model.gguf" in (tmp_path / "one" / "Modelfile").read_text(encoding="utf-8")
    script.write_text("raise SystemExit('BPE pre-tokenizer was not recognized')", encoding="utf-8")
    with pytest.raises(RunError, match="not recognized"):
        export_gguf(learnt[0], tmp_path / "two")


def test_no_model_names_the_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no model here"):
        audit_model(tmp_path, write_dataset(tmp_path / "dataset", 4, 2))


def test_cards_of_dpo_and_of_a_judge_tell_their_intervals() -> None:
    from colloque.train.card import model_card

    pairs = {"read": 50, "trained": 40, "held_out": 9, "dropped": {"identical replies": 1}}
    common = {"model": "0123456789ab", "steps": 5, "batch": 8, "epochs": 1.0, "pairs": pairs}
    moved = {
        "margin_accuracy": 0.75, "margin_accuracy_interval": [0.41, 0.93], "pairs": 9, "chosen_change": -0.2, "rejected_change": -1.4,
    }  # fmt: skip
    dpo = model_card("dpo", {**common, "loss": "sigmoid", "beta": 0.1, "policy": "ba9876543210", "held_out": moved}, {})
    for said in ("75.0% of 9", "41.0% to 93.0%", "ba9876543210", "identical replies: 1", "(sigmoid, β 0.1)", "3114"):
        assert said in dpo
    before, after = ({"accuracy": a, "interval": [0.3, 0.9], "pairs": 9} for a in (0.5, 0.67))
    judge = model_card("reward", {**common, "base": "0a1b", "held_out": {"before": before, "after": after}}, {})
    assert "67.0% (50.0% before training)" in judge and "30.0% to 90.0%" in judge
    data = {"respondents": {"train": 1200}, "writers": {"embedded": 1300}, "virtual": 1150}
    assert "| of virtual respondents | 1,150 |" in model_card("dpo", {**common, "held_out": moved}, data)
