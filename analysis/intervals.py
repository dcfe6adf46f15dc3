"""Intervals of rates and shares, and which ranks of a list chance alone may have given."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from analysis.funnel import interval as poisson  # of the mean behind a count: Garwood 1936

Floats = NDArray[np.float64]

Z = 1.959963984540054  # 95 %, two-sided
LEVEL = 0.05


def with_interval(rows: pl.DataFrame, count: str, exposure: str, name: str = "rate") -> pl.DataFrame:
    """The rows with <name>_low and <name>_high, the exact 95 % interval of incidents for one of the exposure.

    Null where the exposure is not known or 0. For rates only, where incidents are no part of the exposure.
    """
    counts, exposures = (
        rows[column].cast(pl.Float64).fill_null(np.nan).to_numpy() for column in (count, exposure)
    )
    known = (exposures > 0) & ~np.isnan(counts)
    ends = poisson(np.where(known, counts, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        columns = [np.where(known, end / exposures, np.nan) for end in ends]
    return rows.with_columns(
        pl.Series(f"{name}_{side}", values).fill_nan(None)
        for side, values in zip(("low", "high"), columns, strict=True)
    )


def with_ratio(rows: pl.DataFrame, name: str = "ratio") -> pl.DataFrame:
    """The rows with <name>_low and <name>_high, the exact 95 % interval of a rate over that of the rest.

    Reads incident_count, exposure_count, rest_incident_count, rest_exposure_count. Given both counts, the first is
    binomial with the share RR E1 / (RR E1 + E2); Clopper and Pearson's interval of that share is turned back into the
    ratio. Null where an exposure is not known; without an upper end where the rest has no incident.
    """
    columns = ("incident_count", "exposure_count", "rest_incident_count", "rest_exposure_count")
    y1, e1, y2, e2 = (rows[column].cast(pl.Float64).fill_null(np.nan).to_numpy() for column in columns)
    known = (e1 > 0) & (e2 > 0) & (y1 + y2 > 0)
    ends = {
        "low": stats.beta.ppf(LEVEL / 2, np.maximum(y1, 1e-9), y2 + 1),
        "high": stats.beta.ppf(1 - LEVEL / 2, y1 + 1, np.maximum(y2, 1e-9)),
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = {side: share / (1 - share) * e2 / e1 for side, share in ends.items()}
    ratios["low"] = np.where(y1 > 0, ratios["low"], 0.0)
    ratios["high"] = np.where(y2 > 0, ratios["high"], np.nan)
    return rows.with_columns(
        pl.Series(f"{name}_{side}", np.where(known, ratio, np.nan)).fill_nan(None)
        for side, ratio in ratios.items()
    )


def with_share(rows: pl.DataFrame, count: str, n: str, name: str = "share") -> pl.DataFrame:
    """The rows with <name>_low and <name>_high, Wilson's 95 % interval of a part of `n`; null without any."""
    ends = [wilson(k, of) if k is not None and of else None for k, of in rows.select(count, n).iter_rows()]
    return rows.with_columns(
        pl.Series(f"{name}_{side}", [None if end is None else end[i] for end in ends], dtype=pl.Float64)
        for i, side in enumerate(("low", "high"))
    )


def wilson(count: float, n: float) -> tuple[float, float] | None:
    """The 95 % interval of a share (Wilson 1927); None without any case."""
    if not n > 0:
        return None
    share, spread = count / n, Z * Z / n
    middle = share + spread / 2
    reach = Z * float(np.sqrt(max(share * (1 - share), 0.0) / n + spread / n / 4))
    return max((middle - reach) / (1 + spread), 0.0), min((middle + reach) / (1 + spread), 1.0)


def shares(counts: Floats) -> tuple[Floats, Floats]:
    """The 95 % intervals of the shares of a whole, right for all of them together (Goodman 1965).

    Technometrics 7:247, formula 2.9: as Wilson's, at the quantile of chi-squared that is left to each of k shares.
    """
    total = float(counts.sum())
    if not total:
        return np.zeros_like(counts), np.ones_like(counts)
    quantile = float(stats.chi2.isf(LEVEL / max(counts.size, 1), 1))
    reach = np.sqrt(quantile * (quantile + 4 * counts * (total - counts) / total))
    bottom = 2 * (total + quantile)
    return (quantile + 2 * counts - reach) / bottom, (quantile + 2 * counts + reach) / bottom


def ranks(counts: Floats, exposures: Floats | None = None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The best and the worst rank that each may have, 1 for the largest; right with 95 % for all of them together.

    Each pair is compared by the exact conditional test of two Poisson counts (Przyborowski & Wilenski 1940), the level
    shared among all pairs (Bonferroni); a rank is then one more than those that are surely ahead (Mogstad et al. 2024,
    Review of Economic Studies 91:476). Without `exposures` counts are compared, else rates.
    """
    k = counts.size
    e = np.ones(k) if exposures is None else exposures
    pairs = max(k * (k - 1) // 2, 1)
    of_both = counts[:, None] + counts[None, :]
    expected = e[:, None] / np.maximum(e[:, None] + e[None, :], 1e-12)
    # how improbable that i has as many as it has, if both had the same rate
    chance = stats.binom.sf(counts[:, None] - 1, of_both, expected)
    is_ahead = (chance < LEVEL / 2 / pairs) & (e[:, None] > 0) & (e[None, :] > 0)
    return 1 + is_ahead.sum(0), k - is_ahead.sum(1)


def alike(best: NDArray[np.int64], worst: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Ranks that cannot be told apart, from the top of a list in its order: (2, 4) says the second to the fourth.

    All of a group may take the rank of any other; each rank is in one group at most, and groups of one are left out.
    """
    groups: list[tuple[int, int]] = []
    start = 0
    for i in range(1, len(best) + 1):
        if i < len(best) and all(_may_swap(best, worst, j, i) for j in range(start, i)):
            continue
        if i - start > 1:
            groups.append((start + 1, i))
        start = i
    return groups


def _may_swap(best: NDArray[np.int64], worst: NDArray[np.int64], upper: int, lower: int) -> bool:
    """Whether the two places of a list lie within each other's ranks."""
    return bool(best[lower] <= upper + 1 and worst[upper] >= lower + 1)
