"""What DPO did, on pairs of respondents it never saw: margins, displacement, saturation, length; as figures and sentences.

Displacement: the chosen reply itself becomes less likely than under the reference (Razin et al. 2024). Knows no files.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from colloque.core import Preference

__all__ = ["Margin", "held_out_margins", "reply_lengths", "summary", "wilson"]

_SAMPLED = 48
"""Held-out prompts whose greedy replies are measured before and after."""
_LONGEST = 96
_AT_ONCE = 16
_MOSTLY = 0.5


@dataclass(frozen=True)
class Margin:
    """One held-out pair: log-probabilities (nats, whole replies) under reference and policy, and token counts."""

    origin: str
    reference_chosen: float
    reference_rejected: float
    chosen: float
    rejected: float
    chosen_tokens: int
    rejected_tokens: int
    by_token: bool

    @property
    def reward_margin(self) -> float:
        """How much more the chosen reply gained than the rejected one; by token where the loss counts so."""
        gained, other = self.chosen - self.reference_chosen, self.rejected - self.reference_rejected
        return gained / self.chosen_tokens - other / self.rejected_tokens if self.by_token else gained - other

    def ranks(self, policy: bool) -> bool:
        """Whether the model gives the chosen reply the higher log-probability of a token."""
        chosen, rejected = (self.chosen, self.rejected) if policy else (self.reference_chosen, self.reference_rejected)
        return chosen / self.chosen_tokens > rejected / self.rejected_tokens


def held_out_margins(trainer: Any, pairs: Sequence[Preference], by_token: bool) -> list[Margin]:
    """Score `trainer.measured` (reference columns computed beforehand) with the trained policy, in order."""
    import torch

    trainer.model.eval()
    margins: list[Margin] = []
    data, size = trainer.measured, trainer.args.per_device_eval_batch_size
    for start in range(0, len(data), size):
        rows = [data[i] for i in range(start, min(start + size, len(data)))]
        inputs = trainer._prepare_inputs(trainer.data_collator(rows))
        labels = inputs["input_ids"].masked_fill(inputs["completion_mask"] == 0, -100)
        with torch.no_grad():
            scored = trainer.model(
                input_ids=inputs["input_ids"],
                attention_mask=inputs["attention_mask"],
                labels=labels,
                use_cache=False,
                fused_lm_head=True,
            )
        sums = scored.log_probs.sum(dim=1).tolist()
        chosen, rejected = sums[: len(rows)], sums[len(rows) :]
        margins += [
            Margin(
                origin=pairs[start + i].origin,
                reference_chosen=float(row["ref_chosen_logps"]),
                reference_rejected=float(row["ref_rejected_logps"]),
                chosen=chosen[i],
                rejected=rejected[i],
                chosen_tokens=len(row["chosen_ids"]),
                rejected_tokens=len(row["rejected_ids"]),
                by_token=by_token,
            )
            for i, row in enumerate(rows)
        ]
    return margins


def reply_lengths(model: Any, tokenizer: Any, asked: Sequence[tuple[str, Any]]) -> list[tuple[str, int]]:
    """Tokens of the model's likeliest reply to the first prompts, at most 96 a reply, each with its pair's origin."""
    import torch

    prompts = [
        tokenizer.apply_chat_template(prompt, tokenize=True, return_dict=True, add_generation_prompt=True)["input_ids"]
        for _, prompt in asked[:_SAMPLED]
    ]
    lengths = [0] * len(prompts)
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    model.eval()
    for start in range(0, len(order), _AT_ONCE):
        some = order[start : start + _AT_ONCE]
        longest = len(prompts[some[-1]])
        before = [longest - len(prompts[i]) for i in some]
        ids = torch.tensor([[tokenizer.pad_token_id] * pad + prompts[i] for pad, i in zip(before, some, strict=True)])
        mask = torch.tensor([[0] * pad + [1] * (longest - pad) for pad in before])
        with torch.inference_mode():
            out = model.generate(
                input_ids=ids.to(model.device), attention_mask=mask.to(model.device), max_new_tokens=_LONGEST,
                do_sample=False, temperature=None, top_p=None, top_k=None, use_cache=True,
            )  # fmt: skip
        for i, row in zip(some, out[:, longest:].tolist(), strict=True):
            lengths[i] = _reply_length(row, model.generation_config.eos_token_id)
    return [(origin, length) for (origin, _), length in zip(asked, lengths, strict=False)]


def _reply_length(ids: Sequence[int], end: int | Sequence[int] | None) -> int:
    """Tokens up to the end mark, which counts; what follows it is padding."""
    ends = {end} if isinstance(end, int) else set(end or ())
    return next((place + 1 for place, token in enumerate(ids) if token in ends), len(ids))


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927)."""
    if not total:
        return 0.0, 1.0
    p = hits / total
    centre = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * ((p * (1 - p) + z * z / (4 * total)) / total) ** 0.5 / (1 + z * z / total)
    return max(0.0, centre - half), min(1.0, centre + half)


def summary(
    margins: Sequence[Margin], before: Sequence[tuple[str, int]], after: Sequence[tuple[str, int]], flat: float
) -> dict[str, Any]:
    """Figures (`held_out`, `replies`) and the sentences that tell them (`told`); all of it by origin of the pair too.

    `before`, `after`: what `reply_lengths` gave. A pair is saturated when its margin is above `flat`, where its loss has all
    but no slope left: further steps on it move nothing.
    """
    origins = sorted({margin.origin for margin in margins})
    held_out = {
        **_of(margins, flat, intervals=True),
        "by_origin": {name: _of([m for m in margins if m.origin == name], flat) for name in origins},
    }
    replies = {
        "tokens_before": _mean([n for _, n in before]),
        "tokens_after": _mean([n for _, n in after]),
        "by_origin": {
            name: {
                "tokens_before": _mean([n for origin, n in before if origin == name]),
                "tokens_after": _mean([n for origin, n in after if origin == name]),
            }
            for name in sorted({origin for origin, _ in before})
        },
    }
    return {"held_out": held_out, "replies": replies, "told": _told(held_out, replies)}


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / max(1, len(values)), 2)


def _of(margins: Sequence[Margin], flat: float, intervals: bool = False) -> dict[str, Any]:
    """The figures of some pairs: shares, and means of a pair."""
    total = len(margins)
    shares = {
        "margin_accuracy": sum(m.reward_margin > 0 for m in margins),
        "ranked_right_before": sum(m.ranks(policy=False) for m in margins),
        "ranked_right_after": sum(m.ranks(policy=True) for m in margins),
        "displaced_share": sum(m.chosen < m.reference_chosen for m in margins),
        "saturated_share": sum(m.reward_margin > flat for m in margins),
    }
    figures: dict[str, Any] = {"pairs": total}
    for name, hits in shares.items():
        figures[name] = round(hits / total, 4)
        if intervals:
            figures[f"{name}_interval"] = [round(x, 4) for x in wilson(hits, total)]
    means = {
        "mean_margin": [m.reward_margin for m in margins],
        "chosen_change": [m.chosen - m.reference_chosen for m in margins],
        "rejected_change": [m.rejected - m.reference_rejected for m in margins],
        "chosen_tokens": [float(m.chosen_tokens) for m in margins],
        "rejected_tokens": [float(m.rejected_tokens) for m in margins],
    }
    return {**figures, **{name: round(sum(values) / total, 4) for name, values in means.items()}}


def _told(held_out: dict[str, Any], replies: dict[str, Any]) -> list[str]:
    """The figures in words, the unpleasant ones too; then each origin where there are several."""
    low, high = held_out["margin_accuracy_interval"]
    verdict = (
        "better than chance" if low > 0.5 else "worse than chance" if high < 0.5 else "not distinguishable from chance"
    )
    told = [
        f"On {held_out['pairs']} pairs of respondents it never saw, the model moved towards the chosen reply in "
        f"{held_out['margin_accuracy']:.0%} (95 % interval {low:.0%} to {high:.0%}): {verdict}.",
        _displacement(held_out),
        _saturation(held_out),
        f"Its replies {_drift(replies)}.",
    ]
    origins = held_out["by_origin"]
    if len(origins) > 1:
        told += [
            f"Pairs of origin {name} ({part['pairs']}): towards the chosen reply in {part['margin_accuracy']:.0%}, chosen "
            f"{part['chosen_change']:+.2f} nats ({part['displaced_share']:.0%} less likely than before), "
            f"{part['saturated_share']:.0%} saturated"
            + (f"; replies {_drift(replies['by_origin'][name])}." if name in replies["by_origin"] else ".")
            for name, part in origins.items()
        ]
    return told


def _displacement(held_out: dict[str, Any]) -> str:
    share, change = held_out["displaced_share"], held_out["chosen_change"]
    if change < 0:
        return (
            f"Displacement: the chosen replies themselves became less likely ({change:+.2f} nats on average, {share:.0%} of "
            "them); the margin comes from pushing the rejected ones further down."
        )
    return f"The chosen replies became more likely ({change:+.2f} nats on average; {share:.0%} of them less so)."


def _saturation(held_out: dict[str, Any]) -> str:
    share = held_out["saturated_share"]
    if share > _MOSTLY:
        return (
            f"Saturation: the loss of {share:.0%} of these pairs is all but flat; more steps, or a larger beta, would only "
            "push further what is learnt."
        )
    return (
        f"Saturation: the loss of {share:.0%} of these pairs is all but flat; the others still have something to teach."
    )


def _drift(replies: dict[str, Any]) -> str:
    before, after = replies["tokens_before"], replies["tokens_after"]
    drift = after / before - 1 if before else 0.0
    word = "kept their length" if abs(drift) < 0.1 else "grew longer" if drift > 0 else "grew shorter"
    return f"{word}: {before:.1f} tokens before, {after:.1f} after ({drift:+.0%})"
