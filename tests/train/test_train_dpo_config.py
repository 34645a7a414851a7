"""The configuration of DPO: each loss has its own strength, and what TRL would take without effect is refused."""

import pytest
from pydantic import ValidationError

from colloque.train import DpoConfig, LoraConfig


@pytest.mark.parametrize(
    ("loss", "strength"),
    [("sigmoid", 0.1), ("robust", 0.1), ("apo_zero", 0.1), ("ipo", 5.0), ("sigmoid_norm+sft", 5.0)],
)
def test_each_loss_has_its_own_strength_unless_one_is_given(loss: str, strength: float) -> None:
    options = {"loss": loss, "label_smoothing": 0.1 if loss == "robust" else 0.0}
    assert DpoConfig.model_validate(options).strength == strength
    assert DpoConfig.model_validate({**options, "beta": 0.7}).strength == 0.7


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"loss": "sigmoid", "label_smoothing": 0.1}, "use loss: robust"),
        ({"loss": "robust"}, "without label_smoothing is loss: sigmoid"),
        ({"loss": "ipo", "sft_weight": 0.2}, "sft_weight has no effect"),
        ({"method": "full", "lora": {"rank": 8}}, "lora has no effect"),
        ({"lora": {"dropout": 0.1}}, "lora.dropout has no effect"),
        ({"batch": 16, "device_batch": 3}, "multiple of processes"),
        ({"keep": "last", "patience": 2}, "set keep: best"),
    ],
)
def test_what_would_have_no_effect_is_refused(options: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        DpoConfig.model_validate(options)


def test_a_written_configuration_is_read_again() -> None:
    """As a launcher hands it to its processes: every field set, none by a person."""
    for config in (DpoConfig(), DpoConfig(loss="sigmoid", method="lora", lora=LoraConfig(rank=8))):
        assert DpoConfig.model_validate(config.model_dump(mode="json")) == config


def test_trl_takes_the_refused_options_without_a_word() -> None:
    """The reason for the refusals: dropout of an adapter is turned off by TRL itself."""
    torch = pytest.importorskip("torch")
    from trl.trainer.utils import disable_dropout_in_model

    body = torch.nn.Sequential(torch.nn.Dropout(0.3))
    disable_dropout_in_model(body)
    assert body[0].p == 0
