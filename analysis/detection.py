"""Which series rise now: one-sided p-values, week by week, of many series of counts with exposure.

A week is judged by the cases of the last one, two and three weeks against a baseline of the weeks before
(baselines.py), by the tail of a negative binomial whose variance holds both the series' dispersion and what is not
known of the baseline. The windows are merged by the Cauchy combination (Liu & Xie 2020, JASA 115:393), which needs no
independence. What a week was like for a whole panel of series (a holiday) is taken off first. The method follows
Noufaily et al. 2013 (Statistics in Medicine 32:1206).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from analysis.baselines import YEAR, Baselines, Floats, design_matrix, fit, length_of_year
from analysis.chances import cauchy_sf

#: weeks that are judged together, and the weight of each: two have most in common with the other windows
WINDOWS = {1: 1, 2: 2, 3: 1}
_PANEL = 200  # series that tell what a week was like for all
HISTORY = 626  # weeks: twelve years
_LONG = 261  # weeks: after five years a trend may bend, and a year of 52 weeks is told from the calendar's
GAP = 3  # the last weeks before the judged one are not part of its baseline: an issue may have begun in them


@dataclass(frozen=True)
class Judged:
    """What each judged week (series, weeks) was expected to be, and how surprising it is."""

    p: Floats
    expected: Floats
    dispersion: Floats
    log_variance: Floats


def p_values(counts: NDArray[np.int64], exposure: Floats, first: int) -> Floats:
    """One-sided p-values (series, weeks - first); small where a series is above its baseline.

    `counts` and `exposure` are (series, weeks), `first` is the first week judged; week t is judged by weeks 0 to t.
    """
    return judge(counts, exposure, first).p


def judge(
    counts: NDArray[np.int64],
    exposure: Floats,
    first: int,
    against: tuple[NDArray[np.int64], Floats] | None = None,
) -> Judged:
    """Expectation and p-value of every week from `first` on.

    `against`: counts and exposure, row by row, that baselines rest on where a series has no past of its own to be held
    against; without, each series' own.
    """
    y, e = counts.astype(float), exposure.astype(float)
    past_y, past_e = (y, e) if against is None else (against[0].astype(float), against[1].astype(float))
    n_series, n_weeks = y.shape
    warm_up = 16 if n_series >= _PANEL and first - 16 > 60 else 0
    shape = (n_series, n_weeks - first + warm_up)
    p, expected, phi, log_var = (np.ones(shape) for _ in range(4))
    fitted: Baselines | None = None
    common = _CommonFactor()
    known = np.arange(max(0, first - warm_up - HISTORY), max(first - warm_up - GAP, 1))
    year = length_of_year(y[:, known], e[:, known], known) if known.size > _LONG else YEAR
    for at in range(shape[1]):
        t = first - warm_up + at
        begin, end = max(0, t - HISTORY), max(t - GAP, 1)
        design = design_matrix(np.arange(begin, t + 1), t, year)[:, : _terms(end - begin)]
        if fitted is not None and fitted.coefficients.shape[1] != design.shape[1]:
            fitted = None
        fitted = fit(past_y[:, begin:end], past_e[:, begin:end], design[: end - begin], fitted)
        recent = slice(max(t - max(WINDOWS) + 1, 0), t + 1)
        mean, variance = fitted.expected(design[-(recent.stop - recent.start) :], e[:, recent])
        if n_series >= _PANEL:
            mean = mean * common.of(y[:, recent], mean, fitted.dispersion)
        p[:, at] = _tail(y[:, recent], mean, variance, fitted)
        expected[:, at], phi[:, at], log_var[:, at] = mean[:, -1], fitted.dispersion, variance[:, -1]
    own = slice(warm_up, None)
    return Judged(p[:, own], expected[:, own], phi[:, own], log_var[:, own])


class _CommonFactor:
    """By how much a week is off for the whole panel: a holiday, a season that all series share.

    Series far above their baseline count only up to 2.5 standard deviations. How far weeks differ at all is learnt from
    those before, so that series which share nothing are left alone.
    """

    def __init__(self) -> None:
        self._beyond_noise: list[float] = []

    def of(self, counts: Floats, mean: Floats, dispersion: Floats) -> Floats:
        """Factors (1, weeks) for the expected counts of the last weeks; called once a week, in their order."""
        spread = np.sqrt(dispersion[:, None] * mean)
        usual = np.clip(counts, mean - 2.5 * spread, mean + 2.5 * spread) * (mean >= 1)
        expected = np.maximum((mean * (mean >= 1)).sum(0), 1e-9)
        off = usual.sum(0) / expected - 1
        noise = (np.square(spread) * (mean >= 1)).sum(0) / np.square(expected)
        between = max(float(np.mean(self._beyond_noise[-26:])), 0.0) if len(self._beyond_noise) > 7 else 0.0
        self._beyond_noise.append(float(np.square(off[-1]) - noise[-1]))
        return np.asarray(1 + off * between / (between + np.maximum(noise, 1e-12)))[None, :]


def _terms(weeks: int) -> int:
    """How many columns of the design so many weeks can carry: no season in less than a year."""
    return 1 if weeks < 12 else 2 if weeks < 40 else 4 if weeks < 156 else 6 if weeks <= _LONG else 8


def _tail(counts: Floats, mean: Floats, log_variance: Floats, fitted: Baselines) -> Floats:
    """Merged p-values (series) of the windows that end in the last column."""
    merged = np.zeros(counts.shape[0])
    windows = {weeks: weight for weeks, weight in WINDOWS.items() if weeks <= counts.shape[1]}
    dispersions = _dispersions(fitted)
    for window, share in windows.items():
        observed, expected = counts[:, -window:].sum(1), mean[:, -window:].sum(1)
        spread = log_variance[:, -window:].mean(1)
        p = sum(
            weight * mid_p(observed, expected, dispersion * expected + np.square(expected) * spread)
            for weight, dispersion in dispersions
        )
        # a window far below its baseline does not take back what another one shows
        merged += share * np.tan((0.5 - np.clip(p, 1e-15, 0.6)) * np.pi)
    return cauchy_sf(merged / sum(windows.values()))


#: quantiles of what a series' dispersion may be, closer in the upper tail, and what each stands for
_QUANTILES = (0.1, 0.3, 0.5, 0.7, 0.86, 0.95, 0.99)
_SHARES = (0.2, 0.2, 0.2, 0.19, 0.12, 0.065, 0.025)


def _dispersions(fitted: Baselines) -> list[tuple[float, Floats]]:
    """Possible dispersions of each series with their weights: what is not known of it makes the tail heavier."""
    excess = np.maximum(fitted.dispersion - 1, 0.02)
    shape = np.square(excess) / np.maximum(fitted.dispersion_variance, 1e-4)
    scale = excess / shape
    return [
        (share, 1 + scale * special.gammaincinv(shape, quantile))
        for quantile, share in zip(_QUANTILES, _SHARES, strict=True)
    ]


def mid_p(observed: Floats, mean: Floats, variance: Floats) -> Floats:
    """P(X > observed) + P(X = observed) / 2 of a negative binomial of that mean and variance (Poisson at least)."""
    mean = np.maximum(mean, 1e-9)
    size = np.square(mean) / np.maximum(variance - mean, 1e-6 * mean)
    chance = size / (size + mean)
    at_least = np.where(observed > 0, special.betainc(np.maximum(observed, 1), size, 1 - chance), 1.0)
    equal = np.exp(
        special.gammaln(observed + size)
        - special.gammaln(size)
        - special.gammaln(observed + 1)
        + size * np.log(chance)
        + observed * np.log1p(-chance)
    )
    return np.clip(at_least - equal / 2, 0.0, 1.0)
