"""What DPO did, on pairs of respondents it never saw: margins, displacement, length; as figures and as sentences.

Displacement: the chosen reply itself becomes less likely than under the reference (Razin et al. 2024). Knows no files.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from colloque.core import Preference

__all__ = ["Margin", "held_out_margins", "reply_tokens", "summary", "wilson"]

_SAMPLED = 48
"""Held-out prompts whose greedy replies are measured before and after."""
_LONGEST = 96


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
    normalised: bool

    @property
    def reward_margin(self) -> float:
        """How much more the chosen reply gained than the rejected one; of a token where the loss is normalised."""
        gained, other = self.chosen - self.reference_chosen, self.rejected - self.reference_rejected
        return gained / self.chosen_tokens - other / self.rejected_tokens if self.normalised else gained - other

    def ranks(self, policy: bool) -> bool:
        """Whether the model gives the chosen reply the higher log-probability of a token."""
        chosen, rejected = (self.chosen, self.rejected) if policy else (self.reference_chosen, self.reference_rejected)
        return chosen / self.chosen_tokens > rejected / self.rejected_tokens


def held_out_margins(trainer: Any, pairs: Sequence[Preference], normalised: bool) -> list[Margin]:
    """Score `trainer.held_out` (reference columns computed beforehand) with the trained policy, in order."""
    import torch

    trainer.model.eval()
    margins: list[Margin] = []
    data, size = trainer.held_out, trainer.args.per_device_eval_batch_size
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
                normalised=normalised,
            )
            for i, row in enumerate(rows)
        ]
    return margins


def reply_tokens(model: Any, tokenizer: Any, prompts: Sequence[Any]) -> float:
    """Mean tokens of the model's likeliest reply to the first prompts, at most 96 a reply."""
    import torch

    lengths: list[int] = []
    model.eval()
    with torch.inference_mode():
        for prompt in prompts[:_SAMPLED]:
            inputs = tokenizer.apply_chat_template(
                prompt, tokenize=True, return_dict=True, add_generation_prompt=True, return_tensors="pt"
            ).to(model.device)
            out = model.generate(
                input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"], max_new_tokens=_LONGEST, do_sample=False,
                temperature=None, top_p=None, top_k=None, use_cache=True,
            )  # fmt: skip
            lengths.append(out.size(1) - inputs["input_ids"].size(1))
    return sum(lengths) / max(1, len(lengths))


def wilson(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927)."""
    if not total:
        return 0.0, 1.0
    p = hits / total
    centre = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z * ((p * (1 - p) + z * z / (4 * total)) / total) ** 0.5 / (1 + z * z / total)
    return max(0.0, centre - half), min(1.0, centre + half)


def summary(margins: Sequence[Margin], tokens_before: float, tokens_after: float) -> dict[str, Any]:
    """Figures (`held_out`, `replies`) and the sentences that tell them (`told`)."""
    total = len(margins)
    hits = sum(m.reward_margin > 0 for m in margins)
    before, after = (sum(m.ranks(policy=p) for m in margins) for p in (False, True))
    displaced = sum(m.chosen < m.reference_chosen for m in margins)
    low, high = wilson(hits, total)
    held_out = {
        "pairs": total,
        "margin_accuracy": round(hits / total, 4),
        "margin_accuracy_interval": [round(low, 4), round(high, 4)],
        "ranked_right_before": round(before / total, 4),
        "ranked_right_before_interval": [round(x, 4) for x in wilson(before, total)],
        "ranked_right_after": round(after / total, 4),
        "ranked_right_after_interval": [round(x, 4) for x in wilson(after, total)],
        "mean_margin": round(sum(m.reward_margin for m in margins) / total, 4),
        "chosen_change": round(sum(m.chosen - m.reference_chosen for m in margins) / total, 4),
        "rejected_change": round(sum(m.rejected - m.reference_rejected for m in margins) / total, 4),
        "displaced_share": round(displaced / total, 4),
        "by_origin": _by_origin(margins),
        "chosen_tokens": round(sum(m.chosen_tokens for m in margins) / total, 2),
        "rejected_tokens": round(sum(m.rejected_tokens for m in margins) / total, 2),
    }
    replies = {"tokens_before": round(tokens_before, 2), "tokens_after": round(tokens_after, 2)}
    return {"held_out": held_out, "replies": replies, "told": _told(held_out, replies)}


def _by_origin(margins: Sequence[Margin]) -> dict[str, dict[str, float | int]]:
    groups: dict[str, list[bool]] = defaultdict(list)
    for margin in margins:
        groups[margin.origin].append(margin.reward_margin > 0)
    return {
        name: {"pairs": len(won), "margin_accuracy": round(sum(won) / len(won), 4)}
        for name, won in sorted(groups.items())
    }


def _told(held_out: dict[str, Any], replies: dict[str, float]) -> list[str]:
    """The figures in words, the unpleasant ones too."""
    low, high = held_out["margin_accuracy_interval"]
    verdict = (
        "better than chance" if low > 0.5 else "worse than chance" if high < 0.5 else "not distinguishable from chance"
    )
    told = [
        f"On {held_out['pairs']} pairs of respondents it never saw, the model moved towards the chosen reply in "
        f"{held_out['margin_accuracy']:.0%} (95 % interval {low:.0%} to {high:.0%}): {verdict}."
    ]
    share, change = held_out["displaced_share"], held_out["chosen_change"]
    if change < 0:
        told.append(
            f"Displacement: the chosen replies themselves became less likely ({change:+.2f} nats on average, {share:.0%} of "
            "them); the margin comes from pushing the rejected ones further down."
        )
    else:
        told.append(
            f"The chosen replies became more likely ({change:+.2f} nats on average; {share:.0%} of them less so)."
        )
    before, after = replies["tokens_before"], replies["tokens_after"]
    drift = after / before - 1 if before else 0.0
    word = "kept their length" if abs(drift) < 0.1 else "grew longer" if drift > 0 else "grew shorter"
    told.append(f"Its replies {word}: {before:.1f} tokens before, {after:.1f} after ({drift:+.0%}).")
    return told
