"""Configurations refuse what a library would ignore without a word, and name the remedy."""

import pytest
from pydantic import ValidationError

from colloque.train import DpoConfig, SftConfig


def test_label_smoothing_is_refused_where_it_would_be_ignored() -> None:
    with pytest.raises(ValidationError, match="use loss: robust"):
        DpoConfig(loss="sigmoid", label_smoothing=0.1)
    assert DpoConfig(loss="robust", label_smoothing=0.1).label_smoothing == 0.1


def test_an_unknown_key_or_size_is_refused() -> None:
    with pytest.raises(ValidationError):
        SftConfig.model_validate({"epoch": 2})
    with pytest.raises(ValidationError):
        SftConfig.model_validate({"size": "2m"})


@pytest.mark.parametrize("config", [SftConfig, DpoConfig])
def test_every_field_says_what_it_is(config: type[SftConfig] | type[DpoConfig]) -> None:
    assert all(field.description for field in config.model_fields.values())
