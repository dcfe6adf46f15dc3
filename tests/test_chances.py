"""The distributions that a load asks for against scipy.stats, in the middle and far out."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from analysis import chances
from analysis.baselines import weighing

FAR = [1e-12, 1e-6, 0.025, 0.5, 0.975, 1 - 1e-6]


def test_tails_and_quantiles_are_those_of_scipy() -> None:
    for p in FAR:
        assert chances.normal_isf(p) == pytest.approx(stats.norm.isf(p), rel=1e-12)
        assert chances.normal_sf(stats.norm.isf(p)) == pytest.approx(p, rel=1e-9)
        assert chances.t_isf(p, 4) == pytest.approx(stats.t.isf(p, 4), rel=1e-9, abs=1e-12)
        assert chances.beta_ppf(p, 3.5, 20) == pytest.approx(stats.beta.ppf(p, 3.5, 20), rel=1e-9)
        assert chances.beta_isf(p, 3.5, 20) == pytest.approx(stats.beta.isf(p, 3.5, 20), rel=1e-9)
    freedom = np.array([0.0, 1.0, 7.5, 400.0])
    np.testing.assert_allclose(chances.chi2_ppf(0.025, freedom), stats.chi2.ppf(0.025, freedom), rtol=1e-12)
    x = np.array([-1e9, -2.0, 0.0, 3.0, 1e15])
    np.testing.assert_allclose(chances.cauchy_sf(x), stats.cauchy.sf(x), rtol=1e-12)
    k, mean = np.array([0.0, 2.5, 9.0]), np.array([0.0, 2.5, 30.0])
    np.testing.assert_allclose(chances.poisson_cdf(k, mean), stats.poisson.cdf(k, mean), rtol=1e-12)


@pytest.mark.parametrize("size", [0.3, 12.0, 1e9])
def test_a_negative_binomial_of_any_size(size: float) -> None:
    k, chance = np.arange(60), size / (size + 8.0)
    np.testing.assert_allclose(
        chances.negative_binomial_pmf(k, size, chance), stats.nbinom.pmf(k, size, chance), rtol=1e-6
    )


def test_false_shares_with_ties_and_without_any() -> None:
    for p in (np.array([0.04, 0.01, 0.01, 1.0, 0.03]), np.array([0.2]), np.array([])):
        np.testing.assert_allclose(chances.false_discovery(p), stats.false_discovery_control(p))


def test_what_weighing_down_leaves_changes_smoothly_between_the_points_of_its_table() -> None:
    mean, dispersion = np.array([0.001, 1.0, 7.3, 1e6]), np.array([0.5, 1.0, 2.4, 99.0])
    for share in weighing(mean, dispersion):
        assert ((share > 0.3) & (share <= 1.01)).all()
    near = [np.concatenate(weighing(np.array([7.3]), np.array([2.4 + step]))) for step in (-0.02, 0.0, 0.02)]
    np.testing.assert_allclose(near[0] + near[2], 2 * near[1], rtol=1e-3)


def test_a_load_does_not_import_scipy_stats() -> None:
    code = "import sys, pipelines.load; print('scipy.stats' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "False\n"
    )
