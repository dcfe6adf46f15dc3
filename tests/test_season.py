"""Season is told by the same weeks of the year before: by hand, on planted seasons, and where it cannot be."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from analysis import rates, season
from analysis.actions import Plan, Verdict, Weeks, judge
from analysis.rates import Floats

MONDAY = date(2023, 1, 2)
BEFORE, AFTER = list(range(52, 56)), list(range(56, 60))


def test_the_effect_is_that_beyond_the_year_before_by_hand() -> None:
    """Four weeks each: 40, then 20 a year before; 60, then 24 now: (24 / 60) / (20 / 40) = 0.8.

    Variance of its logarithm: 1/40 + 1/20 + 1/60 + 1/24 = 2/15. Sixteen weeks less eight levels, the factor from year to
    year and the effect leave six degrees of freedom.
    """
    y = np.array([10.0] * 4 + [5.0] * 4 + [0.0] * 44 + [15.0] * 4 + [6.0] * 4)
    found = season.effect(y, np.full(60, 100.0), BEFORE, AFTER, ())
    assert found is not None
    estimate, has_trend = found
    assert estimate.ratio == pytest.approx(0.8)
    assert not has_trend
    reach = stats.t.isf(0.025, 6) * np.sqrt(2 / 15)
    assert estimate.interval(0.05) == pytest.approx((0.8 * np.exp(-reach), 0.8 * np.exp(reach)))
    # half as many of half the orders is the same
    e = np.concatenate([np.full(8, 100.0), np.full(52, 50.0)])
    halved = season.effect(np.concatenate([y[:8], y[8:] / 2]), e, BEFORE, AFTER, ())
    assert halved is not None
    assert halved[0].ratio == pytest.approx(0.8)
    # the year before alone: 20 after 40, as two Poisson counts
    last = season.last_year(y, np.full(60, 100.0), BEFORE, AFTER, ())
    assert last is not None
    assert last.interval(0.05) == pytest.approx(rates.rate_ratio(20, 400, 40, 400).interval(0.05))


def test_weeks_that_are_before_and_a_year_before_at_once_count_once() -> None:
    """A season of any shape, a fifth more each year, 40 % less for 45 weeks after week 110: exactly that is found."""
    rng = np.random.default_rng(4)
    t = np.arange(160)
    y = 20 * rng.uniform(0.5, 2, 52)[t % 52] * 1.2 ** (t / 52) * np.where(t >= 110, 0.6, 1)
    found = season.effect(y, np.ones(160), list(range(80, 106)), list(range(110, 155)), ())
    assert found is not None
    assert found[0].ratio == pytest.approx(0.6)


def test_a_trend_of_this_year_alone_is_taken_out_too() -> None:
    t = np.arange(130)
    y = 100 * (1 + 0.5 * np.cos(t / 52 * 2 * np.pi)) * np.exp(-0.03 * np.clip(t - 84, 0, None))
    found = season.effect(y.round(), np.ones(130), list(range(84, 110)), list(range(114, 130)), ())
    assert found is not None
    assert found[0].ratio == pytest.approx(1, abs=0.15)
    assert found[1]


def test_the_weeks_an_effect_needs_by_hand() -> None:
    """Three a week: (ln 2 / 2.8016)^2 - 1/78 - 1/78 = 0.03557; 1 / 1.5 n + 1 / 3 n = 1 / n: 28.1 weeks."""

    def needed(weekly: float) -> int | None:
        y = np.full(100, weekly)
        return season.weeks_needed(0.5, y, np.ones(100), range(70, 96), 99, range(96, 100), 2.8016, 8)

    assert needed(3) == 29
    assert needed(10) == 8  # 0.3 / 0.05352 = 5.6, and eight at least
    assert needed(2) is None  # 1.5 / 0.02275 = 66, and a year later there are no counterparts


def test_what_has_no_counterpart_is_not_compared() -> None:
    y, e = np.full(60, 5.0), np.ones(60)
    assert season.effect(y, e, BEFORE, AFTER, {0}) is None, "three weeks before are too few"
    assert season.effect(y, e, BEFORE, AFTER, {4}) is None, "nor are three of four after nearly all"
    assert season.effect(y, e, BEFORE[:3], AFTER, ()) is None
    y[4:8] = 0
    assert season.effect(y, e, BEFORE, AFTER, ()) is None, "a rate of nought has no logarithm"
    y[4:8], y[56:] = 5, 0
    found = season.effect(y, e, BEFORE, AFTER, ())
    assert found is not None
    low, high = found[0].interval(0.05)
    assert 0 < low < high < 1, "none after is as half a one"


def judged(y: Floats, past: int, ratio: float = 0.6, weeks_ago: int | None = None) -> Verdict:
    """The verdict on an action after so many weeks; `weeks_ago`: since when the problem was there."""
    days = [MONDAY + timedelta(weeks=n) for n in range(len(y))]
    since = None if weeks_ago is None else days[past - weeks_ago]
    made = Weeks(days, y.astype(float), np.full(len(y), 400.0), np.ones(len(y)))
    return judge(made, Plan(days[past], ratio, since))


def seasonal(seed: int, past: int, effect: float = 1.0, rate: float = 10.0) -> Floats:
    """Three times as many at the height of the season as at its low, which are anywhere in the year."""
    rng = np.random.default_rng(seed)
    t = np.arange(past + 40)
    mean = rate * np.exp(0.55 * np.cos(2 * np.pi * (t / 52 + rng.uniform())))
    mean[past:] *= effect
    return rng.poisson(mean).astype(float)


def test_a_season_is_no_effect_where_a_year_of_past_tells_it() -> None:
    """Nothing was done. Without a past year half of all seasons look like an effect or harm; with one, 1 in 20 may."""
    known = [judged(seasonal(seed, 110), 110) for seed in range(80)]
    assert sum(each.season == "taken" for each in known) >= 75
    assert sum(each.verdict == "effective" for each in known) <= 5
    assert sum(each.verdict == "worse" for each in known) <= 5
    fooled = [judged(seasonal(seed, 110)[60:], 50) for seed in range(40)]
    assert {each.season for each in fooled} == {"no_year"}
    assert sum(each.verdict in ("effective", "worse") for each in fooled) > 15


def test_an_effect_is_found_under_a_season() -> None:
    found = [judged(seasonal(seed, 110, effect=0.5), 110, 0.5) for seed in range(20)]
    assert sum(each.verdict == "effective" for each in found) >= 15
    one = found[0]
    assert one.method == "season"
    assert one.last_ratio is not None
    assert one.known_by is not None


def test_a_past_with_few_incidents_takes_nothing_out_but_forbids_praise_for_what_it_did_itself() -> None:
    """Two a week, then one a week after the action, and a year before as well: 24 weeks are too few to take that out."""
    y = np.full(150, 2.0)
    y[110:] = 1.0
    alone = judged(y, 110, 0.5)
    assert (alone.verdict, alone.season, alone.method) == ("effective", "few", "before_after")
    y[58:81] = 1.0
    seen = judged(y, 110, 0.5)
    assert (seen.verdict, seen.season, seen.ratio) == ("not_shown", "few", alone.ratio)
    assert seen.last_ratio == pytest.approx(0.5, abs=0.1)


def test_weeks_of_the_problem_itself_are_no_year_before() -> None:
    """The problem began 50 weeks before the action: the year before has two weeks without it, and the others with it."""
    y = np.full(150, 4.0)
    y[60:110] = 12.0
    assert judged(y, 110, weeks_ago=50).season == "no_year"
    assert judged(y, 110).season == "taken"
    # one that was there for two years has been through all seasons
    assert judged(np.full(180, 12.0), 140, weeks_ago=120).season == "taken"


def test_what_never_happens_in_these_weeks_of_any_year_is_no_effect() -> None:
    """Twenty a week for thirty weeks, none for 22, each year; nothing is done when the quiet weeks begin.

    A year before, none either: there is no ratio to take out, and the plain one is no effect.
    """
    t = np.arange(170)
    y = np.where((t - 112) % 52 >= 22, 20.0, 0.0)
    early = judged(y[:124], 112)
    assert (early.verdict, early.reason, early.season) == ("too_early", "wait", "few")
    later = judged(y, 112)
    assert (later.verdict, later.season, later.method) == ("not_shown", "taken", "season")
