"""A rise taken apart into what more orders, another mix of orders and a higher rate add to it; the parts add up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.main_effects import Codes, Floats, exposure


@dataclass(frozen=True)
class Parts:
    """Incidents before and now, and three parts that add up to the difference."""

    before: float
    now: float
    volume: float
    mix: float
    rate: float


def parts(table: Codes, rates: Floats, before: NDArray[np.bool_], now: NDArray[np.bool_]) -> Parts | None:
    """The rise from the rows of `before` to those of `now`; None if there were no lines, or no incidents, before.

    Standardisation as in Kitagawa (Journal of the American Statistical Association 1955, 50:1168), the rates of before
    held fixed: volume is what as many more lines of the same mix would add at the same rate, mix what the lines of now
    add because they are others (at `rates`, what a line of the row was expected to bring, brought to the level of
    before), rate what is left: the same lines brought more.
    """
    lines, counts = exposure(table), table["incident"].astype(float)
    was, counted = float(counts[before].sum()), float(counts[now].sum())
    lines_before, expected_before = float(lines[before].sum()), float((lines * rates)[before].sum())
    if lines_before <= 0 or expected_before <= 0:
        return None
    by_volume = was * float(lines[now].sum()) / lines_before
    by_mix = was * float((lines * rates)[now].sum()) / expected_before
    return Parts(was, counted, by_volume - was, by_mix - by_volume, counted - by_mix)
