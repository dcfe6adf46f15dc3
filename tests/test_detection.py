"""Rising series are found, and noise, growth, past outbreaks and holidays are not taken for them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from analysis.baselines import design_matrix, fit
from analysis.detection import judge, mid_p, p_values

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
