"""The rubric judge: no model, no chance. Each reply is scored alone in the context, so the order cannot decide.

Score = weights of its findings + weights of its features (data/rubric.toml). The verdict names what made the largest
difference, which becomes the criterion of the preference.
"""

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from colloque.checks.conduct_scene import Scene
from colloque.checks.reply import findings_of
from colloque.core import Comparison, Turn, Verdict
from colloque.judge.features import features_of

__all__ = ["RubricJudge", "judge_replies", "parts_of", "score_of"]


@lru_cache(maxsize=1)
def _rubric() -> dict[str, Any]:
    return tomllib.loads((files("colloque.judge") / "data" / "rubric.toml").read_text("utf-8"))


@lru_cache(maxsize=8192)
def parts_of(context: tuple[Turn, ...], reply: str) -> dict[str, float]:
    """What makes the score of one reply: part (a finding's code or a feature) → points."""
    rubric = _rubric()
    scene = Scene(context, reply, len(context))
    parts: dict[str, float] = {}
    for finding in findings_of(scene):
        points = rubric["severity"][finding.severity]
        if finding.severity != "warning":
            points = rubric["finding"].get(finding.code, points)
        parts[finding.code] = points
    for name, amount in features_of(scene).items():
        parts[name] = rubric["feature"][name]["weight"] * amount
    return parts


def score_of(context: Sequence[Turn], reply: str) -> float:
    """The score of one reply in its context; higher is better. No bounds."""
    return sum(parts_of(tuple(context), reply).values())


def judge_replies(context: Sequence[Turn], a: str, b: str) -> Verdict:
    """The rubric's verdict on two replies to one context; exactly the mirror image when they change seats."""
    one, other = parts_of(tuple(context), a), parts_of(tuple(context), b)
    gap = round(sum(one.values()) - sum(other.values()), 6)
    deciding = _deciding(one, other, gap)
    if abs(gap) < _rubric()["tie"]:
        return Verdict(reason=f"équivalentes ({_told(one)} / {_told(other)})", choice="tie", margin=0.0)
    return Verdict(
        reason=f"A : {_told(one)} ; B : {_told(other)}",
        choice="a" if gap > 0 else "b",
        margin=abs(gap),
        criterion=_criterion(deciding),
    )


def _deciding(one: dict[str, float], other: dict[str, float], gap: float) -> str:
    """The part whose difference pulls hardest towards the winner."""
    sign = 1.0 if gap > 0 else -1.0
    names = sorted(one.keys() | other.keys())
    return max(names, key=lambda name: sign * (one.get(name, 0.0) - other.get(name, 0.0)), default="")


def _criterion(part: str) -> str | None:
    rubric = _rubric()
    feature = rubric["feature"].get(part)
    named: str | None = feature["criterion"] if feature else rubric["criterion"].get(part)
    return named


def _told(parts: dict[str, float]) -> str:
    """The two or three heaviest parts in words."""
    rubric = _rubric()
    heavy = sorted(parts.items(), key=lambda item: (-abs(item[1]), item[0]))[:3]
    words = []
    for name, points in heavy:
        feature = rubric["feature"].get(name, {})
        words.append(f"{feature.get('up' if points > 0 else 'down', name)} ({points:+.1f})")
    return ", ".join(words) or "rien à signaler"


class RubricJudge:
    """The rubric behind the protocol of judges."""

    name = "rubric"

    def compare(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """One verdict a comparison; pure, the order cannot decide."""
        return [judge_replies(c.opening.turns, c.a.text, c.b.text) for c in comparisons]
