"""Places between 0 and 1 of what a PDF draws: bars, curves with gaps, and the steps of an axis."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import floor, log10
from typing import Any

MOST_STEPS = 5
ROOM = 1.04  # above the highest thing drawn


def pieces(points: Iterable[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """A curve as the lines between its gaps; a point alone between two gaps is a line of one."""
    lines: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is not None:
            lines[-1].append((x, y))
        elif lines[-1]:
            lines.append([])
    return [line for line in lines if line]


def steps(top: float, *, is_count: bool = False) -> tuple[list[float], int]:
    """The marks of an axis from nought to above `top`: ones, twos or fives, five at most above nought, and how many

    decimals they are written with. Counts have no halves.
    """
    least = (top if top > 0 else 1.0) * ROOM / MOST_STEPS
    size = 10.0 ** floor(log10(least))
    step = next(size * n for n in (1, 2, 5, 10) if size * n >= least * (1 - 1e-9))
    step = max(step, 1.0) if is_count else step
    count = next(n for n in range(1, MOST_STEPS + 1) if n * step >= least * MOST_STEPS * (1 - 1e-9))
    return [round(n * step, 12) for n in range(count + 1)], max(-floor(log10(step) + 1e-9), 0)


def bar(row: Mapping[str, Any], top: float, colours: Mapping[str, str]) -> dict[str, Any]:
    """A bar with the interval over it and the mark of what is usual; what is not known is not drawn."""
    places = {
        name: None if row[column] is None else min(max(row[column] / top, 0.0), 1.0)
        for name, column in (
            ("amount", "amount"),
            ("low", "amount_low"),
            ("high", "amount_high"),
            ("median", "median"),
        )
    }
    return {**places, "colour": colours.get(row["family"], colours["unknown"])}
