"""Which of many weekly series rose in the last complete week, since when, and which of them tell the same story.

Frames in, frames out. The judgement of each series is that of detection.py; over all series, Benjamini-Hochberg bounds
the share of false ones among those flagged (Journal of the Royal Statistical Society B 1995, 57:289).
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from analysis.baselines import Floats
from analysis.detection import judge

FALSE_SHARE = 0.10  # of the series flagged, at most so many are expected to be noise
FEWEST = 3  # cases in the last three weeks: fewer are never flagged
WEEKS_SHOWN = 13
MIN_HISTORY = 26  # weeks with exposure before a series is judged
SERIES = ("cause", "place_kind", "place")


def rising(counts: pl.DataFrame, exposure: pl.DataFrame, last_week: date) -> pl.DataFrame:
    """One row a series that rose, by `last_week` (a Monday, the last complete week), the surest first.

    `counts`: cause, place_kind, place, week_start_date, incident_count; weeks without a row had none. `exposure`: the
    same but the last, with exposure_count and has_exposure; where has_exposure is false, weeks are compared as such.
    Columns: the series, observed_count and expected_count of the last three weeks, ratio with its 95 % interval
    (ratio_low, ratio_high), since_date, p, q (the false share at which it would just be flagged), has_exposure.
    """
    if counts.is_empty():
        return _none()
    weeks = _weeks(counts, last_week)
    names, y, e, has_exposure = _matrices(counts, exposure, weeks)
    known = (e > 0).sum(1) >= min(MIN_HISTORY, len(weeks) - 3)
    names, y, e, has_exposure = names.filter(pl.Series(known)), y[known], e[known], has_exposure[known]
    if not names.height or len(weeks) <= MIN_HISTORY:
        return _none()
    first = max(len(weeks) - WEEKS_SHOWN, MIN_HISTORY)
    judged = judge(y, e, first)
    p = judged.p[:, -1]
    q = stats.false_discovery_control(np.clip(p, 0, 1))
    observed, expected = y[:, -3:].sum(1), judged.expected[:, -3:].sum(1)
    low, high = _interval(observed, expected, judged.dispersion[:, -1])
    onset = [_onset(row, mean) for row, mean in zip(y[:, first:], judged.expected, strict=True)]
    return (
        names.with_columns(
            observed_count=pl.Series(observed.astype(np.int64)),
            expected_count=pl.Series(expected),
            ratio=pl.Series(observed / np.maximum(expected, 1e-9)),
            ratio_low=pl.Series(low),
            ratio_high=pl.Series(high),
            since_date=pl.Series([weeks[first + at] for at in onset]),
            p=pl.Series(p),
            q=pl.Series(q),
            has_exposure=pl.Series(has_exposure),
        )
        .filter(
            (pl.col("q") <= FALSE_SHARE) & (pl.col("observed_count") >= FEWEST) & (pl.col("ratio_low") > 1)
        )
        .sort("p", *SERIES)
    )


def _none() -> pl.DataFrame:
    floats = dict.fromkeys(("expected_count", "ratio", "ratio_low", "ratio_high"), pl.Float64)
    return pl.DataFrame(
        schema={
            **dict.fromkeys(SERIES, pl.String),
            "observed_count": pl.Int64,
            **floats,
            "since_date": pl.Date,
            "p": pl.Float64,
            "q": pl.Float64,
            "has_exposure": pl.Boolean,
        }
    )


def _weeks(counts: pl.DataFrame, last_week: date) -> list[date]:
    begin = counts["week_start_date"].min()
    assert isinstance(begin, date)
    return [begin + timedelta(weeks=n) for n in range((last_week - begin).days // 7 + 1)]


def _matrices(
    counts: pl.DataFrame, exposure: pl.DataFrame, weeks: list[date]
) -> tuple[pl.DataFrame, NDArray[np.int64], Floats, NDArray[np.bool_]]:
    """The series, their counts and exposure (series, weeks), and whether the exposure is known."""
    names = counts.select(SERIES).unique().sort(SERIES, nulls_last=True).with_row_index("row")
    place = pl.DataFrame({"week_start_date": weeks}).with_row_index("column")
    y = np.zeros((names.height, len(weeks)), np.int64)
    e = np.zeros((names.height, len(weeks)))
    has = np.zeros(names.height, np.bool_)
    cells = counts.join(names, on=SERIES, nulls_equal=True).join(place, on="week_start_date")
    y[cells["row"].to_numpy(), cells["column"].to_numpy()] = cells["incident_count"].to_numpy()
    cells = exposure.join(names, on=SERIES, nulls_equal=True).join(place, on="week_start_date")
    e[cells["row"].to_numpy(), cells["column"].to_numpy()] = cells["exposure_count"].to_numpy()
    has[cells["row"].to_numpy()] = True
    # without orders every week is as good as another, from the first incident of any series on
    e[~has] = 1.0
    return names.drop("row"), y, e, has


def _interval(observed: Floats, expected: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    """95 % of observed over expected: the exact Poisson interval (Garwood), widened by the dispersion."""
    cases = observed / dispersion
    low = np.where(cases > 0, stats.chi2.ppf(0.025, 2 * cases) / 2, 0.0)
    high = stats.chi2.ppf(0.975, 2 * cases + 2) / 2
    scale = dispersion / np.maximum(expected, 1e-9)
    return low * scale, high * scale


def _onset(counts: NDArray[np.int64], expected: Floats) -> int:
    """The week from which on a higher rate explains the counts best (largest Poisson likelihood ratio)."""
    after = np.cumsum(counts[::-1])[::-1].astype(float)
    mean = np.maximum(np.cumsum(expected[::-1])[::-1], 1e-9)
    gain = np.where(after > mean, after * np.log(np.maximum(after, 1e-9) / mean) - (after - mean), 0.0)
    return int(np.argmax(gain))
