"""Which of many weekly series rose in the last complete week, since when, and which of them tell the same story.

Frames in, frames out. The judgement of each series is that of detection.py; over all series, Benjamini-Hochberg bounds
the share of false ones among those flagged (Journal of the Royal Statistical Society B 1995, 57:289).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.baselines import Floats
from analysis.chances import chi2_ppf, false_discovery
from analysis.detection import Judged, judge
from analysis.maturing import matured

FALSE_SHARE = 0.10  # of the series flagged, at most so many are expected to be noise
FEWEST = 3  # cases in the last three weeks: fewer are never flagged
WEEKS_SHOWN = 13
MIN_HISTORY = 26  # weeks with exposure before a series is judged
QUIET = 4  # weeks without a rise after which one that comes back is told as such
SERIES = ("cause", "place_kind", "place")
#: kinds of place without a past of their own: a lot is sold for weeks, and bad from its first day
PASTLESS = ("lot",)


@dataclass(frozen=True)
class Weeks:
    """The judged weeks of a series, the last week last."""

    counts: NDArray[np.int64]
    expected: Floats
    exposure: Floats  # 1 where it is not known
    dispersion: float


@dataclass(frozen=True)
class Baselines:
    """What was expected of each series: a row of `names` each, the judged weeks as columns."""

    names: pl.DataFrame  # cause, place_kind, place, has_exposure
    counts: NDArray[np.int64]
    expected: Floats
    exposure: Floats  # matured; 1 where it is not known
    dispersion: Floats
    log_variance: Floats

    def weeks(self, at: int) -> Weeks:
        """The judged weeks of one series."""
        return Weeks(self.counts[at], self.expected[at], self.exposure[at], float(self.dispersion[at]))


@dataclass(frozen=True)
class Rises:
    """What rose by the last week, and by which of the weeks before it which series were already seen to rise."""

    found: pl.DataFrame  # see `rising`
    seen: pl.DataFrame  # one row a series and week_start_date, the last week included
    judged_from: date | None = None  # the first week that was looked at
    weeks: tuple[Weeks, ...] = ()  # of each row found
    baselines: Baselines | None = None  # of all series that were judged
    few: pl.DataFrame | None = (
        None  # series with too few cases to be flagged, which were looked at no further
    )

    @property
    def looked_at(self) -> int:
        """How many series might have been flagged."""
        judged = 0 if self.baselines is None else self.baselines.names.height
        return judged + (0 if self.few is None else self.few.height)


def rising(counts: pl.DataFrame, exposure: pl.DataFrame, last_week: date) -> pl.DataFrame:
    """One row a series that rose, by `last_week` (a Monday, the last complete week), the surest first.

    `counts`: cause, place_kind, place, week_start_date, incident_count; weeks without a row had none. `exposure`: the
    same but the last, with exposure_count and has_exposure; where has_exposure is false, weeks are compared as such.
    Columns: the series, observed_count and expected_count of all of the last three weeks, ratio with its 95 % interval
    (ratio_low, ratio_high), since_date, p, q (the false share at which it would just be flagged), has_exposure.
    """
    return rises(counts, exposure, last_week).found


def rises(
    counts: pl.DataFrame,
    exposure: pl.DataFrame,
    last_week: date,
    delays: Mapping[str, Floats] | None = None,
    rests: pl.DataFrame | None = None,
) -> Rises:
    """The same, with the weeks before, as the data of today tell them.

    `delays`, by cause: how late its incidents come (maturing.py). Those of other causes are held against the exposure
    of their own week. `rests`: what series of PASTLESS kinds are held against, with the columns of `counts` and
    `exposure`. Such a series needs the delays of its cause, and is judged only by the weeks in which incidents of what
    was sold are due. Those of later weeks are counted beside as many expected ones as in the last week that was due:
    more than can be, so that the ratio which is told is none too high.
    """
    if counts.is_empty():
        return Rises(*_none())
    weeks = _weeks(counts, last_week)
    names, y, e, has_exposure = _matrices(counts, exposure, weeks)
    is_held = names["place_kind"].is_in(PASTLESS).to_numpy()
    has_few = is_held & (y[:, -3:].sum(1) < FEWEST)
    few = names.filter(pl.Series(has_few))
    names, y, e = names.filter(pl.Series(~has_few)), y[~has_few], e[~has_few]
    has_exposure, is_held = has_exposure[~has_few], is_held[~has_few]
    past_y, past_e = _pasts(names, y, e, is_held, rests, weeks)
    for cause, shares in (delays or {}).items():
        own = (names["cause"] == cause).to_numpy() & has_exposure
        e[own], past_e[own] = matured(e[own], shares), matured(past_e[own], shares)
    is_dated = names["cause"].is_in(list(delays or {})).to_numpy() & has_exposure
    past_e[is_held & ~is_dated] = 0.0
    known = (past_e > 0).sum(1) >= min(MIN_HISTORY, len(weeks) - 3)
    names, every, e, has_exposure = names.filter(pl.Series(known)), y[known], e[known], has_exposure[known]
    is_due = (e > 0) | ~is_held[known, None]
    y = every * is_due
    if not names.height or len(weeks) < MIN_HISTORY + 3:
        return Rises(*_none())
    first = max(len(weeks) - WEEKS_SHOWN, MIN_HISTORY)
    judged = judge(y, e, first, (past_y[known], past_e[known]))
    p = judged.p[:, -1]
    q, _, _, is_rising = _rising_by(y[:, first:], judged, -1, few.height)
    observed = every[:, -3:].sum(1)
    expected = _carried(judged.expected, is_due[:, first:])[:, -3:].sum(1)
    low, high = interval(observed, expected, judged.dispersion[:, -1])
    onset = [onset_of(row, mean) for row, mean in zip(y[:, first:], judged.expected, strict=True)]
    found = (
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
        .with_row_index("row")
        .filter(pl.Series(is_rising & (low > 1)))
        .sort("p", *SERIES)
    )
    baselines = Baselines(
        names.with_columns(has_exposure=pl.Series(has_exposure)),
        y[:, first:],
        judged.expected,
        e[:, first:],
        judged.dispersion[:, -1],
        judged.log_variance[:, -1],
    )
    told = tuple(baselines.weeks(at) for at in found["row"])
    # the first two weeks cannot be told: their three weeks begin before the judged ones
    by_week = [
        names.filter(pl.Series(_rising_by(y[:, first:], judged, at, few.height)[3])).with_columns(
            week_start_date=pl.lit(weeks[first + at])
        )
        for at in range(2, judged.p.shape[1])
    ]
    return Rises(found.drop("row"), pl.concat(by_week), weeks[first + 2], told, baselines, few)


def sure_stories(rows: pl.DataFrame, looked_at: int) -> pl.DataFrame:
    """The rows (story, p, q) of the stories that hold as such, each with the q of its story.

    Ten nested series of one incident are ten rejections, which would let in a weak one of another as if it had company:
    the false share is held once more with one p-value a story, its least, among as many series as were looked at.
    """
    leads = rows.group_by("story", maintain_order=True).agg(pl.col("p").min())
    others = np.ones(max(looked_at - leads.height, 0))
    q = false_discovery(np.concatenate([leads["p"].to_numpy(), others]))[: leads.height]
    of_story = leads.select("story", q=pl.Series(q)).filter(pl.col("q") <= FALSE_SHARE)
    return rows.drop("q").join(of_story, on="story", maintain_order="left")


def spell(weeks: Collection[date], judged_from: date) -> tuple[date | None, int | None]:
    """When a rise that was seen by these weeks (Mondays) began, and after how many quiet weeks it came back.

    Fewer than QUIET weeks between two are no end. None where the beginning cannot be told, because fewer than QUIET
    weeks before it were looked at; None where no earlier rise was seen.
    """
    began: date | None = None
    for week in sorted(weeks, reverse=True):
        if began is not None and (quiet := (began - week).days // 7 - 1) >= QUIET:
            return began, quiet
        began = week
    return (began if began and began - judged_from >= timedelta(weeks=QUIET) else None), None


def _none() -> tuple[pl.DataFrame, pl.DataFrame]:
    series = dict.fromkeys(SERIES, pl.String)
    floats = dict.fromkeys(("expected_count", "ratio", "ratio_low", "ratio_high"), pl.Float64)
    found = pl.DataFrame(
        schema={
            **series,
            "observed_count": pl.Int64,
            **floats,
            "since_date": pl.Date,
            "p": pl.Float64,
            "q": pl.Float64,
            "has_exposure": pl.Boolean,
        }
    )
    return found, pl.DataFrame(schema={**series, "week_start_date": pl.Date})


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


def _pasts(
    names: pl.DataFrame,
    y: NDArray[np.int64],
    e: Floats,
    is_held: NDArray[np.bool_],
    rests: pl.DataFrame | None,
    weeks: list[date],
) -> tuple[NDArray[np.int64], Floats]:
    """Counts and exposure that baselines rest on: each series' own, or what those that are held have in `rests`."""
    past_y, past_e = y.copy(), e.copy()
    past_y[is_held], past_e[is_held] = 0, 0.0
    if rests is not None and is_held.any():
        rows = names.with_row_index("row").filter(pl.Series(is_held))
        column = pl.DataFrame({"week_start_date": weeks}).with_row_index("column")
        cells = rests.join(rows, on=SERIES).join(column, on="week_start_date")
        at = cells["row"].to_numpy(), cells["column"].to_numpy()
        past_y[at], past_e[at] = cells["incident_count"].to_numpy(), cells["exposure_count"].to_numpy()
    return past_y, past_e


def _carried(expected: Floats, is_due: NDArray[np.bool_]) -> Floats:
    """What is expected of each week (series, weeks), of one in which nothing is due as in the last that was."""
    at = np.maximum.accumulate(np.where(is_due, np.arange(is_due.shape[1]), 0), axis=1)
    return np.take_along_axis(expected, at, axis=1)


def interval(observed: Floats, expected: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    """95 % of observed over expected: the exact Poisson interval (Garwood), widened by the dispersion."""
    cases = observed / dispersion
    low = np.where(cases > 0, chi2_ppf(0.025, 2 * cases) / 2, 0.0)
    high = chi2_ppf(0.975, 2 * cases + 2) / 2
    scale = dispersion / np.maximum(expected, 1e-9)
    return low * scale, high * scale


def _rising_by(
    counts: NDArray[np.int64], judged: Judged, at: int, others: int
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """q, the interval of the ratio, and which series rise, by the judged week `at` and the two before it.

    `others`: how many more series were looked at and had too few cases.
    """
    three = slice(at - 2, at + 1 or None)
    observed, expected = counts[:, three].sum(1), judged.expected[:, three].sum(1)
    p = np.clip(judged.p[:, at], 0, 1)
    q = false_discovery(np.concatenate([p, np.ones(others)]))[: p.size]
    low, high = interval(observed, expected, judged.dispersion[:, at])
    return q, low, high, (q <= FALSE_SHARE) & (observed >= FEWEST) & (low > 1)


def onset_of(counts: NDArray[np.int64], expected: Floats) -> int:
    """The week from which on a higher rate explains the counts best (largest Poisson likelihood ratio)."""
    after = np.cumsum(counts[::-1])[::-1].astype(float)
    mean = np.maximum(np.cumsum(expected[::-1])[::-1], 1e-9)
    gain = np.where(after > mean, after * np.log(np.maximum(after, 1e-9) / mean) - (after - mean), 0.0)
    # weeks without any sales or cases before it tell nothing
    return int(gain.size - 1 - np.argmax(gain[::-1]))
