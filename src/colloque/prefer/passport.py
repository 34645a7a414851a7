"""The judge's passport: how it does on pairs whose better reply is beyond doubt, before it labels anything.

Hand-written canaries, each put to the judge in both orders as any pair is, and identical replies that must come out a tie.
Knows nothing of the set that the judge will label.
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from colloque.core import Candidate, Comparison, Opening, Turn, content_id, uniform
from colloque.errors import RunError
from colloque.judge import Judge, both_orders

__all__ = ["canaries", "check_passport", "passport_of"]

_SAME = 6


@cache
def canaries() -> tuple[tuple[Comparison, str, str], ...]:
    """(comparison, seat of the better reply, criterion) of each canary; the seat is drawn by the canary's own id."""
    text = files("colloque.prefer").joinpath("data/canaries.toml").read_text(encoding="utf-8")
    return tuple(_canary(row) for row in tomllib.loads(text)["pair"])


def _canary(row: dict[str, Any]) -> tuple[Comparison, str, str]:
    name = content_id("k", row["talk"], row["good"])
    last = len(row["talk"]) - 1
    turns = tuple(
        Turn(role="patient" if (last - spot) % 2 == 0 else "clinician", text=text)
        for spot, text in enumerate(row["talk"])
    )
    good, bad = Candidate(text=row["good"], model="hand"), Candidate(text=row["bad"], model="hand", draw=1)
    opening = Opening(id=name, turns=turns, origin="canary", kind=row["criterion"])
    comparison = Comparison(id=name, opening=opening, a=good, b=bad)
    return (
        (comparison, "a", row["criterion"])
        if uniform(name, "seat") < 0.5
        else (comparison.swap(), "b", row["criterion"])
    )


def passport_of(judge: Judge) -> dict[str, Any]:
    """Counts of right, wrong and tied canaries, the criteria missed, and how many identical pairs came out a tie.

    `accuracy` counts a tie as half: a judge that decides nothing, one of seats and one of length all come out near one half.
    """
    known = canaries()
    same = [
        comparison.model_copy(update={"id": f"{comparison.id}-same", "b": comparison.a})
        for comparison, *_ in known[:_SAME]
    ]
    verdicts = both_orders(judge, [*(comparison for comparison, *_ in known), *same])
    outcomes = [
        "tie" if verdict.choice == "tie" else "right" if verdict.choice == seat else "wrong"
        for verdict, (_, seat, _) in zip(verdicts, known, strict=False)
    ]
    right, tied = outcomes.count("right"), outcomes.count("tie")
    return {
        "judge": judge.name,
        "canaries": len(known),
        "right": right,
        "wrong": outcomes.count("wrong"),
        "tie": tied,
        "accuracy": round((right + tied / 2) / len(known), 4),
        "missed": sorted(
            {criterion for outcome, (*_, criterion) in zip(outcomes, known, strict=True) if outcome != "right"}
        ),
        "same": len(same),
        "same_tied": sum(verdict.choice == "tie" for verdict in verdicts[len(known) :]),
    }


def check_passport(passport: dict[str, Any], least: float) -> None:
    """Raise RunError where the judge is right on fewer canaries than `least`."""
    if passport["accuracy"] < least:
        raise RunError(
            f"judge {passport['judge']} is right on {passport['accuracy']:.0%} of {passport['canaries']} pairs that are beyond doubt"
            f" (least {least:.0%}; missed: {', '.join(passport['missed'])})",
            hint="name another judge, or lower `prefer: least_accuracy`",
        )
