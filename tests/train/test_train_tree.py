"""Shared tokens once: the folding itself, and models whose losses and gradients are those of the stock path."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")
pytestmark = pytest.mark.slow

from tree_fixtures import FAMILIES, padded, tiny  # noqa: E402

ROWS = st.lists(st.lists(st.integers(1, 3), min_size=1, max_size=12), min_size=1, max_size=8)


@settings(deadline=None, max_examples=200)
@given(ROWS, st.sampled_from([0.0, 1.0, 50.0, 1e6]))
def test_each_row_is_found_again_and_sees_its_own_past_alone(rows: list[list[int]], linear: float) -> None:
    """Duplicates, a row that is another's beginning, rows of one token, nothing in common: whatever the cost says."""
    import torch

    from colloque.train.tree import fold

    ids, mask = padded(rows)
    forest = fold(ids, mask, linear)
    tokens = forest.ids.size(1)
    sees = torch.zeros(tokens, tokens, dtype=torch.bool)
    start = 0
    for first, rest, branch in forest.pieces:
        sees[start : start + first, start : start + first] = torch.ones(first, first).tril().bool()
        if rest:
            sees[start + first : start + first + rest, start : start + first + rest] = branch
        start += first + rest
    assert start == tokens <= mask.sum()
    for number, row in enumerate(rows):
        path = forest.gather[number, : len(row)]
        assert forest.ids[0, path].tolist() == row
        assert forest.depths[0, path].tolist() == list(range(len(row)))
        for place, token in enumerate(path):
            assert sorted(sees[token].nonzero().flatten().tolist()) == sorted(path[: place + 1].tolist())


def test_what_is_shared_is_computed_once_where_matrices_cost_most() -> None:
    from colloque.train.tree import fold

    trunk = list(range(1, 101))
    rows = [[*trunk[:40], 7, 8], [*trunk[:40], 7, 9], [*trunk, 5], [*trunk, 6, 6]]
    assert fold(*padded(rows), linear=1e6).ids.size(1) == 100 + 2 + 1 + 2 + 1
    assert len(fold(*padded([[1, 2], [1, 3]] * 9), linear=1e6).pieces) == 1


def test_a_short_common_beginning_of_many_long_rows_does_not_make_one_wide_tree() -> None:
    """A system prompt of 60 tokens before 16 dialogues of 200: joined, every branch would look at all the others."""
    from colloque.train.tree import fold

    rows = [[1] * 60 + [2 + n] * 200 for n in range(16)]
    pieces = fold(*padded(rows), linear=100.0).pieces
    assert len(pieces) > 4
    assert len(fold(*padded(rows), linear=1e6).pieces) == 1


def scored(model: Any, rows: Sequence[Sequence[int]], replies: int = 6) -> tuple[Any, list[Any]]:
    """Log-probabilities of the last tokens of each row, and the gradient of an uneven sum of them."""
    import torch

    ids, mask = padded(rows)
    labels = torch.full_like(ids, -100)
    for number, row in enumerate(rows):
        labels[number, max(1, len(row) - replies) : len(row)] = ids[number, max(1, len(row) - replies) : len(row)]
    model.zero_grad()
    out = model(input_ids=ids, attention_mask=mask, labels=labels, fused_lm_head=True).log_probs
    sums = out.sum(dim=1)
    (sums * torch.linspace(-1, 1, len(rows))).sum().backward()
    return sums.detach(), [p.grad for p in model.parameters() if p.grad is not None]


def dialogue_rows(seed: int = 0) -> list[list[int]]:
    """Two dialogues, three openings of each, two replies to each; lengths differ; one row twice."""
    import random

    chance = random.Random(seed)
    rows = []
    for _ in range(2):
        talk = [chance.randrange(3, 90) for _ in range(60)]
        for cut in (9, 30, 60):
            rows += [
                [*talk[:cut], *(chance.randrange(3, 90) for _ in range(chance.randrange(1, 12)))] for _ in range(2)
            ]
    return [*rows, rows[0]]


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("how", ["full", "lora", "checkpointing"])
def test_log_probabilities_and_gradients_are_those_of_the_stock_path(family: str, how: str) -> None:
    import torch
    from trl.trainer.utils import add_fused_lm_head

    from colloque.train.tree_backbone import TreeBackbone, refusal

    model = tiny(family)
    assert refusal(model) is None
    add_fused_lm_head(model)
    if how == "lora":
        from peft import LoraConfig, get_peft_model

        torch.manual_seed(1)
        model = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False))
    if how == "checkpointing":
        model.gradient_checkpointing_enable()
    model.train()
    rows = dialogue_rows()
    stock, slopes = scored(model, rows)
    slopes = [slope.clone() for slope in slopes]
    tree = TreeBackbone(model)
    folded, others = scored(model, rows)
    assert 3 * tree.tokens < tree.rows
    assert torch.allclose(stock, folded, atol=1e-5)
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(slopes, others, strict=True))
    with tree.off():
        assert torch.equal(scored(model, rows)[0], stock)


def test_generation_and_padding_on_the_left_go_through_unchanged() -> None:
    import torch

    from colloque.train.tree_backbone import TreeBackbone

    model = tiny("llama").eval()
    ids, mask = padded([[5, 6, 7, 8], [5, 6, 9]])
    asked = {"max_new_tokens": 5, "do_sample": False}
    before = model.generate(input_ids=ids[:1], attention_mask=mask[:1], **asked)
    left = torch.tensor([[0, 0, 1], [1, 1, 1]])
    plain = model(input_ids=ids[:, :3], attention_mask=left, use_cache=False).logits
    tree = TreeBackbone(model)
    assert torch.equal(model.generate(input_ids=ids[:1], attention_mask=mask[:1], **asked), before)
    assert torch.equal(model(input_ids=ids[:, :3], attention_mask=left, use_cache=False).logits, plain)
    assert tree.rows == 0


def test_what_is_not_proven_is_refused_with_the_reason() -> None:
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    from colloque.train.tree_backbone import refusal

    small = {"vocab_size": 90, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "head_dim": 16}  # fmt: skip
    assert "gemma3" in str(refusal(Gemma3ForCausalLM(Gemma3TextConfig(**small, num_key_value_heads=1))))
    assert "sliding window" in str(refusal(tiny("mistral", sliding_window=8)))
    assert "sliding window" in str(
        refusal(tiny("qwen2", use_sliding_window=True, sliding_window=8, max_window_layers=0))
    )
    assert refusal(tiny("qwen2", use_sliding_window=False, sliding_window=8)) is None
    eager = tiny("llama")
    eager.set_attn_implementation("eager")
    assert "eager" in str(refusal(eager))
    assert "at random" in str(refusal(tiny("llama", attention_dropout=0.1)))
