"""Progress on long work: a bar on stderr with rate and time left; silent when stderr is no terminal, or work is short.

Not a log and not a result: nothing here is read by anything but a person's eye.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

__all__ = ["Advance", "note", "progress", "track"]

T = TypeVar("T")
Advance = Callable[[int], None]
"""Call with the number of units just done."""

_PLAIN_EVERY_S = 30.0


@contextmanager
def progress(what: str, total: int | None = None, unit: str = "") -> Iterator[Advance]:
    """A progress bar for one piece of work; yields the function that advances it.

    On a terminal: bar, count, rate, elapsed and remaining time. Elsewhere (CI, a log file): one plain line every
    thirty seconds, so that a long job is never mute.
    """
    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
        )  # fmt: skip
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(what, total=total, rate="")
            started = time.monotonic()

            def advance(units: int) -> None:
                done = bar.tasks[0].completed + units
                rate = done / max(time.monotonic() - started, 1e-9)
                bar.update(task, advance=units, rate=f"{rate:,.1f} {unit}/s" if unit else f"{rate:,.1f}/s")

            yield advance
        return
    yield _plain(what, total, unit)


def _plain(what: str, total: int | None, unit: str) -> Advance:
    started = last = time.monotonic()
    done = 0

    def advance(units: int) -> None:
        nonlocal last, done
        done += units
        now = time.monotonic()
        if now - last >= _PLAIN_EVERY_S:
            last = now
            rate = done / (now - started)
            left = f", {(total - done) / rate:,.0f} s left" if total and rate > 0 else ""
            note(f"{what}: {done:,}{f' of {total:,}' if total else ''} {unit} ({rate:,.1f}/s{left})")

    return advance


def track(items: Iterable[T], what: str, total: int | None = None, unit: str = "") -> Iterator[T]:
    """Iterate with a progress bar."""
    with progress(what, total, unit) as advance:
        for item in items:
            yield item
            advance(1)


def note(line: str) -> None:
    """One line for the person at the terminal, on stderr: results alone go to stdout."""
    print(line, file=sys.stderr, flush=True)
