"""Tails and quantiles of the distributions that a load asks for, from scipy.special.

scipy.stats has them all, and takes half a second to import: as long as everything else that a load imports.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]


def normal_isf(p: float) -> float:
    """What a standard normal variable exceeds with probability p."""
    return -float(special.ndtri(p))


def normal_sf(x: float) -> float:
    """The probability that a standard normal variable exceeds x."""
    return float(special.ndtr(-x))


def t_isf(p: float, freedom: float) -> float:
    """What a variable of Student's t exceeds with probability p."""
    return -float(special.stdtrit(freedom, p))


def beta_ppf(p: float, a: float, b: float) -> float:
    """What a beta variable stays below with probability p."""
    return float(special.betaincinv(a, b, p))


def beta_isf(p: float, a: float, b: float) -> float:
    """What a beta variable exceeds with probability p."""
    return float(special.betainccinv(a, b, p))


def chi2_ppf(p: float, freedom: Floats) -> Floats:
    """What a chi-squared variable stays below with probability p; NaN without any freedom."""
    return np.where(freedom > 0, 2 * special.gammaincinv(freedom / 2, p), np.nan)


def cauchy_sf(x: Floats) -> Floats:
    """The probability that a standard Cauchy variable exceeds x, exact far out too."""
    return np.asarray(np.arctan2(1, x) / np.pi, dtype=np.float64)


def poisson_cdf(k: Floats, mean: Floats) -> Floats:
    """The probability of no more than k events where `mean` are expected."""
    return np.asarray(special.pdtr(np.floor(k), mean), dtype=np.float64)


def negative_binomial_pmf(k: NDArray[np.int64], size: float, chance: float) -> Floats:
    """The probability of k failures before `size` successes of this chance; `size` need not be whole."""
    # by the beta function: of huge sizes, gamma functions would leave nothing in their difference
    log_ways = -special.betaln(size, k + 1) - np.log(size + k)
    return np.asarray(np.exp(log_ways + size * np.log(chance) + special.xlog1py(k, -chance)), np.float64)


def false_discovery(p: Floats) -> Floats:
    """The least false share at which each p-value is told: Benjamini & Hochberg 1995, as adjusted p-values."""
    order = np.argsort(p)[::-1]
    ranks = np.arange(p.size, 0, -1)
    told = np.empty(p.size)
    told[order] = np.minimum(np.minimum.accumulate(p[order] * p.size / ranks), 1.0)
    return told
