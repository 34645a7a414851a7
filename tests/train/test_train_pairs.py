"""Pairs as DPO reads them: who chooses the model and who measures it, and whose replies they are (the rest: test_train_pitfalls.py)."""

from pathlib import Path

import pytest
from dpo_fixtures import tree_preferences

from colloque.train.pairs import Pairs, maker


def test_who_chooses_the_model_does_not_measure_it() -> None:
    pairs = Pairs(held_out=tree_preferences(30))
    watched, measured = pairs.parted(64, seed=1)
    assert len(watched) + len(measured) == len(pairs.held_out)
    assert not {p.respondent for p in watched} & {p.respondent for p in measured}
    assert len(pairs.held_out) / 4 < len(watched) < len(pairs.held_out) / 2
    assert pairs.parted(64, seed=1)[0] == watched != pairs.parted(64, seed=2)[0]
    assert len(pairs.parted(12, seed=1)[0]) < 20
    assert Pairs(held_out=tree_preferences(1)).parted(64, seed=1)[0] == []


@pytest.mark.parametrize(
    ("card", "hash_"),
    [('{"model": "sft-0123456789ab"}', "0123456789ab"), ('{"model": "mistral-large"}', None), ("[]", None), ("", None)],
)
def test_who_made_the_pairs_is_read_where_it_is_known(card: str, hash_: str | None, tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text(card, encoding="utf-8")
    assert maker(tmp_path / "preferences.parquet") == hash_
    assert maker(tmp_path / "elsewhere" / "preferences.parquet") is None
