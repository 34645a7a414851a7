"""From names in a configuration to the judge that labels: one, or several as a panel. The one place that knows which there are."""

from collections.abc import Sequence

from colloque.errors import ConfigError
from colloque.judge.model import ModelJudge
from colloque.judge.panel import Panel
from colloque.judge.protocol import Judge
from colloque.judge.reward import RewardJudge
from colloque.judge.rubric import RubricJudge
from colloque.llm.model import ChatModel

__all__ = ["open_judge"]


def open_judge(names: Sequence[str], strong: ChatModel | None = None) -> Judge:
    """`rubric`, `model` (the chat model given) or the folder of a reward model; more than one vote, the majority decides.

    Without names: the chat model where there is one, else the rubric. Raises ConfigError for `model` without a model, or a
    judge named twice, InputError for a folder without a checkpoint.
    """
    judges = [_one(name, strong) for name in names or (("model",) if strong else ("rubric",))]
    return judges[0] if len(judges) == 1 else Panel(judges)


def _one(name: str, strong: ChatModel | None) -> Judge:
    if name == "rubric":
        return RubricJudge()
    if name == "model":
        if strong is None:
            raise ConfigError("the judge `model` needs a model under `models: judge`", hint="name one, or leave it out")
        return ModelJudge(strong)
    return RewardJudge(name)
