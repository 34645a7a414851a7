"""What DPO did, in figures and in words: counted by hand on a few pairs, by origin, without a model."""

import math

from colloque.train.drift import Margin, summary


def margin(origin: str, chosen: float, rejected: float, by_token: bool = False) -> Margin:
    """A pair whose sides had −10 and −12 nats under the reference, of 4 and 6 tokens."""
    return Margin(origin, -10.0, -12.0, chosen, rejected, 4, 6, by_token)


def test_shares_and_means_of_each_origin() -> None:
    margins = [
        margin("on-policy", -9.0, -13.0),  # both as wished: margin 2
        margin("on-policy", -11.0, -15.0),  # displaced, and yet a margin of 2
        margin("planted", -10.5, -52.0),  # displaced, saturated: margin 39.5
        margin("planted", -12.0, -11.0),  # the wrong way: −3
    ]
    before = [("on-policy", 20), ("on-policy", 10), ("planted", 30)]
    after = [("on-policy", 21), ("on-policy", 9), ("planted", 15)]
    figures = summary(margins, before, after, flat=math.log(19) / 0.1)
    held = figures["held_out"]
    assert (held["pairs"], held["margin_accuracy"], held["displaced_share"], held["saturated_share"]) == (
        4,
        0.75,
        0.75,
        0.25,
    )
    assert held["chosen_change"] == -0.625 and held["mean_margin"] == round((2 + 2 + 39.5 - 3) / 4, 4)
    on, planted = held["by_origin"]["on-policy"], held["by_origin"]["planted"]
    assert (on["margin_accuracy"], on["displaced_share"], on["saturated_share"], on["chosen_change"]) == (
        1.0,
        0.5,
        0.0,
        0.0,
    )
    assert (planted["margin_accuracy"], planted["displaced_share"], planted["saturated_share"]) == (0.5, 1.0, 0.5)
    assert figures["replies"]["tokens_before"] == 20.0 and figures["replies"]["tokens_after"] == 15.0
    assert figures["replies"]["by_origin"]["planted"] == {"tokens_before": 30.0, "tokens_after": 15.0}


def test_the_words_say_the_unpleasant_too_and_each_origin() -> None:
    margins = [margin("on-policy", -9.0, -13.0)] * 3 + [margin("planted", -30.0, -90.0)] * 5
    lines = summary(margins, [("on-policy", 20), ("planted", 20)], [("on-policy", 20), ("planted", 8)], flat=29.4)[
        "told"
    ]
    assert "Displacement" in lines[1] and "62%" in lines[2]
    assert "grew shorter" in lines[3]
    assert lines[4].startswith("Pairs of origin on-policy (3)") and "kept their length" in lines[4]
    assert (
        lines[5].startswith("Pairs of origin planted (5)")
        and "100% saturated" in lines[5]
        and "−60%" in lines[5].replace("-", "−")
    )
    alone = summary(margins[:3], [("on-policy", 20)], [("on-policy", 20)], flat=29.4)["told"]
    assert len(alone) == 4 and "became more likely" in alone[1]


def test_a_margin_by_token_is_not_won_by_length() -> None:
    assert margin("", -9.0, -13.0).reward_margin == 2.0
    assert margin("", -9.0, -13.0, by_token=True).reward_margin == 1 / 4 + 1 / 6
