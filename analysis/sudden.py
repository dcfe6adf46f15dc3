"""Which series leapt within days: judged day by day, between the weeks that rising.py judges.

A day is expected to have its share of what its series' weekly baseline expects, by the weekday on which incidents of
its cause are told of, and by the orders that it can come from. One, two and three days together of the last seven are
judged by the same tail as weeks are (detection.py); the least of these p-values is taken times their number
(Bonferroni), and the false discovery rate is held over all series (Benjamini & Hochberg 1995, Journal of the Royal
Statistical Society B 57:289). Looked at every day, the same windows are looked at again, so that the share holds for
the week. Arrays in, a frame out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.baselines import Floats
from analysis.chances import false_discovery
from analysis.detection import mid_p
from analysis.rising import FALSE_SHARE, interval

DAYS = 7
WINDOWS = (1, 2, 3)  # days that are judged together
FEWEST = 5  # incidents: fewer in three days are never told
_TESTS = sum(DAYS - window + 1 for window in WINDOWS)
_PRIOR = 5.0  # incidents of each weekday that nobody saw: few incidents say little of weekdays


def weekday_shares(counts: NDArray[np.int64]) -> Floats:
    """Which share of a week's incidents each weekday has, Monday first, from the incidents of past weeks."""
    return np.asarray((counts + _PRIOR) / (counts.sum() + 7 * _PRIOR))


def behind_days(
    weekly: Floats,
    daily: Floats,
    delays: Floats,
    weekdays: Floats,
    first_weekday: int,
    is_next_week: Sequence[bool],
) -> Floats:
    """The exposure behind each of the last DAYS days, to be held against the weekly rate of their series.

    `weekly`: exposure by week up to the judged one; `daily`: of the last 2 * DAYS days; `delays`: the shares of
    incidents that come 0, 1, … weeks after their order (maturing.py); `weekdays`: as weekday_shares gives them.
    `is_next_week` says of each day whether it lies after the judged week. Incidents of the same week come on the day of
    their order or the next, whichever had more orders; those of past weeks come from the same day of those weeks.
    """
    last = weekly.size - 1
    out = np.zeros(DAYS)
    for at in range(DAYS):
        weekday = (first_weekday + at) % 7
        share = weekdays[weekday]
        at_once = max(share * daily[at + 1 : at + 1 + DAYS].sum(), daily[at + DAYS], daily[at + DAYS - 1])
        week = last + int(is_next_week[at])
        before = sum(
            delay_share
            * (
                (weekday + 1) / 7 * _at(weekly, week - delay)
                + (6 - weekday) / 7 * _at(weekly, week - delay - 1)
            )
            for delay, delay_share in enumerate(delays)
            if delay and delay_share
        )
        out[at] = delays[0] * at_once + share * before
    return out


def _at(weekly: Floats, week: int) -> float:
    return float(weekly[week]) if week >= 0 else 0.0


def sudden(
    counts: NDArray[np.int64],
    expected: Floats,
    dispersion: Floats,
    log_variance: Floats,
    others: int,
) -> pl.DataFrame:
    """One row a series that leapt: row, first, last (days, 0 the first of DAYS), what was seen and expected, p and q.

    `counts` and `expected` are (series, DAYS); `others` is how many more series were looked at and saw too little to be
    judged. Columns besides: observed_count, expected_count, ratio with its 95 % interval (ratio_low, ratio_high).
    """
    n = counts.shape[0]
    best = np.ones(n)
    window_of = np.zeros((n, 2), np.int64)
    for window in WINDOWS:
        for first in range(DAYS - window + 1):
            days = slice(first, first + window)
            seen, mean = counts[:, days].sum(1).astype(float), expected[:, days].sum(1)
            p = mid_p(seen, mean, dispersion * mean + np.square(mean) * log_variance)
            better = (p < best) & (seen >= FEWEST)
            best[better] = p[better]
            window_of[better] = (first, first + window - 1)
    p = np.minimum(best * _TESTS, 1.0)
    q = false_discovery(np.concatenate([p, np.ones(others)]))[:n] if n else p
    rows = np.arange(n)
    inside = (np.arange(DAYS) >= window_of[:, :1]) & (np.arange(DAYS) <= window_of[:, 1:])
    seen, mean = (counts * inside).sum(1), (expected * inside).sum(1)
    low, high = interval(seen.astype(float), mean, dispersion)
    return (
        pl.DataFrame(
            {
                "row": rows,
                "first": window_of[:, 0],
                "last": window_of[:, 1],
                "observed_count": seen,
                "expected_count": mean,
                "ratio": seen / np.maximum(mean, 1e-9),
                "ratio_low": low,
                "ratio_high": high,
                "p": p,
                "q": q,
            }
        )
        .filter(pl.Series((q <= FALSE_SHARE) & (low > 1) & (best < 1)))
        .sort("p", "row")
    )
