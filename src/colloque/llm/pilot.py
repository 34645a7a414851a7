"""A watch on the talks with one model: the first ones are the pilot of all, then what is done, spent and still to come.

Stages say how many records there are; `pool.converse` says what each took. Knows no stage and no endpoint.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

from colloque.llm.config import BudgetConfig
from colloque.llm.model import ChatModel, Reply
from colloque.llm.spend import Forecast, Used, euros, forecast
from colloque.progress import note

__all__ = ["Count", "Watch", "Watched", "watched"]

_TELL_EVERY_S = 30.0


@runtime_checkable
class Watched(Protocol):
    """A model whose calls cost something: `took` is the seconds that the last awaited call was served for."""

    watch: "Watch | None"
    took: float
    concurrency: int
    pilot: int

    @property
    def budget(self) -> BudgetConfig:
        """What it may cost, and the prices."""
        ...


class Count:
    """What one talk takes, while it goes on."""

    def __init__(self) -> None:
        self.used = Used()

    def add(self, reply: Reply, seconds: float) -> None:
        """One more reply."""
        calls, prompt, completion, before = self.used
        self.used = Used(
            calls + 1, prompt + reply.prompt_tokens, completion + reply.completion_tokens, before + seconds
        )


class Watch:
    """Counts the records of one stage. After `pilot` of them the forecast of all is told on stderr, once."""

    def __init__(self, what: str, total: int, model: Watched, name: str) -> None:
        self.what, self.total, self.name = what, total, name
        self.concurrency, self.size, self.budget = model.concurrency, model.pilot, model.budget
        self.done = 0
        self.sum = Used()
        self.first: list[Used] = []
        self.forecast: Forecast | None = None
        self._began = self._told = time.monotonic()

    def add(self, used: Used) -> None:
        """One record more, in the order of the records."""
        self.done += 1
        calls, prompt, completion, seconds = self.sum
        self.sum = Used(
            calls + used.calls, prompt + used.prompt_tokens, completion + used.completion_tokens, seconds + used.seconds
        )
        if len(self.first) < self.size:
            self.first.append(used)
            if len(self.first) == self.size >= 2:
                self.forecast = forecast(self.first, self.total, self.concurrency, self.budget)
                note(f"{self.what} by {self.name}: {self.forecast.line()}")
                self._warn(self.forecast)
        if time.monotonic() - self._told >= _TELL_EVERY_S:
            self._told = time.monotonic()
            note(self.line())

    def line(self) -> str:
        """How far it is: rate, cost so far and to come, time left, by the mean of what is done."""
        rate = self.done / max(time.monotonic() - self._began, 1e-9)
        ahead = max(0, self.total - self.done)
        parts = [f"{self.what}: {self.done:,} of {self.total:,} records ({rate:,.2f}/s"]
        if self.euros:
            parts.append(f"{self.euros:,.2f} € so far, about {self.euros / self.done * ahead:,.2f} € to come")
        parts.append(f"{self.tokens:,} tokens so far, about {self.tokens / max(self.done, 1) * ahead:,.0f} to come")
        parts.append(f"{ahead / rate / 3600:,.1f} h left)" if rate else "nothing done yet)")
        return ", ".join(parts)

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens of the records done."""
        return self.sum.prompt_tokens + self.sum.completion_tokens

    @property
    def euros(self) -> float:
        """Cost of the records done, by the configured prices."""
        return euros(self.budget, self.sum.prompt_tokens, self.sum.completion_tokens)

    def figures(self) -> dict[str, Any]:
        """What this run's records took, and what the pilot had said, for a tally."""
        took = {"records": self.done, "calls": self.sum.calls, "tokens": self.tokens, "euros": round(self.euros, 4)}
        return {"model": self.name, **took, **({"forecast": self.forecast.figures()} if self.forecast else {})}

    def _warn(self, told: Forecast) -> None:
        for unit in ("calls", "tokens", "euros"):
            most, ahead = getattr(self.budget, unit), getattr(told, unit)
            if most is not None and ahead.middle > most:
                surely = "" if ahead.low > most else "probably "
                note(
                    f"the budget of {most:,.10g} {unit} will {surely}not do: the run stops there, and goes on when it is raised"
                )


@contextmanager
def watched(model: ChatModel, what: str, total: int) -> Iterator[Watch | None]:
    """Watch the talks with a model while a stage works; None where its calls cost nothing that is counted."""
    if not isinstance(model, Watched) or not total:
        yield None
        return
    model.watch = Watch(what, total, model, model.name)
    try:
        yield model.watch
    finally:
        model.watch = None
