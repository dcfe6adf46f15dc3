"""What the year before says of a season: the same weeks, twelve months earlier, beside those before and after.

Difference in differences with a place's own past as the other group (historical controls: Lopez Bernal, Cummins and
Gasparrini, International Journal of Epidemiology 2018, 47:2082; season in interrupted series: ibid. 2017, 46:348). Each
week of the year has a level of its own, whatever the shape of the season; from one year to the next all move by the
same factor; what is left of the weeks after an action is its effect. Poisson, and variation from year to year beyond
chance widens the interval as it does elsewhere (rates.py). Arrays in, numbers out.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import log

import numpy as np

from analysis import rates
from analysis.chances import t_isf
from analysis.rates import Estimate, Floats

YEAR = 52  # weeks: the same weekdays, one or two days earlier in the year
FEWEST_PAIRS = 4  # weeks before whose counterparts are known
KNOWN = 0.8  # of the weeks after that have one, at least
TREND_WEEKS, TREND_ALPHA = 8, 0.01  # to tell that this year went another way than the last


def paired(e: Floats, weeks: Sequence[int], barred: Collection[int]) -> list[int]:
    """Those of the weeks whose counterparts of the year before are known; `barred` ones are no counterparts."""
    return [n for n in weeks if 0 <= n - YEAR < len(e) and e[n - YEAR] > 0 and n - YEAR not in barred]


def last_year(
    y: Floats, e: Floats, before: Sequence[int], after: Sequence[int], barred: Collection[int]
) -> Estimate | None:
    """How the rate went in the same weeks of the year before; None where they are not known or had no incident."""
    was, became = ([n - YEAR for n in paired(e, weeks, barred)] for weeks in (before, after))
    if not was or not became or y[was].sum() == 0:
        return None
    used = [*was, *became]
    spread, freedom = rates.pearson(y[used], e[used], np.repeat([0, 1], [len(was), len(became)]))
    return rates.rate_ratio(y[became].sum(), e[became].sum(), y[was].sum(), e[was].sum(), spread, freedom)


def effect(
    y: Floats, e: Floats, before: Sequence[int], after: Sequence[int], barred: Collection[int]
) -> tuple[Estimate, bool] | None:
    """The ratio of after to before beyond that of the year before, and whether a trend of this year is taken out too.

    None where too few counterparts are known, or one side of them had no incident. A place without any incident after
    the action is taken to have had half a one, or there would be no interval.
    """
    one, other = paired(e, before, barred), paired(e, after, barred)
    if len(one) < FEWEST_PAIRS or not other or len(other) < KNOWN * len(after):
        return None
    sides = (one, [n - YEAR for n in one], [n - YEAR for n in other])
    if min(y[side].sum() for side in sides) == 0:
        return None
    if y[other].sum() == 0:
        y = y.copy()
        y[other] = 0.5 / len(other)
    drift = _fit(y, e, one, [], has_trend=True) if len(one) >= TREND_WEEKS else None
    is_drifting = drift is not None and abs(drift.z(-1)) > t_isf(TREND_ALPHA / 2, drift.freedom)
    found = _fit(y, e, one, other, is_drifting)
    return None if found is None else (found.ratio(-1), is_drifting)


def _fit(
    y: Floats, e: Floats, before: Sequence[int], after: Sequence[int], has_trend: bool
) -> rates.Fit | None:
    """A level for each week of the year, a factor a year, a trend of this year, and what is new after the action.

    A week may be one before the action and the counterpart of one after it: it stands in the fit once.
    """
    used = {*before, *after}
    every = np.array(sorted(used | {n - YEAR for n in used}))
    total = np.bincount(every % YEAR, y[every], YEAR)
    every = every[total[every % YEAR] > 0]  # two weeks without any incident tell nothing
    if every.size == 0:
        return None
    of_year = every % YEAR
    columns = [of_year[:, None] == np.unique(of_year), every[:, None] / YEAR]
    if has_trend:
        place = (every - before[-1]) / len(before)
        columns.append((np.isin(every, list(used)) * place)[:, None])
    if after:
        columns.append(np.isin(every, after)[:, None])
    return rates.quasi_poisson(y[every], e[every], np.hstack(columns).astype(float))


def weeks_needed(
    ratio: float,
    y: Floats,
    e: Floats,
    before: Sequence[int],
    first: int,
    barred: Collection[int],
    z: float,
    fewest: int,
) -> int | None:
    """Weeks from `first` on in which an effect of this size is found; None where no number within a year is enough.

    As actions.weeks_needed, with four counts instead of two: 1 / cases is the variance of the logarithm of each, and
    those of the year before are there already.
    """
    one = paired(e, before, barred)
    was, last = float(y[one].sum()), float(y[[n - YEAR for n in one]].sum())
    if len(one) < FEWEST_PAIRS or min(was, last) == 0 or not 0 < ratio < 1:
        return None
    usual = _fit(y, e, one, [], has_trend=False)
    left = log(ratio) ** 2 / (z**2 * (usual.dispersion if usual else 1.0)) - 1 / was - 1 / last
    weekly = max(ratio, 1e-3) * was / len(one)
    seen, known = 0.0, 0
    for n in range(1, YEAR + 1):
        for at in paired(e, [first + n - 1], barred):
            seen, known = seen + float(y[at - YEAR]), known + 1
        if n >= fewest and known >= KNOWN * n and seen > 0 and 1 / (weekly * known) + 1 / seen <= left:
            return n
    return None
