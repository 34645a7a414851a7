"""What calls have cost and may cost: the hard stop, and the forecast that a pilot gives with its interval.

Tokens are those the server counted; nothing is fetched to count them otherwise. Knows nothing of endpoints.
"""

import math
from collections.abc import Sequence
from statistics import fmean, stdev
from typing import NamedTuple

from colloque.errors import ModelError
from colloque.llm.config import BudgetConfig
from colloque.store.journal import Spent

__all__ = ["Forecast", "Meter", "Range", "Used", "euros", "forecast"]

_MILLION = 1_000_000.0


class Meter:
    """Counts paid calls and tokens, and refuses the call that would begin beyond the budget.

    Calls in flight when the budget is reached are paid and kept: the overshoot is at most one gateful.
    """

    def __init__(self, budget: BudgetConfig, before: Spent | None = None) -> None:
        self.budget = budget
        self.calls, self.prompt_tokens, self.completion_tokens = before or Spent()

    def add(self, prompt_tokens: int, completion_tokens: int) -> None:
        """One more answered call."""
        self.calls += 1
        self.prompt_tokens += prompt_tokens
        self.completion_tokens += completion_tokens

    @property
    def euros(self) -> float:
        """Cost so far, by the configured prices."""
        return euros(self.budget, self.prompt_tokens, self.completion_tokens)

    def check(self) -> None:
        """Raises ModelError when the budget is spent."""
        budget, tokens = self.budget, self.prompt_tokens + self.completion_tokens
        for spent, most, unit in (
            (self.calls, budget.calls, "calls"), (tokens, budget.tokens, "tokens"), (self.euros, budget.euros, "euros"),
        ):  # fmt: skip
            if most is not None and spent >= most:
                raise ModelError(
                    f"budget spent: {spent:,.10g} of {most:,.10g} {unit}",
                    hint=f"raise budget.{unit} of this model and run again: what is paid is kept",
                )


class Used(NamedTuple):
    """What one record took: calls, tokens as the server counted them, seconds in calls one after the other.

    Replies out of the journal count with their tokens and without seconds.
    """

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0


class Range(NamedTuple):
    """A forecast: the middle, and the bounds that hold it in 95 of 100 such pilots."""

    low: float
    middle: float
    high: float


class Forecast(NamedTuple):
    """What `records` records would take, by a pilot's mean and spread."""

    records: int
    pilot: int
    calls: Range
    tokens: Range
    euros: Range
    hours: Range | None
    """None where the pilot came out of the journal: nobody was waited for."""

    def line(self) -> str:
        """One line for the person who decides. Money is left out where no price is configured."""
        parts = [f"{_span(self.calls, 0)} calls", f"{_span(self.tokens, 0)} tokens"]
        if self.euros.high:
            parts.append(f"{_span(self.euros, 2)} €")
        if self.hours:
            short = Range(*(60 * bound for bound in self.hours))
            parts.append(f"{_span(short, 1)} minutes" if self.hours.high < 2 else f"{_span(self.hours, 1)} hours")
        return f"{self.records:,} records: {', '.join(parts)} (95 % interval, from {self.pilot} records)"

    def figures(self) -> dict[str, int | list[float]]:
        """The same for a stage's tally: [low, middle, high] each."""
        ranges = {"calls": self.calls, "tokens": self.tokens, "euros": self.euros, "hours": self.hours}
        shown = {name: [round(x, 4) for x in span] for name, span in ranges.items() if span and span.high}
        return {"records": self.records, "pilot": self.pilot, **shown}


def euros(budget: BudgetConfig, prompt_tokens: float, completion_tokens: float) -> float:
    """Cost of tokens by the configured prices."""
    return (prompt_tokens * budget.prompt_price + completion_tokens * budget.completion_price) / _MILLION


def forecast(pilot: Sequence[Used], records: int, concurrency: int, budget: BudgetConfig) -> Forecast:
    """From what each record of a pilot took to the whole run.

    `concurrency` of the pilot's seconds pass at once; a server that is less loaded by the pilot than by the run answers it
    faster, so that hours are a lower bound where the pilot is smaller than the concurrency. The interval is that of a mean
    (Student, 95 %) joined with the spread of the sum; a pilot of fewer than two records is refused.
    """
    if len(pilot) < 2:
        raise ModelError("a forecast needs a pilot of two records or more", hint="20 give an interval worth having")
    waited = [one.seconds / concurrency / 3600 for one in pilot if one.seconds]
    return Forecast(
        records,
        len(pilot),
        _range([float(one.calls) for one in pilot], records),
        _range([float(one.prompt_tokens + one.completion_tokens) for one in pilot], records),
        _range([euros(budget, one.prompt_tokens, one.completion_tokens) for one in pilot], records),
        _range(waited, records) if len(waited) > 1 else None,
    )


_T95 = {1: 12.71, 2: 4.30, 3: 3.18, 4: 2.78, 5: 2.57, 6: 2.45, 8: 2.31, 10: 2.23, 15: 2.13, 20: 2.09, 30: 2.04, 60: 2.0}


def _range(values: list[float], records: int) -> Range:
    n, middle = len(values), fmean(values) * records
    t = next((value for freedom, value in _T95.items() if n - 1 <= freedom), 1.96)
    reach = t * stdev(values) * math.sqrt(records * records / n + records)
    return Range(max(0.0, middle - reach), middle, middle + reach)


def _span(value: Range, digits: int) -> str:
    return f"{value.middle:,.{digits}f} ({value.low:,.{digits}f} to {value.high:,.{digits}f})"
