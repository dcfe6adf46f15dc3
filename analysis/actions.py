"""Did a corrective action work? Weekly incidents with their exposure before and after it, here and elsewhere.

- Before: the 26 weeks up to the action, or the weeks since the problem began, where that is said. The three weeks just
  before it are left out: actions start at peaks, and a peak falls by itself (regression to the mean; Barnett, van der
  Pols and Dobson, International Journal of Epidemiology 2005, 34:215). The week in which it happens counts nowhere.
- Effect: the ratio of the two rates. With a comparison (the same cause elsewhere) whose rate went the same way before,
  difference in differences: Poisson with an effect of each week and of each side. Without, the same with the same weeks
  of the year before (season.py), which is how season is told from an effect. Where less than a year is known or had too
  few incidents, a trend before the action that is beyond chance is taken out (segmented regression; Bernal, Cummins and
  Gasparrini, International Journal of Epidemiology 2017, 46:348), else it is the plain ratio with its exact interval.
  Variation beyond chance widens all of them.
- When it can be known is worked out from the weeks before alone: the weeks that an effect of the expected size needs to
  be found four times in five (variance of the log ratio; Gu, Ng, Tang and Schucany, Biometrical Journal 2008, 50:283).
  It is judged on that many weeks, once. Before, only what passes the far stricter bound of O'Brien and Fleming
  (Biometrics 1979, 35:549; spent as Lan and DeMets, Biometrika 1983, 70:659) is judged, so that looking every week
  finds no effects that are not there.
- Of orders, only weeks count whose incidents are reported for the most part; what is still to come is allowed for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil, log, sqrt
from typing import Any

import numpy as np

from analysis import rates, season
from analysis.chances import normal_isf, normal_sf
from analysis.effects import ALPHA, SEASONAL, TREND_WEEKS, Split, Weeks, estimate, is_parallel
from analysis.rates import Floats

BEFORE_WEEKS = 26
TRIGGER_WEEKS = 3
FEWEST_WEEKS = 4  # before
FEWEST_AFTER = 8  # weeks that a verdict rests on, unless it is beyond doubt
AFTER_MOST = 52
LONGEST_WAIT = 104  # weeks: what would take longer cannot be known
OTHER_EFFECT = (
    26  # weeks in which a larger effect than the one hoped for may still show, where that one cannot
)
REPORTED = 0.8  # of a week's incidents, before it counts
POWER = 0.8
REAL_RISE = 0.001  # chance of a rise that is taken for real
BACK = 0.00135  # chance beyond three standard deviations
BACK_WEEKS, BACK_FEWEST = 3, 3
FARTHEST = 6.0  # standard errors: no count of weeks is beyond more of them
_Z = normal_isf(ALPHA / 2) + normal_isf(1 - POWER)


@dataclass(frozen=True)
class Plan:
    """What was said of an action: its first day, since when the problem was there, its last day, the rate hoped for."""

    start: date
    ratio: float  # expected rate after ÷ before: 0.7 for 30 % less
    since: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class Verdict:
    """What is known of an action. `phase` says of each week what it was used for.

    The ratio is that of the weeks it was judged by; `all_ratio` that of all weeks since, where there are more.
    `reason` tells why nothing is known: 'wait', 'ended' (before it could be), 'too_few' (not within two years),
    'no_before'. `base` is what the weeks before are: 'usual', 'since' the problem began, or the 'rise' itself where
    there are no others. `season` is 'taken' out, or could not be: 'no_year' of past is known, or it had too 'few'
    incidents; '' with a comparison, which has the same season. `last_ratio` is how the same weeks went the year before.
    """

    verdict: str
    reason: str
    phase: list[str]
    base: str
    method: str = ""
    ratio: float | None = None
    ratio_low: float | None = None
    ratio_high: float | None = None
    before_count: int = 0
    before_exposure: float = 0.0
    before_weeks: int = 0
    after_count: int = 0
    after_exposure: float = 0.0
    after_weeks: int = 0
    needed_weeks: int | None = None
    known_by: date | None = None
    dispersion: float = 1.0
    else_ratio: float | None = None
    else_low: float | None = None
    else_high: float | None = None
    is_displaced: bool = False
    back_since: date | None = None
    all_weeks: int | None = None
    all_ratio: float | None = None
    all_low: float | None = None
    all_high: float | None = None
    season: str = ""
    last_ratio: float | None = None
    last_low: float | None = None
    last_high: float | None = None


def judge(weeks: Weeks, plan: Plan) -> Verdict:
    """The verdict on one action, by the weeks that are there."""
    split = _split(weeks, plan)
    y, e = weeks.y, weeks.e * weeks.reported
    before, base = split.before, split.base
    told: dict[str, Any] = {
        "before_count": int(y[before].sum()),
        "before_exposure": float(e[before].sum()),
        "before_weeks": len(before),
    }
    if len(before) < FEWEST_WEEKS or y[before].sum() == 0:
        return Verdict("too_early", "no_before", split.phase, base, **told)
    spread, _ = rates.pearson(y[before], e[before], np.zeros(len(before), np.int64))
    needed = weeks_needed(
        plan.ratio, float(y[before].sum()), float(e[before].sum()), float(e[before].mean()), spread
    )
    split, enough = _with_season(weeks, split, plan)
    if split.season == "taken" and not is_parallel(weeks, before):
        needed = enough
    told.update(needed_weeks=needed, known_by=_known_by(plan, needed, weeks.reported), dispersion=spread)
    n = _first_judged(weeks, split, needed)
    reached = n is not None
    after = split.after[:n] if n is not None else split.after
    if not after:
        reason = "too_few" if needed is None else "wait"
        return Verdict("too_early", reason, split.phase, base, **told)
    effect, method, elsewhere, is_displaced = estimate(weeks, split, after)
    low, high = effect.interval(ALPHA)
    how_season = _season_of(method, split)
    last = season.last_year(y, e, before, after, split.barred)
    if last is not None and method != "comparison":
        last_low, last_high = last.interval(ALPHA)
        told.update(last_ratio=float(last.ratio), last_low=last_low, last_high=last_high)
    verdict, reason = "too_early", "too_few" if needed is None else "wait"
    if needed is not None and plan.end is not None and _last_week(plan, weeks) >= plan.end:
        reason = "ended"
    if reached:
        verdict, reason = _said(low, high), ""
        if verdict == "worse" and base == "usual" and plan.since is not None:
            verdict = "not_shown"  # above the level of before the problem: the action did not make it worse
        if how_season == "few" and last is not None:
            # few incidents tell a season too badly to take it out, but what it may have done by itself is no effect
            beyond = high < last.ratio if verdict == "effective" else low > last.ratio
            verdict = verdict if beyond else "not_shown"
    back = _back_since(weeks, split, len(after), y, e) if verdict == "effective" else None
    told.update(
        method=method,
        ratio=float(effect.ratio),
        ratio_low=low,
        ratio_high=high,
        after_count=int(y[after].sum()),
        after_exposure=float(e[after].sum()),
        after_weeks=len(after),
        dispersion=effect.dispersion,
        back_since=back,
        is_displaced=is_displaced,
        season=how_season,
    )
    # a trend is carried on no farther than it was seen
    if len(after) < len(split.after) and ("trend" not in method or len(split.after) <= len(before)):
        whole, how, _, _ = estimate(weeks, split, split.after)
        if (how in SEASONAL) == (method in SEASONAL):
            low, high = whole.interval(ALPHA)
            told.update(all_weeks=len(split.after), all_ratio=float(whole.ratio), all_low=low, all_high=high)
    if elsewhere is not None:
        told.update(else_ratio=elsewhere[0], else_low=elsewhere[1], else_high=elsewhere[2])
    phase = [
        "later" if name == "after" and at not in set(after) else name for at, name in enumerate(split.phase)
    ]
    return Verdict(verdict, reason, phase, base, **told)


def weeks_needed(
    ratio: float, cases: float, exposure: float, weekly_exposure: float, dispersion: float
) -> int | None:
    """Weeks after an action in which an effect of this size is found four times in five; None for never.

    The log of the ratio must be so many standard errors from nought: 1 / cases is the variance of each side.
    """
    if ratio <= 0 or ratio == 1 or cases <= 0 or exposure <= 0 or weekly_exposure <= 0:
        return None
    left = log(ratio) ** 2 / (_Z**2 * dispersion) - 1 / cases
    if left <= 0:
        return None  # too few cases before: however long one waits
    expected = max(ratio, 1e-3) * cases / exposure * weekly_exposure
    weeks = max(ceil(1 / (left * expected)), FEWEST_AFTER)
    return weeks if weeks <= LONGEST_WAIT else None


def first_monday(start: date) -> date:
    """The first whole week after an action's day, or the one that begins on it."""
    return start + timedelta(days=-start.weekday() % 7)


def _known_by(plan: Plan, needed: int | None, reported: Floats) -> date | None:
    """The day by which so many weeks are over and reported."""
    if needed is None:
        return None
    last = len(reported) - 1
    ripe = np.flatnonzero(reported >= REPORTED)
    lag = int(last - ripe.max()) if len(ripe) else 0
    return first_monday(plan.start) + timedelta(weeks=needed + lag)


def _last_week(plan: Plan, weeks: Weeks) -> date:
    """Until when weeks are there whose incidents are reported."""
    ripe = np.flatnonzero(weeks.reported >= REPORTED)
    return weeks.monday[int(ripe.max())] + timedelta(weeks=1) if len(ripe) else plan.start


def _split(weeks: Weeks, plan: Plan) -> Split:
    """What each week is used for."""
    first, begin = first_monday(plan.start), plan.start - timedelta(days=plan.start.weekday())
    until = plan.end or date.max
    known = weeks.e > 0
    at = {day: n for n, day in enumerate(weeks.monday)}
    past = [n for day, n in at.items() if day < begin and known[n]]
    after = [
        n
        for day, n in at.items()
        if day >= first and known[n] and weeks.reported[n] >= REPORTED and day + timedelta(weeks=1) <= until
    ][:AFTER_MOST]
    before, base = past[:-TRIGGER_WEEKS][-BEFORE_WEEKS:], "usual"
    if plan.since is not None:
        onset = plan.since - timedelta(days=plan.since.weekday())
        usual = [n for n in past if weeks.monday[n] < onset][-BEFORE_WEEKS:]
        problem = [n for n in past if weeks.monday[n] >= onset]
        clean = problem[:-TRIGGER_WEEKS]
        if len(clean) >= FEWEST_WEEKS:
            before, base = clean[-BEFORE_WEEKS:], "since"
        elif len(problem) >= FEWEST_WEEKS and _is_real(weeks, problem, usual):
            before, base = problem, "rise"
        else:
            before = usual
    phase = ["" for _ in weeks.monday]
    for n in past:
        phase[n] = "trigger" if before and n > before[-1] else ""
    for n in before:
        phase[n] = "before"
    for n in after:
        phase[n] = "after"
    return Split(before, after, base, phase)


def _is_real(weeks: Weeks, problem: list[int], usual: list[int]) -> bool:
    """Whether the weeks of the problem are beyond what chance makes of the usual level."""
    if len(usual) < TREND_WEEKS:
        return False
    e = weeks.e * weeks.reported
    y0, e0, y1, e1 = weeks.y[usual].sum(), e[usual].sum(), weeks.y[problem].sum(), e[problem].sum()
    spread, freedom = rates.pearson(weeks.y[usual], e[usual], np.zeros(len(usual), np.int64))
    return rates.rate_ratio(y1, e1, y0, e0, spread, freedom).interval(2 * REAL_RISE)[0] > 1


def _first_judged(weeks: Weeks, split: Split, needed: int | None) -> int | None:
    """The number of weeks after the action on which it is judged: as planned, or sooner beyond all doubt."""
    horizon = needed or OTHER_EFFECT
    for n in range(2, min(len(split.after), horizon) + 1):
        # what is spent by a share of the way; at the end it is all of ALPHA, as planned
        reach = normal_isf(ALPHA / 2) / sqrt(n / horizon)
        if reach > FARTHEST:
            continue
        found, method, _, _ = estimate(weeks, split, split.after[:n])
        if split.season == "taken" and _season_of(method, split) == "few":
            continue  # the same weeks of the year before had no incident: sure of the season alone
        low, high = found.interval(2 * normal_sf(reach))
        if low > 1 or high < 1:
            return n
    return needed if needed is not None and len(split.after) >= needed else None


def _season_of(method: str, split: Split) -> str:
    """What became of the season in an effect found so; where it can be told, some weeks may still have too few."""
    if method == "comparison":
        return ""
    if method in SEASONAL:
        return "taken"
    return "few" if split.season == "taken" else split.season


def _said(low: float, high: float) -> str:
    return "effective" if high < 1 else "worse" if low > 1 else "not_shown"


def _with_season(weeks: Weeks, split: Split, plan: Plan) -> tuple[Split, int | None]:
    """What the weeks before say of the season, and how many weeks after an effect needs when it is taken out.

    The weeks just before an action, a peak, are no counterparts of any; nor are those of a problem, where the ones
    before it are others.
    """
    e, first = weeks.e * weeks.reported, (first_monday(plan.start) - weeks.monday[0]).days // 7
    barred = set(range(split.before[-1] + 1, len(weeks.monday)))
    if plan.since is not None:
        problem = {n for n, day in enumerate(weeks.monday) if day + timedelta(days=6) >= plan.since}
        if not problem.issuperset(n - season.YEAR for n in split.before):
            barred |= problem
    soon = season.paired(e, range(first, first + FEWEST_AFTER), barred)
    if (
        len(season.paired(e, split.before, barred)) < season.FEWEST_PAIRS
        or len(soon) < season.KNOWN * FEWEST_AFTER
    ):
        return split, None
    enough = season.weeks_needed(plan.ratio, weeks.y, e, split.before, first, barred, _Z, FEWEST_AFTER)
    return replace(split, barred=frozenset(barred), season="few" if enough is None else "taken"), enough


def _back_since(weeks: Weeks, split: Split, n: int, y: Floats, e: Floats) -> date | None:
    """The first of three weeks in a row, after those judged, that are above the level held in these; None if none."""
    held, later = split.after[:n], split.after[n:]
    used = [*split.before, *held]
    groups = np.array([0] * len(split.before) + [1] * n)
    spread, _ = rates.pearson(y[used], e[used], groups)
    for last in range(BACK_WEEKS, len(later) + 1):
        recent = later[last - BACK_WEEKS : last]
        count = float(y[recent].sum())
        p = rates.surprise(
            count / spread, float(e[recent].sum()), float(y[held].sum()) / spread, float(e[held].sum())
        )
        if count >= BACK_FEWEST and p < BACK:
            return weeks.monday[recent[0]]
    return None
