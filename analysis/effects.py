"""The effect of a corrective action from the weeks before and after it, by the best comparison that there is.

With the same cause elsewhere, if it went the same way before; else with the same weeks of the year before; else with
the trend of before, or plainly. What each of them is, and why in this order: actions.py.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from analysis import rates, season
from analysis.chances import t_isf
from analysis.rates import Estimate, Floats

ALPHA = 0.05
TREND_WEEKS = 8  # before, to tell a trend or to compare two
TREND_ALPHA = 0.01  # a trend that chance made would be carried on for as long as an action is followed
COMPARABLE_FEWEST = 10  # incidents elsewhere on each side, for a comparison to say anything
SEASONAL = ("season", "season_trend")  # methods that take the season out, the second a trend of this year too


@dataclass(frozen=True)
class Weeks:
    """Whole weeks in a row (Mondays): incidents and what could have gone wrong, here and elsewhere.

    `reported`: the share of each week's incidents that is known by now.
    """

    monday: list[date]
    y: Floats
    e: Floats
    reported: Floats
    else_y: Floats | None = None
    else_e: Floats | None = None


@dataclass(frozen=True)
class Split:
    """Places of the weeks before and of those after that count, and what the base is."""

    before: list[int]
    after: list[int]
    base: str
    phase: list[str] = field(default_factory=list)
    barred: frozenset[int] = frozenset()  # weeks that say nothing of a season
    season: str = "no_year"  # whether it can be taken out, as the weeks before tell


def estimate(
    weeks: Weeks, split: Split, after: list[int]
) -> tuple[Estimate, str, tuple[float, float, float] | None, bool]:
    """The effect, how it was found, what became of the rate elsewhere, and whether it rose there."""
    before = split.before
    here = _ratio(weeks.y, weeks.e * weeks.reported, before, after)
    elsewhere, compared, rose = None, None, False
    if weeks.else_y is not None and weeks.else_e is not None:
        e = weeks.else_e * weeks.reported
        if min(e[before].sum(), e[after].sum()) > 0 and weeks.else_y[before].sum() > 0:
            there = _ratio(weeks.else_y, e, before, after)
            low, high = there.interval(ALPHA)
            elsewhere, rose = (there.ratio, low, high), low > 1
            compared = _compared(weeks, before, after)
    # what rose elsewhere may have moved there: then a comparison would praise the action for it
    if compared is not None and not (rose and here.ratio < 1):
        return compared, "comparison", elsewhere, rose and compared.ratio < 1
    if split.season == "taken":
        found = season.effect(weeks.y, weeks.e * weeks.reported, before, after, split.barred)
        if found is not None:
            return found[0], SEASONAL[found[1]], elsewhere, rose and found[0].ratio < 1
    trend = _without_trend(weeks, before, after)
    if trend is not None:
        return trend, "trend", elsewhere, rose and trend.ratio < 1
    return here, "before_after", elsewhere, rose and here.ratio < 1


def _ratio(y: Floats, e: Floats, before: list[int], after: list[int]) -> Estimate:
    used = [*before, *after]
    groups = np.array([0] * len(before) + [1] * len(after))
    spread, freedom = rates.pearson(y[used], e[used], groups)
    return rates.rate_ratio(y[after].sum(), e[after].sum(), y[before].sum(), e[before].sum(), spread, freedom)


def _compared(weeks: Weeks, before: list[int], after: list[int]) -> Estimate | None:
    """Difference in differences; None where there is too little elsewhere, or where it went another way before."""
    assert weeks.else_y is not None
    enough = min(weeks.else_y[before].sum(), weeks.else_y[after].sum()) >= COMPARABLE_FEWEST
    if not enough or weeks.y[before].sum() == 0 or weeks.y[after].sum() == 0:
        return None
    if not is_parallel(weeks, before):
        return None
    fit = _two_sides(weeks, [*before, *after], np.array([0.0] * len(before) + [1.0] * len(after)))
    return None if fit is None else fit.ratio(-1)


def is_parallel(weeks: Weeks, before: list[int]) -> bool:
    """Whether there is an elsewhere with incidents that went the same way before."""
    if weeks.else_y is None or weeks.else_y[before].sum() < COMPARABLE_FEWEST:
        return False
    if len(before) < TREND_WEEKS:
        return True
    drift = _two_sides(weeks, before, np.array([float(n) for n in before]))
    return drift is not None and abs(drift.z(-1)) <= t_isf(ALPHA / 2, drift.freedom)


def _two_sides(weeks: Weeks, used: list[int], here: Floats) -> rates.Fit | None:
    """Incidents here and elsewhere, each week with its own level, here with its own; the last column is here only."""
    assert weeks.else_y is not None
    assert weeks.else_e is not None
    total = weeks.y[used] + weeks.else_y[used]
    known = (weeks.else_e[used] > 0) & (total > 0)
    at = np.array(used)[known]
    if len(at) < 3:
        return None
    columns = np.column_stack([np.ones(len(at)), here[known] - here[known].mean()])
    return rates.quasi_binomial(weeks.y[at], total[known], weeks.e[at] / weeks.else_e[at], columns)


def _without_trend(weeks: Weeks, before: list[int], after: list[int]) -> Estimate | None:
    """The step at the action on top of a trend that was there before it beyond chance; None where there was none."""
    if len(before) < TREND_WEEKS or weeks.y[after].sum() == 0:
        return None
    e = weeks.e * weeks.reported
    place = (np.array(before, float) - before[-1]) / len(before)
    past = rates.quasi_poisson(weeks.y[before], e[before], np.column_stack([np.ones(len(before)), place]))
    if past is None or abs(past.z(1)) <= t_isf(TREND_ALPHA / 2, past.freedom):
        return None
    used = [*before, *after]
    place = (np.array(used, float) - before[-1]) / len(before)
    step = np.array([0.0] * len(before) + [1.0] * len(after))
    fit = rates.quasi_poisson(weeks.y[used], e[used], np.column_stack([np.ones(len(used)), place, step]))
    return None if fit is None else fit.ratio(2)
