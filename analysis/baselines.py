"""What a series of counts would do if nothing had happened: a robust log-linear baseline for many series at once.

Quasi-Poisson regression of counts on exposure with a trend and the year's season (Noufaily et al. 2013, Statistics in
Medicine 32:1206, without its choice of weeks), fitted to all series in one batch of Newton steps. What the series have
in common (level, trend, season, dispersion) is learnt from all of them and lends strength to those with few cases
(empirical Bayes by moments); past outbreaks are weighed down.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from analysis.chances import negative_binomial_pmf

Floats = NDArray[np.float64]

YEAR = 365.25 / 7  # weeks
BENDS = (3, 6)  # years before the last week where a long trend may bend
OUTLIER = 2.58  # Anscombe residuals above it are weighed down, as Noufaily et al. do
_MEANS, _DISPERSIONS = 41, 13  # points of the table of what weighing down leaves
_FEW = 20  # fewer series than this teach nothing about one another
_TELL_YEAR = 200  # series that tell how long a year is
_BEYOND_DOUBT = 5.0  # log-likelihood
#: standard deviations of the coefficients where the panel cannot tell: level, trend per year, two harmonics, bends
_PRIOR_SD = np.array([3.0, 0.2, 0.4, 0.4, 0.3, 0.3, 0.2, 0.2])


@dataclass
class Baselines:
    """Fitted series: coefficients (series, p), their covariance (series, p, p), dispersion (series)."""

    coefficients: Floats
    covariance: Floats
    dispersion: Floats
    dispersion_variance: Floats
    kept: Floats  # what weighing down leaves of the mean
    common: tuple[Floats, Floats]  # mean and variance of the coefficients over the series

    def expected(self, design: Floats, exposure: Floats) -> tuple[Floats, Floats]:
        """Expected counts (series, weeks) of these weeks, and the variance of their logarithm."""
        mean = exposure * np.exp(np.clip(self.coefficients @ design.T, -30, 30)) / self.kept[:, None]
        spread = np.einsum("wp,spq,wq->sw", design, self.covariance, design, optimize=True)
        return mean, np.clip(spread, 0, 4)


def design_matrix(weeks: NDArray[np.int64], last: int, period: float = YEAR) -> Floats:
    """Rows of the regression (weeks, p): level, trend in years before `last`, two harmonics of the year, bends.

    A bend is what the trend was steeper before it than after it: linear splines, whose size the panel teaches, let a
    long past tell the season without being held to one trend (Harrell 2015, Regression Modeling Strategies, 2.4).
    """
    angle = 2 * np.pi * weeks / period
    years = (weeks - last) / period
    return np.column_stack(
        [
            np.ones(weeks.size),
            years,
            np.cos(angle),
            np.sin(angle),
            np.cos(2 * angle),
            np.sin(2 * angle),
            *(np.minimum(years + bend, 0) for bend in BENDS),
        ]
    )


def length_of_year(counts: Floats, exposure: Floats, weeks: NDArray[np.int64]) -> float:
    """Weeks a year has in these series: the calendar's, unless 52 tell the past better beyond doubt.

    Weekly files often leave out the 53rd week, and simulated ones have none: the season of ten years ago would be two
    weeks off. The fits are compared by their Poisson log-likelihood over the dispersion, in the series with most cases.
    """
    told = np.argsort(-counts.sum(1), kind="stable")[:_TELL_YEAR]
    y, e = counts[told], exposure[told]
    likely: list[float] = []
    dispersion: Floats | None = None
    for period in (YEAR, 52.0):
        design = design_matrix(weeks, int(weeks[-1]), period)
        fitted = fit(y, e, design)
        dispersion = fitted.dispersion if dispersion is None else dispersion
        mean = np.maximum(fitted.expected(design, e)[0], 1e-9)
        likely.append(float((((y * np.log(mean) - mean) * (e > 0)).sum(1) / dispersion).sum()))
    return 52.0 if likely[1] - likely[0] > _BEYOND_DOUBT else YEAR


def fit(counts: Floats, exposure: Floats, design: Floats, start: Baselines | None = None) -> Baselines:
    """Baselines of series (series, weeks) of counts with their exposure, which is 0 where nothing is known.

    `start` is the fit of nearly the same weeks, from which two steps lead on; what the series have in common is learnt
    further from it too, as a few steps do not settle it.
    """
    n_series, n_weeks = counts.shape
    p = design.shape[1]
    level, spread = _common_level(counts, exposure)
    mean = np.zeros(p)
    mean[0] = level
    variance = np.square(_PRIOR_SD[:p])
    variance[0] = spread
    if start is None:
        beta = np.zeros((n_series, p))
        beta[:, 0] = np.log((counts.sum(1) + np.exp(level)) / (exposure.sum(1) + 1.0).clip(1e-9))
        dispersion = np.full(n_series, 1.3)
    else:
        beta, dispersion = start.coefficients.copy(), start.dispersion
        mean[1:], variance[1:] = start.common[0][1:], start.common[1][1:]
    products = (design[:, :, None] * design[:, None, :]).reshape(n_weeks, p * p)
    hessian = np.empty((n_series, p, p))
    uncertain, weights = np.ones(n_series), np.ones(counts.shape)
    steps = 9 if start is None else 2
    for step in range(steps):
        mu = exposure * np.exp(np.clip(beta @ design.T, -30, 30))
        if start is None or step == 0:  # one step hardly changes them
            weights = _weights(counts, mu, exposure, dispersion)
            if step >= steps - 2:
                dispersion, uncertain = _dispersion(counts, mu, weights, p, dispersion)
        weighted = weights * mu
        information = (weighted @ products).reshape(n_series, p, p) / dispersion[:, None, None]
        if n_series >= _FEW and (start is not None or step >= 2):
            mean, variance = _learnt(beta, information, mean, variance)
        hessian = information + np.diag(1 / variance)
        slope = ((weights * (counts - mu)) @ design) / dispersion[:, None] - (beta - mean) / variance
        beta = beta + np.clip(np.linalg.solve(hessian, slope[:, :, None])[:, :, 0], -1.5, 1.5)
    average: Floats = (exposure * np.exp(np.clip(beta @ design.T, -30, 30))).mean(1)
    covariance = np.asarray(np.linalg.inv(hessian), dtype=np.float64)
    return Baselines(
        beta, covariance, dispersion, uncertain, weighing(average, dispersion)[0], (mean, variance)
    )


def _common_level(counts: Floats, exposure: Floats) -> tuple[float, float]:
    """Mean and variance over the series of the logarithm of their rates, noise taken off."""
    total = counts.sum(1) + 0.5
    rate = np.log(total / exposure.sum(1).clip(1e-9))
    if rate.size < _FEW:
        return float(np.log(counts.sum() + 0.5) - np.log(exposure.sum().clip(1e-9))), 9.0
    level = float(np.median(rate))
    return level, float(max(np.var(rate) - np.mean(1 / total.clip(1)), 0.05))


def _learnt(beta: Floats, information: Floats, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of trend and season over the panel, by moments; those of the level stay as they are."""
    own = np.linalg.inv(information + np.diag(1 / variance))
    noise = np.diagonal(own, axis1=1, axis2=2)
    kept = np.clip(1 - noise / variance, 0.02, 1)  # how much of a coefficient is the series' own
    learnt_mean = (beta * kept).sum(0) / kept.sum(0)
    second = (kept * (np.square(beta - learnt_mean) + noise)).sum(0) / kept.sum(0)
    new_mean, new_variance = mean.copy(), variance.copy()
    new_mean[1:] = learnt_mean[1:]
    new_variance[1:] = np.clip(second[1:], 1e-4, np.square(_PRIOR_SD[1 : beta.shape[1]]) * 4)
    return new_mean, new_variance


def _weights(counts: Floats, mu: Floats, exposure: Floats, dispersion: Floats) -> Floats:
    """1, less for weeks far above their expectation (past outbreaks), 0 without exposure."""
    sixth = np.power(np.maximum(mu, 1e-9), 1 / 6)
    residual = np.power(counts, 2 / 3)
    residual -= np.square(np.square(sixth))
    residual /= sixth
    residual *= 1.5 / np.sqrt(dispersion)[:, None]
    np.maximum(residual, OUTLIER, out=residual)
    np.divide(OUTLIER, residual, out=residual)
    np.square(residual, out=residual)
    residual *= exposure > 0
    return residual


def _dispersion(counts: Floats, mu: Floats, weights: Floats, p: int, now: Floats) -> tuple[Floats, Floats]:
    """Variance over mean of each series, at least 1, and the variance of that estimate.

    The series' own is set right for what weighing down takes off clean series, then shrunk to the panel's by how well
    its cases tell it.
    """
    safe = np.maximum(mu, 1e-9)
    n = weights.sum(1)
    average = np.maximum((weights * mu).sum(1) / np.maximum(n, 1), 1e-3)
    left = weighing(average, now)[1]
    own = (weights * np.square(counts - mu) / safe).sum(1) / np.maximum(n - p, 1) / left
    if own.size < _FEW:
        noise = _noise(np.maximum(own, 1), average) / np.maximum(n - p, 1)
        return np.clip(own, 1.0, 50.0), noise
    noise = _noise(np.full(own.size, max(float(np.median(now)), 1.0)), average) / np.maximum(n - p, 1)
    known = 1 / (noise + 0.25)
    common = float((known * own).sum() / known.sum())
    between = float((known * (np.square(own - common) - noise)).sum() / known.sum())
    # rare counts cannot tell how much series differ: then as much as an exponential distribution would
    between = max(between, np.square(0.8 * max(common - 1, 0.0)), 0.01)
    posterior = 1 / (1 / noise + 1 / between)
    return np.clip((own / noise + common / between) * posterior, 1.0, 50.0), posterior


def _noise(dispersion: Floats, mean: Floats) -> Floats:
    """Variance of (x - mean)^2 / mean of a negative binomial x: rare counts say little about their dispersion."""
    excess = dispersion - 1
    return 2 * np.square(dispersion) + dispersion * (1 + 6 * excess + 6 * np.square(excess)) / mean


def weighing(mean: Floats, dispersion: Floats) -> tuple[Floats, Floats]:
    """What weighing down leaves of the mean and of the dispersion of clean counts, as shares of the true ones."""
    # the table's steps are equal on a log scale: between its four nearest points, each weighs by the opposite corner
    row, along = _steps(mean, 0.01, 1000.0, _MEANS)
    column, across = _steps(dispersion, 1.0, 20.0, _DISPERSIONS)
    shares = _weighing_table()
    along, across = along[:, None], across[:, None]
    near = shares[row, column] * (1 - along) + shares[row + 1, column] * along
    far = shares[row, column + 1] * (1 - along) + shares[row + 1, column + 1] * along
    found = near * (1 - across) + far * across
    return found[:, 0], found[:, 1]


def _steps(values: Floats, least: float, most: float, points: int) -> tuple[NDArray[np.int64], Floats]:
    """Between which points of a grid on a log scale the values are: the one before, and how far on to the next."""
    at = np.log(np.clip(values, least, most) / least) / np.log(most / least) * (points - 1)
    before = np.minimum(at.astype(np.int64), points - 2)
    return before, at - before


@cache
def _weighing_table() -> Floats:
    means, dispersions = np.geomspace(0.01, 1000, _MEANS), np.geomspace(1, 20, _DISPERSIONS)
    shares = np.empty((means.size, dispersions.size, 2))
    for i, mean in enumerate(means):
        for j, dispersion in enumerate(dispersions):
            x = np.arange(0, int(mean + 12 * np.sqrt(dispersion * mean) + 30))
            size = mean / max(dispersion - 1, 1e-6)
            chance = negative_binomial_pmf(x, size, size / (size + mean))
            weight = _weights(
                x[None, :].astype(float),
                np.full((1, x.size), mean),
                np.ones((1, x.size)),
                np.array([dispersion]),
            )[0]
            left = (chance * weight).sum()
            shares[i, j, 0] = (chance * weight * x).sum() / left / mean
            shares[i, j, 1] = (chance * weight * np.square(x - mean)).sum() / left / mean / dispersion
    return shares
