"""Charts as inline SVG strings: curves, bars, intervals. Nothing is loaded from anywhere; they print well.

Knows numbers and labels only. Every label is escaped here: it may hold a patient's words.
"""

import math
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

__all__ = ["Interval", "Series", "bars", "curves", "intervals"]

WIDTH = 640
PALETTE = ("#1f6f78", "#c8553d", "#7a6f9b", "#b08d2f")


class Series(NamedTuple):
    """A named curve: points (x, y) in increasing x."""

    name: str
    points: Sequence[tuple[float, float]]


class Interval(NamedTuple):
    """A labelled estimate with its interval."""

    label: str
    low: float
    value: float
    high: float


def _frame(height: float, body: str, title: str) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(title, quote=True)}" '
        f'xmlns="http://www.w3.org/2000/svg">{body}</svg>'
    )


def _text(x: float, y: float, words: str, anchor: str = "start", kind: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{escape(words)}</text>'


def _number(value: float) -> str:
    """A number as a French reader expects it: three significant digits, comma, thin spaces."""
    if value and abs(value) < 0.01:
        return f"{value:.1e}".replace(".", ",")
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}".replace(",", "\u202f").replace(".", ",")


def _ticks(low: float, high: float, count: int = 4) -> list[float]:
    if high <= low:
        return [low]
    raw = (high - low) / count
    power = 10 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw)
    first = math.ceil(low / step) * step
    return [first + i * step for i in range(int((high - first) / step + 1e-9) + 1)]


def curves(series: Sequence[Series], x_label: str, y_label: str, height: int = 240) -> str:
    """Line chart of one or more series over the same axes; empty string when there is nothing to draw."""
    drawn = [s for s in series if s.points]
    if not drawn:
        return ""
    xs = [x for s in drawn for x, _ in s.points]
    ys = [y for s in drawn for _, y in s.points]
    left, top, right, bottom = 52, 26, WIDTH - 16, height - 34
    x_low, x_high, y_low, y_high = min(xs), max(xs), min(0.0, min(ys)), max(ys) or 1.0

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            left + (x - x_low) / ((x_high - x_low) or 1) * (right - left),
            bottom - (y - y_low) / ((y_high - y_low) or 1) * (bottom - top),
        )

    body = []
    for tick in _ticks(y_low, y_high):
        _, y = at(x_low, tick)
        body.append(
            f'<line x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" class="grid"/>'
            + _text(left - 6, y + 4, _number(tick), "end")
        )
    for tick in _ticks(x_low, x_high):
        x, _ = at(tick, y_low)
        body.append(_text(x, bottom + 16, _number(tick), "middle"))
    for index, line in enumerate(drawn):
        colour = PALETTE[index % len(PALETTE)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*point) for point in line.points))
        body.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        body.append(f'<rect x="{left + 150 * index}" y="4" width="12" height="12" fill="{colour}"/>')
        body.append(_text(left + 150 * index + 18, 14, line.name))
    body.append(_text(right, height - 4, x_label, "end", "axis"))
    body.append(_text(right, 14, y_label, "end", "axis"))
    return _frame(height, "".join(body), f"{y_label} ({x_label})")


def bars(rows: Sequence[tuple[str, float]], title: str = "") -> str:
    """Horizontal bars, one a row, with their numbers; empty string without rows."""
    if not rows:
        return ""
    step, left = 22, 230
    most = max(value for _, value in rows) or 1.0
    body = []
    for index, (label, value) in enumerate(rows):
        y = 6 + index * step
        width = value / most * (WIDTH - left - 80)
        body.append(_text(left - 8, y + 13, label, "end"))
        body.append(f'<rect x="{left}" y="{y}" width="{max(width, 1):.1f}" height="16" fill="{PALETTE[0]}"/>')
        body.append(_text(left + width + 6, y + 13, _number(value)))
    return _frame(12 + step * len(rows), "".join(body), title)


def intervals(rows: Sequence[Interval], title: str, good: str = "", bad: str = "") -> str:
    """Estimates with their intervals around zero (a forest plot); `good` and `bad` name the left and the right side."""
    if not rows:
        return ""
    step, left, right, top = 24, 230, WIDTH - 24, 22
    reach = max(max(abs(row.low), abs(row.high)) for row in rows) or 1.0

    def at(value: float) -> float:
        return left + (value + reach) / (2 * reach) * (right - left)

    bottom = top + step * len(rows)
    body = [f'<line x1="{at(0):.1f}" y1="{top - 4}" x2="{at(0):.1f}" y2="{bottom}" class="zero"/>']
    body.append(
        _text(at(0) - 8, 14, f"← {good}" if good else "", "end", "axis")
        + _text(at(0) + 8, 14, f"{bad} →" if bad else "", "start", "axis")
    )
    for index, row in enumerate(rows):
        y = top + index * step + 10
        colour = PALETTE[0] if row.high < 0 else PALETTE[1] if row.low > 0 else "#777"
        body.append(_text(left - 8, y + 4, row.label, "end"))
        body.append(
            f'<line x1="{at(row.low):.1f}" y1="{y}" x2="{at(row.high):.1f}" y2="{y}" stroke="{colour}" stroke-width="2"/>'
        )
        body.append(f'<circle cx="{at(row.value):.1f}" cy="{y}" r="4" fill="{colour}"/>')
    for tick in _ticks(-reach, reach):
        body.append(_text(at(tick), bottom + 14, _number(tick), "middle"))
    return _frame(bottom + 20, "".join(body), title)
