"""What the page says of DPO: the kept model, saturation, each origin; and old figures without them."""

from colloque.report.after import dpo_lines
from colloque.train.drift import Margin, summary


def test_the_page_tells_the_kept_model_saturation_and_each_origin() -> None:
    margins = [Margin(origin, -10.0, -12.0, -9.0, -50.0, 4, 6, False) for origin in ("on-policy", "planted", "planted")]
    measured = summary(margins, [("on-policy", 20)], [("on-policy", 21)], flat=29.4)
    kept = {"step": 48, "of": 64, "by": "held-out loss", "stopped_early": True, "losses": [[16, 0.7], [48, 0.6]]}
    figures = {"pairs": {"trained": 40}, "steps": 60, "kept": kept, **measured}
    page = "\n".join(dpo_lines(figures))
    assert "celui du pas 48 sur 64" in page and "arrêté plus tôt" in page
    assert "Paires saturées" in page and "« erreur plantée » (2)" in page
    for new in ("kept", "saturated_share"):
        figures.pop(new, None)
        figures["held_out"].pop(new, None)
    assert len(dpo_lines(figures)) == 5
