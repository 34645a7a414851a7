"""The order of training: everything seen as often as asked, lengths together, the same for the same seed."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from colloque.train.order import training_order


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(1, 500), min_size=1, max_size=200), st.integers(1, 9), st.integers(1, 3), st.integers(0, 9))
def test_each_example_is_seen_once_an_epoch(lengths: list[int], batch: int, epochs: int, seed: int) -> None:
    order = training_order(lengths, batch, float(epochs), seed)
    assert Counter(order) == dict.fromkeys(range(len(lengths)), epochs)
    assert order == training_order(lengths, batch, float(epochs), seed)


def test_a_fraction_of_an_epoch_and_another_seed() -> None:
    lengths = [i % 97 + 1 for i in range(1000)]
    assert len(training_order(lengths, 8, 0.25, 0)) == 250
    assert training_order(lengths, 8, 1.0, 0) != training_order(lengths, 8, 1.0, 1)


def test_grouping_wastes_little_on_padding() -> None:
    lengths = [(i * 7919) % 400 + 20 for i in range(4000)]
    order = training_order(lengths, 8, 1.0, 0)
    padded = sum(8 * max(lengths[i] for i in order[k : k + 8]) for k in range(0, len(order), 8))
    assert padded / sum(lengths) < 1.03


def test_batches_are_not_seen_from_short_to_long() -> None:
    lengths = [i % 400 + 20 for i in range(400)]
    order = training_order(lengths, 8, 1.0, 0)
    firsts = [lengths[order[k]] for k in range(0, len(order), 8)]
    assert firsts != sorted(firsts)
