"""What decides before any model is asked: a reply that speaks to the judge, leaks its form, or breaks a rule that has a veto.

Deterministic, and never worse off for a rule that errs than a tie: only a veto against one reply of two decides.
"""

import tomllib
from functools import cache
from importlib import resources

from colloque.checks import check_reply
from colloque.core import Comparison, Turn, Verdict
from colloque.llm.steering import steering_of

__all__ = ["veto"]


def veto(comparison: Comparison, judge: str) -> Verdict | None:
    """The verdict that needs no model, or null. Two replies that both try to steer are a tie, whatever they say."""
    faults = {seat: _fault(comparison.opening.turns, getattr(comparison, seat).text) for seat in ("a", "b")}
    (worse_a, why_a), (worse_b, why_b) = faults["a"], faults["b"]
    if worse_a == worse_b == "format_leak":
        return Verdict(reason=f"les deux sortent de leur rôle ({why_a} ; {why_b})", criterion=None, judge=judge)
    if bool(worse_a) == bool(worse_b):
        return None
    choice, code, why = ("b", worse_a, why_a) if worse_a else ("a", worse_b, why_b)
    reason = f"{code} : {why}" if why else code
    return Verdict.model_validate(
        {"reason": reason, "choice": choice, "margin": 3.0, "criterion": code, "judge": judge}
    )


def _fault(context: tuple[Turn, ...], text: str) -> tuple[str, str]:
    steering = steering_of(text)
    if steering:
        return "format_leak", steering[:60]
    found = next((f for f in check_reply(list(context), text) if f.code in _codes()), None)
    return (found.code, found.quote or found.message) if found else ("", "")


@cache
def _codes() -> frozenset[str]:
    text = (resources.files("colloque.judge") / "prompts" / "veto.toml").read_text(encoding="utf-8")
    return frozenset(tomllib.loads(text)["codes"])
