"""Rising series are found, and noise, growth, past outbreaks and holidays are not taken for them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from analysis.baselines import YEAR, Baselines, design_matrix, fit, length_of_year
from analysis.detection import WINDOWS, _tail, judge, mid_p, p_values

WEEKS, FIRST = 104, 91


def panel(seed: int, n: int = 300) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Counts and exposure of series whose rates do not change: over-dispersed, with growth and a holiday peak of orders."""
    rng = np.random.default_rng(seed)
    weeks = np.arange(WEEKS)
    size = rng.lognormal(5, 1.2, n)[:, None]
    growth = np.exp(rng.normal(0.3, 0.3, n)[:, None] * weeks / 52)
    peak = np.where((weeks % 52 >= 46) & (weeks % 52 <= 49), 2.5, 1.0)
    exposure = np.maximum(rng.poisson(size * growth * peak), 1).astype(float)
    mean = exposure * rng.lognormal(np.log(0.015), 0.7, n)[:, None]
    excess = 0.5
    return rng.poisson(rng.gamma(mean / excess, excess)), exposure


def test_the_tail_is_that_of_scipys_negative_binomial() -> None:
    observed, mean, variance = (
        np.array([0.0, 3, 10, 30]),
        np.array([1.0, 2, 4, 20]),
        np.array([1.5, 3, 6, 40]),
    )
    size, chance = mean**2 / (variance - mean), mean / variance
    expected = stats.nbinom.sf(observed, size, chance) + stats.nbinom.pmf(observed, size, chance) / 2
    assert mid_p(observed, mean, variance) == pytest.approx(expected, rel=1e-6)


def test_without_any_change_one_week_in_a_hundred_looks_like_one() -> None:
    p = np.concatenate([p_values(*panel(seed), FIRST) for seed in (1, 2)])
    assert 0.005 < (p < 0.01).mean() < 0.015
    assert (p < 1e-4).mean() < 6e-4


def test_a_rate_that_doubles_is_found_within_weeks_and_growth_of_orders_is_not() -> None:
    counts, exposure = panel(3)
    large = np.flatnonzero(counts[:, :FIRST].mean(1) > 8)[:10]
    risen = counts.copy()
    risen[large, 95:] *= 2
    assert (p_values(risen, exposure, FIRST)[large, 95 - FIRST : 99 - FIRST].min(1) < 1e-3).all()
    twice = exposure.copy()
    twice[large, 95:] *= 2
    # doubled counts vary twice as much as counts of doubled orders would, so a few look rare
    assert (p_values(risen, twice, FIRST)[large, 95 - FIRST :] < 1e-3).mean() < 0.05


def test_a_week_is_judged_by_nothing_that_comes_after_it() -> None:
    counts, exposure = panel(4, 230)
    before = p_values(counts, exposure, FIRST)
    counts[:, 98:] *= 7
    exposure[:, 98:] /= 3
    assert p_values(counts, exposure, FIRST)[:, : 98 - FIRST] == pytest.approx(before[:, : 98 - FIRST])


def test_a_past_outbreak_hardly_moves_what_is_expected_now() -> None:
    counts, exposure = panel(5, 30)
    busy = int(np.argmax(counts.mean(1)))
    clean = judge(counts, exposure, FIRST).expected[busy]
    counts[busy, 60:63] *= 4
    assert judge(counts, exposure, FIRST).expected[busy] == pytest.approx(clean, rel=0.08)


def test_a_week_that_is_high_for_the_whole_panel_is_no_news_for_each_series() -> None:
    counts, exposure = panel(6, 400)
    rng = np.random.default_rng(6)
    common = np.exp(rng.normal(0, 0.25, WEEKS))
    shared = rng.poisson(counts * common)
    assert (p_values(shared, exposure, FIRST) < 0.01).mean() < 0.02


def test_the_baseline_finds_the_rate_and_trend_it_was_made_with() -> None:
    rng = np.random.default_rng(7)
    weeks = np.arange(WEEKS)
    exposure = np.full((40, WEEKS), 20_000.0)
    truth = 0.01 * np.exp(0.3 * (weeks - WEEKS) / 52.18 + 0.2 * np.cos(2 * np.pi * weeks / 52.18))
    counts = rng.poisson(exposure * truth).astype(float)
    design = design_matrix(weeks, WEEKS)[:, :4]
    fitted = fit(counts, exposure, design)
    assert fitted.coefficients.mean(0) == pytest.approx([np.log(0.01), 0.3, 0.2, 0], abs=0.02)
    assert fitted.dispersion.mean() == pytest.approx(1, abs=0.1)
    mean, _ = fitted.expected(design, exposure)
    assert mean.mean(0) == pytest.approx(exposure[0] * truth, rel=0.05)


def test_windows_are_merged_by_the_weighted_cauchy_combination() -> None:
    counts, mean = np.array([[9.0, 12, 20]]), np.array([[8.0, 9, 10]])
    known = Baselines(
        np.zeros((1, 1)),
        np.zeros((1, 1, 1)),
        np.array([2.0]),
        np.array([1e-6]),
        np.ones(1),
        (np.ones(1),) * 2,
    )
    total = 0.0
    for weeks, weight in WINDOWS.items():
        observed, expected = counts[0, -weeks:].sum(), mean[0, -weeks:].sum()
        law = stats.nbinom(expected, 0.5)  # of variance twice the mean
        p = law.sf(observed) + law.pmf(observed) / 2
        total += weight / sum(WINDOWS.values()) * np.tan((0.5 - p) * np.pi)
    # Liu & Xie 2020, equation 2: the tail of a Cauchy variable, here in closed form
    assert _tail(counts, mean, np.zeros((1, 3)), known) == pytest.approx(
        0.5 - np.arctan(total) / np.pi, rel=0.01
    )


@pytest.mark.parametrize("period", [52.0, YEAR])
def test_ten_years_tell_how_many_weeks_a_year_has(period: float) -> None:
    rng = np.random.default_rng(8)
    weeks, turn = np.arange(520), rng.uniform(0, 6, (25, 1))
    counts = rng.poisson(6 * np.exp(0.5 * np.cos(2 * np.pi * weeks / period + turn))).astype(float)
    assert length_of_year(counts, np.ones(counts.shape), weeks) == period


def test_without_a_season_the_year_is_the_calendars() -> None:
    # by chance 52 weeks fit these a little better: not beyond doubt
    counts = np.random.default_rng(10).poisson(6, (25, 520)).astype(float)
    assert length_of_year(counts, np.ones(counts.shape), np.arange(520)) == YEAR


def test_a_trend_that_turned_years_ago_is_not_drawn_on() -> None:
    rng = np.random.default_rng(10)
    years = np.arange(520) / 52
    truth = 8 * np.exp(0.25 * np.minimum(years, 5) - 0.1 * np.maximum(years - 5, 0))
    judged = judge(rng.poisson(truth, (40, 520)), np.ones((40, 520)), 508)
    # one line through the ten years (least squares on the logarithm) ends far above the truth
    line = np.polyval(np.polyfit(years[:508], np.log(truth[:508]), 1), years[508:])
    assert np.exp(line).mean() > 1.3 * truth[508:].mean()
    assert judged.expected.mean(0) == pytest.approx(truth[508:], rel=0.06)
    assert 0.004 < (judged.p < 0.01).mean() < 0.02


def test_how_much_series_differ_is_learnt_from_week_to_week() -> None:
    """Begun anew each week, two steps leave the season of the sine at .07 and that of the cosine, of none, at .06."""
    rng = np.random.default_rng(11)
    weeks = np.arange(WEEKS + 16)
    trend, season = rng.normal(0.1, 0.15, (800, 1)), rng.normal(0, 0.05, (800, 1))
    mean = 4 * np.exp(trend * weeks / YEAR + season * np.sin(2 * np.pi * weeks / YEAR))
    counts, exposure = rng.poisson(mean).astype(float), np.ones(mean.shape)
    fitted = None
    for last in range(WEEKS, WEEKS + 16):
        fitted = fit(counts[:, :last], exposure[:, :last], design_matrix(weeks[:last], last)[:, :4], fitted)
    assert fitted is not None
    learnt_mean, learnt_sd = fitted.common[0], np.sqrt(fitted.common[1])
    assert (learnt_mean[1], learnt_sd[1]) == pytest.approx((0.1, 0.15), abs=0.05)
    assert learnt_sd[2] < 0.04
    assert learnt_sd[3] == pytest.approx(0.05, abs=0.012)
