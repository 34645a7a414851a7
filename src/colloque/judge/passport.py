"""A judge's passport: what it makes of pairs whose better reply is beyond doubt, before it labels anything.

Known pairs, each with its seats exchanged, replies set against themselves, and good replies with one error planted in
them (`data/planted.toml`). Knows nothing of the set that the judge will label, nor where the known pairs come from.
"""

import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from colloque.core import Candidate, Choice, Comparison, Opening, Turn, Verdict, content_id, uniform
from colloque.errors import RunError
from colloque.judge.model import judge_version
from colloque.judge.protocol import NO_VERDICT, Judge, agreed

__all__ = ["Canary", "Limits", "canary", "check", "examine", "planted"]

_WORD = re.compile(r"\w+")


class Canary(NamedTuple):
    """A comparison, the seat of its better reply, and what the other one does wrong."""

    comparison: Comparison
    better: Choice
    criterion: str


class Limits(NamedTuple):
    """A judge beyond any of these labels nothing. Shares in [0, 1]; `length` is that of `length_slope`."""

    accuracy: float = 0.6
    """Least share of known pairs right; a tie counts half, so that a judge of seats or of length has one half."""
    planted: float = 0.6
    """The same of planted errors."""
    flips: float = 0.4
    """Most pairs on which the seat decides. Published: 12.9 % of the verdicts that a strong model gave."""
    length: float = 0.1
    """Most that a reply twice as long surely gains (the interval's near end), in verdicts, beyond what it deserves. On our canaries
    a judge of nothing but length gains 0.30 ± 0.16, one of seats 0.04 ± 0.13, the rubric 0.01 ± 0.04."""
    unanswered: float = 0.2
    """Most verdicts that could not be had."""


def canary(talk: Sequence[str], good: str, bad: str, criterion: str) -> Canary:
    """A pair with its seats drawn by its own words. `talk` alternates and ends with the patient."""
    name, last = content_id("k", talk, good), len(talk) - 1
    turns = tuple(
        Turn(role="patient" if (last - spot) % 2 == 0 else "clinician", text=text) for spot, text in enumerate(talk)
    )
    opening = Opening(id=name, turns=turns, origin="canary", kind=criterion)
    one = Comparison(
        id=name, opening=opening, a=Candidate(text=good, model="hand"), b=Candidate(text=bad, model="hand", draw=1)
    )
    first = uniform(name, "seat") < 0.5
    return Canary(one if first else one.swap(), "a" if first else "b", criterion)


@cache
def planted() -> tuple[Canary, ...]:
    """Good replies against themselves with one error in them."""
    text = (files("colloque.judge") / "data" / "planted.toml").read_text(encoding="utf-8")
    return tuple(canary(row["talk"], row["good"], row["bad"], row["criterion"]) for row in tomllib.loads(text)["pair"])


def examine(judge: Judge, known: Sequence[Canary], same: int = 6) -> dict[str, Any]:
    """Put a judge to known pairs, planted errors and `same` identical pairs, each in both orders.

    `accuracy` counts a tie as half. `flip_rate`: pairs on which it chose both times, and the same seat. `tie_rate` and
    `unanswered` are of single verdicts. `length_slope`: what a reply twice as long gains in verdicts, beyond what it
    deserves, with the half-width of its 95 % interval. `cost`: what was paid now; a journal's replies cost nothing.
    """
    errors = planted()
    twins = [
        one.comparison.model_copy(update={"id": f"{one.comparison.id}-same", "b": one.comparison.a})
        for one in known[:same]
    ]
    asked = [*(one.comparison for one in known), *(one.comparison for one in errors), *twins]
    before = _spent(judge)
    given, swapped = _both(judge, asked)
    verdicts = [agreed(one, other) for one, other in zip(given, swapped, strict=True)]
    truth = [one.better for one in (*known, *errors)]
    outcomes = [_outcome(verdict, seat) for verdict, seat in zip(verdicts, truth, strict=False)]
    first, second = outcomes[: len(known)], outcomes[len(known) :]
    singles = [*given[: len(truth)], *swapped[: len(truth)]]
    had = [verdict for verdict in singles if verdict.criterion != NO_VERDICT]
    return {
        "judge": judge.name, "prompts": judge_version() if any(_models(judge)) else None,
        "canaries": len(known), "right": first.count("right"), "wrong": first.count("wrong"), "tie": first.count("tie"),
        "accuracy": _accuracy(first),
        "missed": sorted({one.criterion for one, outcome in zip(known, first, strict=True) if outcome != "right"}),
        "planted": len(errors), "planted_accuracy": _accuracy(second),
        "planted_missed": sorted({one.criterion for one, out in zip(errors, second, strict=True) if out != "right"}),
        "same": len(twins), "same_tied": sum(verdict.choice == "tie" for verdict in verdicts[len(truth) :]),
        "flip_rate": _flips(given[: len(truth)], swapped[: len(truth)]),
        "tie_rate": round(sum(verdict.choice == "tie" for verdict in had) / max(len(had), 1), 4),
        "unanswered": round(1 - len(had) / len(singles), 4),
        "length_slope": _slope(asked, given, swapped, truth),
        "cost": {key: round(value - before.get(key, 0), 4) for key, value in _spent(judge).items()},
    }  # fmt: skip


def check(passport: Mapping[str, Any], limits: Limits = Limits()) -> None:  # noqa: B008 - a tuple of numbers
    """Raise RunError for a judge that is beyond a limit, with what it did and what to do."""
    share, of = "{:.0%}".format, f"{passport['canaries']} pairs that are beyond doubt"
    slope, reach = passport["length_slope"]
    found = [
        (passport["unanswered"] > limits.unanswered,
         f"gives no verdict that can be read in {share(passport['unanswered'])} of its calls (most {share(limits.unanswered)})"),
        (passport["accuracy"] < limits.accuracy,
         f"is right on {share(passport['accuracy'])} of {of} (least {share(limits.accuracy)}; missed: {', '.join(passport['missed'])})"),
        (passport["planted_accuracy"] < limits.planted,
         f"sees {share(passport['planted_accuracy'])} of {passport['planted']} planted errors (least {share(limits.planted)}; "
         f"missed: {', '.join(passport['planted_missed'])})"),
        (passport["flip_rate"] > limits.flips,
         f"follows the seat on {share(passport['flip_rate'])} of the pairs (most {share(limits.flips)})"),
        (abs(slope) - reach > limits.length,
         f"favours {'longer' if slope > 0 else 'shorter'} replies by {abs(slope):.2f} a doubling (most {limits.length:.2f})"),
    ]  # fmt: skip
    faults = [what for beyond, what in found if beyond]
    if faults:
        raise RunError(
            f"judge {passport['judge']} {'; it '.join(faults)}",
            hint="name another judge, or move its limits under `prefer:` (least_accuracy, least_planted, most_flips, most_length)",
        )


def _both(judge: Judge, asked: Sequence[Comparison]) -> tuple[list[Verdict], list[Verdict]]:
    """The verdicts in the order given, and those with the seats exchanged, told in the seats as given."""
    given = judge.compare(asked)
    return given, [verdict.swap() for verdict in judge.compare([comparison.swap() for comparison in asked])]


def _outcome(verdict: Verdict, seat: Choice) -> str:
    return "tie" if verdict.choice == "tie" else "right" if verdict.choice == seat else "wrong"


def _accuracy(outcomes: Sequence[str]) -> float:
    return round((outcomes.count("right") + outcomes.count("tie") / 2) / max(len(outcomes), 1), 4)


def _flips(given: Sequence[Verdict], swapped: Sequence[Verdict]) -> float:
    chosen = [(a.choice, b.choice) for a, b in zip(given, swapped, strict=True) if "tie" not in (a.choice, b.choice)]
    return round(sum(a != b for a, b in chosen) / max(len(chosen), 1), 4)


_WORTH: Mapping[str, float] = {"a": 1.0, "tie": 0.5, "b": 0.0}


def _slope(
    asked: Sequence[Comparison], given: Sequence[Verdict], swapped: Sequence[Verdict], truth: Sequence[Choice]
) -> tuple[float, float]:
    """What is left of the verdicts once the truth is taken away, against the log₂ of the lengths' ratio (through zero)."""
    points = []
    for comparison, one, other, seat in zip(asked, given, swapped, truth, strict=False):
        lengths = [max(1, len(_WORD.findall(side.text))) for side in (comparison.a, comparison.b)]
        left = (_WORTH[one.choice] + _WORTH[other.choice]) / 2 - _WORTH[seat]
        points.append((math.log2(lengths[0] / lengths[1]), left))
    weight = sum(x * x for x, _ in points) or 1.0
    slope = sum(x * y for x, y in points) / weight
    spread = sum((y - slope * x) ** 2 for x, y in points) / max(len(points) - 1, 1)
    return round(slope, 4), round(1.96 * math.sqrt(spread / weight), 4)


def _spent(judge: Judge) -> dict[str, float]:
    """What the models behind a judge have been paid in this process, and what it cost."""
    total: dict[str, float] = {}
    for model in _models(judge):
        if figures := getattr(model, "figures", None):
            for key in ("paid_calls", "prompt_tokens", "completion_tokens", "euros"):
                total[key] = total.get(key, 0) + figures().get(key, 0)
    return total


def _models(judge: Any) -> Iterator[Any]:
    """The models behind a judge, a panel, or a judge behind another."""
    if (model := getattr(judge, "model", None)) is not None:
        yield model
    for other in (getattr(judge, "judge", None), *getattr(judge, "judges", ())):
        if other is not None:
            yield from _models(other)
