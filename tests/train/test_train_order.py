"""The order of training: everything seen as often as asked, lengths together, the same for the same seed."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from colloque.train.order import training_order, trunks


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


def test_pairs_of_one_trunk_come_together_a_few_at_a_time() -> None:
    lengths, groups = [60] * 1600, [i % 200 for i in range(1600)]
    order = training_order(lengths, 16, 1.0, 0, groups)
    assert Counter(order) == dict.fromkeys(range(1600), 1)
    assert order == training_order(lengths, 16, 1.0, 0, groups) != training_order(lengths, 16, 1.0, 1, groups)
    batches = [Counter(groups[i] for i in order[k : k + 16]) for k in range(0, 1600, 16)]
    assert all(len(batch) >= 3 for batch in batches)
    together = sum(16 - len(batch) for batch in batches) / 1600
    assert together > 0.7
    apart = training_order(lengths, 16, 1.0, 0)
    assert sum(16 - len({groups[i] for i in apart[k : k + 16]}) for k in range(0, 1600, 16)) / 1600 < 0.1


@settings(deadline=None, max_examples=50)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=150), st.integers(1, 9), st.floats(0.3, 2.5), st.integers(0, 9))
def test_grouping_loses_no_example(groups: list[int], batch: int, epochs: float, seed: int) -> None:
    lengths = [10 + i % 7 for i in range(len(groups))]
    order = training_order(lengths, batch, epochs, seed, groups)
    assert len(order) == max(1, round(len(groups) * epochs))
    counts = Counter(order)
    assert max(counts.values()) <= int(epochs) + 1


def test_a_trunk_is_half_of_the_shorter_prompt_beyond_what_all_share() -> None:
    system = [9] * 50
    talk, other = [*system, 1, 2, 3, 4, 5, 6], [*system, 7, 7, 7, 7]
    groups = trunks([other, talk[:53], talk, [*talk[:54], 8, 8], [*talk[:51], 8, 8, 8]])
    assert groups[1] == groups[2] == groups[3]
    assert len({groups[0], groups[1], groups[4]}) == 3


@settings(deadline=None, max_examples=30)
@given(st.lists(st.lists(st.integers(0, 70_000), max_size=6), max_size=20))
def test_trunks_do_not_depend_on_the_order_of_the_prompts(prompts: list[list[int]]) -> None:
    def together(rows: list[list[int]]) -> set[frozenset[tuple[int, ...]]]:
        found: dict[int, set[tuple[int, ...]]] = {}
        for row, group in zip(rows, trunks(rows), strict=True):
            found.setdefault(group, set()).add(tuple(row))
        return {frozenset(group) for group in found.values()}

    assert together(prompts) == together(prompts[::-1])
