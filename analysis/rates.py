"""Counts over exposure before and after: ratio with its interval, quasi-Poisson fits, what is reported so far.

Arrays in, numbers out. Rate ratio: given both counts the later one is binomial, and the interval of Clopper and Pearson
for its share is turned into one of the ratio (Przyborowski and Wilenski, Biometrika 1940, 31:313). More variation than
chance is allowed for as quasi-Poisson does: McCullagh and Nelder, Generalized Linear Models, 2nd ed. 1989, 6.2 and 9.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analysis.chances import beta_isf, beta_ppf, normal_sf, t_isf

Floats = NDArray[np.float64]
#: low and high end of an interval that leaves out the given share of chance on both sides together
Interval = Callable[[float], tuple[float, float]]

_STEPS, _CLOSE = 50, 1e-9
_FARTHEST = 700.0  # of a logarithm: its number can still be written
_LEAST = 1e-12  # chance: no quantile is asked for beyond


@dataclass(frozen=True)
class Estimate:
    """A ratio of two rates, its intervals, and how many times the variance is that of chance alone (1 or more)."""

    ratio: float
    interval: Interval
    dispersion: float


@dataclass(frozen=True)
class Fit:
    """A log-linear model of counts: coefficients, their covariance, dispersion and what is left to judge it by."""

    beta: Floats
    covariance: Floats
    dispersion: float
    freedom: int

    def z(self, at: int) -> float:
        """A coefficient in its own standard errors."""
        return float(self.beta[at] / np.sqrt(self.covariance[at, at]))

    def ratio(self, at: int) -> Estimate:
        """What one more of a column multiplies the rate by."""
        middle, error = float(self.beta[at]), float(np.sqrt(self.covariance[at, at]))

        def interval(alpha: float) -> tuple[float, float]:
            reach = t_isf(alpha / 2, self.freedom) * error
            low, high = np.exp(np.clip([middle - reach, middle + reach], -_FARTHEST, _FARTHEST))
            return float(low), float(high)

        return Estimate(float(np.exp(middle)), interval, self.dispersion)


def quasi_poisson(y: Floats, exposure: Floats, columns: Floats) -> Fit | None:
    """log(mean of y) = log(exposure) + columns @ beta, fitted by reweighted least squares; None where it cannot be.

    The dispersion is Pearson's chi-square over what is left of freedom, and never under 1.
    """
    start = np.log((y + y.mean()) / 2 + 1e-3)
    return _fitted(y, np.log(exposure), columns, start, lambda at: (np.exp(at), np.exp(at)))


def quasi_binomial(y: Floats, total: Floats, odds: Floats, columns: Floats) -> Fit | None:
    """log(odds of the share y / total) = log(odds) + columns @ beta: which of two rates a case belongs to.

    Two Poisson counts a week, given their sum: a level of its own for each week falls out.
    """

    def moments(at: Floats) -> tuple[Floats, Floats]:
        share = special.expit(at)
        return total * share, total * share * (1 - share)

    return _fitted(y, np.log(odds), columns, special.logit((y + 0.5) / (total + 1)), moments)


def _fitted(
    y: Floats, offset: Floats, columns: Floats, at: Floats, moments: Callable[[Floats], tuple[Floats, Floats]]
) -> Fit | None:
    freedom = len(y) - columns.shape[1]
    if freedom < 1:
        return None
    beta = np.full(columns.shape[1], np.inf)
    for _ in range(_STEPS):
        mean, variance = moments(np.clip(at, -30, 30))
        variance = np.maximum(variance, 1e-12)
        weighted = columns * variance[:, None]
        try:
            new = np.linalg.solve(columns.T @ weighted, weighted.T @ (at - offset + (y - mean) / variance))
        except np.linalg.LinAlgError:
            return None
        moved = float(np.abs(new - beta).max())
        beta, at = new, offset + columns @ new
        if moved < _CLOSE:
            break
    else:
        return None  # a group without any count has no logarithm to arrive at
    dispersion = max(1.0, float(((y - mean) ** 2 / variance).sum()) / freedom)
    covariance = np.asarray(np.linalg.inv(columns.T @ weighted) * dispersion, np.float64)
    return Fit(np.asarray(beta, np.float64), covariance, dispersion, freedom)


def pearson(y: Floats, exposure: Floats, groups: NDArray[np.int64]) -> tuple[float, int]:
    """How many times the variance of weeks is that of chance, about one rate a group; and the freedom it rests on."""
    used = exposure > 0
    y, exposure, groups = y[used], exposure[used], groups[used]
    chi, freedom = 0.0, 0
    for group in np.unique(groups):
        of = groups == group
        mean = y[of].sum() / exposure[of].sum() * exposure[of]
        freedom += int(of.sum()) - 1
        if mean.sum() > 0:
            chi += float(((y[of] - mean) ** 2 / mean).sum())
    return (max(1.0, chi / freedom), freedom) if freedom > 0 else (1.0, 0)


def rate_ratio(
    after: float, after_exposure: float, before: float, before_exposure: float,
    dispersion: float = 1.0, freedom: int = 0,
) -> Estimate:  # fmt: skip
    """Rate after over rate before, with the exact interval; of counts that vary more than chance, as many fewer tell.

    `freedom` is what the dispersion was judged by: the fewer weeks, the wider.
    """
    after, before = float(after), float(before)
    scale = float(before_exposure / after_exposure)
    ratio = after / before * scale if before else float("inf")
    y1, y0 = after / dispersion, before / dispersion

    def interval(alpha: float) -> tuple[float, float]:
        if dispersion > 1 and freedom > 0:
            alpha = max(2 * normal_sf(t_isf(alpha / 2, freedom)), _LEAST)
        low = beta_ppf(alpha / 2, y1, y0 + 1) if y1 else 0.0
        high = beta_isf(alpha / 2, y1 + 1, y0) if y0 else 1.0
        odds = [share / (1 - share) if share < 1 else float("inf") for share in (low, high)]
        return odds[0] * scale, odds[1] * scale

    return Estimate(ratio, interval, dispersion)


def surprise(recent: float, recent_exposure: float, base: float, base_exposure: float) -> float:
    """How likely at least so many recent cases are at the rate of the base, which is known from its own count only."""
    if recent <= 0:
        return 1.0
    share = recent_exposure / (recent_exposure + base_exposure)
    return float(special.betainc(recent, base + 1, share))


def reported_share(counts: NDArray[np.int64]) -> Floats:
    """Share of the incidents of a week's orders that is reported by the end of that week and of each week after it.

    `counts`: incidents by week of the order (the last one last) and whole weeks until the report; what lies in the
    future is ignored. Estimated in reverse time, which unfinished weeks do not bias: Lawless, Canadian Journal of
    Statistics 1994, 22:15.
    """
    cohorts, delays = counts.shape
    share = np.ones(delays)
    for delay in range(delays - 1, 0, -1):
        seen = counts[: cohorts - delay]  # cohorts that are old enough to have shown this delay
        upto = seen[:, : delay + 1].sum()
        share[delay - 1] = share[delay] * (1 - seen[:, delay].sum() / upto if upto else 1.0)
    return share
