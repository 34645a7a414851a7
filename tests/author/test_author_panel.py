"""A panel's majority, and a reward model that scores each reply alone."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from colloque.config import parse_config
from colloque.core import Candidate, Choice, Comparison, Opening, Turn, Verdict
from colloque.errors import ConfigError, InputError
from colloque.judge.open import open_judge
from colloque.judge.panel import Panel
from colloque.judge.protocol import NO_VERDICT, both_orders
from colloque.judge.reward import RewardJudge
from colloque.llm import ScriptedModel


class Fixed:
    """A judge that always says the same."""

    def __init__(self, name: str, choice: Choice, *, none: bool = False) -> None:
        self.name, self.choice, self.none = name, choice, none

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        criterion = NO_VERDICT if self.none else None
        said = Verdict(choice=self.choice, margin=2.0, criterion=criterion, judge=self.name, reason=self.name)
        return [said for _ in comparisons]


def comparison(a: str = "Depuis quand ?", b: str = "D'accord.", number: int = 0) -> Comparison:
    turns = (Turn(role="patient", text=f"Je dors mal, {number}."),)
    return Comparison(
        id=f"c-{number}", opening=Opening(id=f"o-{number}", turns=turns), a=Candidate(text=a), b=Candidate(text=b)
    )


@pytest.mark.parametrize(
    ("votes", "choice"),
    [("aab", "a"), ("abb", "b"), ("ab", "tie"), ("abt", "tie"), ("att", "tie"), ("aat", "a"), ("aabb", "tie")],
)
def test_more_than_half_decides(votes: str, choice: Choice) -> None:
    names: dict[str, Choice] = {"a": "a", "b": "b", "t": "tie"}
    panel = Panel([Fixed(f"j{i}", names[vote]) for i, vote in enumerate(votes)])
    (said,) = panel.compare([comparison()])
    assert (said.choice, said.judge) == (choice, panel.name)


def test_a_judge_without_verdict_does_not_vote() -> None:
    panel = Panel([Fixed("x", "tie", none=True), Fixed("y", "a"), Fixed("z", "tie", none=True)])
    assert panel.compare([comparison()])[0].choice == "a"
    silent = Panel([Fixed("x", "tie", none=True), Fixed("z", "tie", none=True)])
    assert silent.compare([comparison()])[0].criterion == NO_VERDICT


@pytest.mark.parametrize("judges", [[], [Fixed("x", "a")], [Fixed("x", "a"), Fixed("x", "b")]])
def test_one_voice_is_no_panel(judges: list[Fixed]) -> None:
    with pytest.raises(ConfigError):
        Panel(judges)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random sequence classifier with a character tokenizer."""
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import LlamaConfig, LlamaForSequenceClassification, PreTrainedTokenizerFast, set_seed

    folder = tmp_path_factory.mktemp("reward")
    letters = {c: i for i, c in enumerate(["<pad>", "<unk>", *map(chr, range(32, 127)), *"àâçéèêîôûù’…"])}
    plain = Tokenizer(models.WordLevel(letters, unk_token="<unk>"))
    plain.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer: Any = PreTrainedTokenizerFast(tokenizer_object=plain, pad_token="<pad>", unk_token="<unk>")
    tokenizer.chat_template = "{% for m in messages %}{{ m.role[0] }}: {{ m.content }} {% endfor %}"
    tokenizer.save_pretrained(folder)
    set_seed(1)
    config = LlamaConfig(
        vocab_size=len(letters), hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        num_labels=1, max_position_embeddings=256, pad_token_id=0,
    )  # fmt: skip
    LlamaForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.mark.slow
def test_a_reward_model_is_its_own_mirror_image(checkpoint: Path) -> None:
    judge = RewardJudge(checkpoint, batch_size=3)
    comparisons = [comparison(number=i, b="D'accord, merci. " * (i + 1)) for i in range(7)]
    given = judge.compare(comparisons)
    swapped = [verdict.swap() for verdict in judge.compare([c.swap() for c in comparisons])]
    assert [v.choice for v in given] == [v.choice for v in swapped]
    assert "tie" not in {v.choice for v in both_orders(judge, comparisons)}
    assert [v.margin for v in given] == pytest.approx([v.margin for v in swapped], abs=1e-4)
    alone = [RewardJudge(checkpoint, batch_size=1).compare([c])[0].margin for c in comparisons]
    assert alone == pytest.approx([v.margin for v in given], abs=1e-4), "padding changes no reward"
    assert judge.compare([comparison(b="Depuis quand ?")])[0].choice == "tie"


@pytest.mark.slow
def test_a_head_of_three_labels_is_no_reward_model(checkpoint: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    model: Any = AutoModelForSequenceClassification.from_pretrained(
        checkpoint, num_labels=3, ignore_mismatched_sizes=True
    )
    model.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(checkpoint).save_pretrained(tmp_path)
    with pytest.raises(InputError, match="one output"):
        RewardJudge(tmp_path).compare([comparison()])


def test_an_empty_folder_is_no_reward_model(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"config\.json"):
        RewardJudge(tmp_path)


def test_judges_are_opened_by_name(checkpoint: Path) -> None:
    strong = ScriptedModel([], name="strong")
    assert open_judge(()).name == "rubric"
    assert open_judge((), strong).name == "model:strong"
    assert isinstance(open_judge((str(checkpoint),)), RewardJudge)
    panel = open_judge(("rubric", "model", str(checkpoint)), strong)
    assert isinstance(panel, Panel) and panel.name.startswith("panel(rubric+model:strong+reward-")
    with pytest.raises(ConfigError, match="models: judge"):
        open_judge(("model",))
    with pytest.raises(ConfigError, match="two different judges"):
        open_judge(("rubric", "rubric"))


def test_a_reward_model_s_folder_is_read_from_the_configuration_s_own(tmp_path: Path) -> None:
    config = parse_config({"prefer": {"judges": ["rubric", "reward/model"]}}, file=tmp_path / "run.yaml")
    assert config.prefer.judges == ("rubric", str(tmp_path / "reward" / "model"))
