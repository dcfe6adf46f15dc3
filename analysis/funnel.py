"""Funnel plots: which rates differ from the common one by more than chance, whatever their volume.

Counts of incidents are taken as Poisson: an incident of the period may be about a unit sold before it, so incidents are
no part of the units sold, and their number may exceed it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import gammaincinv, pdtrik

#: (name, probability below the lower limit): 95 % and 99.8 % of places lie inside, if only chance tells them apart
LEVELS: Sequence[tuple[str, float]] = (("95", 0.025), ("998", 0.001))
MUTED = 3  # fewer incidents than that are no finding, however improbable: among thousands of articles some have two
FEW = 1.0  # below one expected incident, a place inside the limits could hardly be outside of them
TRIMMED = 0.1  # share of the most extreme places at each end that dispersion is not taken from

Floats = NDArray[np.float64]


def judged(rates: pl.DataFrame) -> pl.DataFrame:
    """The rows with units sold, each held against their common rate: that of all of them together, without those that
    lie beyond its upper limit at first, which would otherwise make all others look better than usual.

    Reads incident_count and exposure_count. Adds overall_rate and expected_count; rate_low and rate_high, the exact
    95 % interval of its own rate (Garwood 1936: chi-squared quantiles); low_95 … high_998, the limits within which
    its rate would lie by chance; and verdict: above_998, above_95, inside, below_95, below_998, or too_few where
    nothing can be said.
    """
    known = rates.filter(pl.col("exposure_count") > 0)
    counts, exposures = (
        known[name].cast(pl.Float64).to_numpy() for name in ("incident_count", "exposure_count")
    )
    overall = _common(counts, exposures)
    expected = overall * exposures
    low, high = interval(counts)
    columns = {
        "overall_rate": np.full(exposures.size, overall),
        "expected_count": expected,
        "rate_low": low / exposures,
        "rate_high": high / exposures,
    }
    for name, tail in LEVELS:
        columns[f"low_{name}"] = limit(expected, tail) / exposures
        columns[f"high_{name}"] = limit(expected, 1 - tail) / exposures
    told = known.with_columns(**{name: pl.Series(values) for name, values in columns.items()})
    rate = pl.col("incident_count") / pl.col("exposure_count")
    return told.with_columns(
        verdict=pl.when((rate > pl.col("high_95")) & (pl.col("incident_count") < MUTED))
        .then(pl.lit("too_few"))
        .when(rate > pl.col("high_998"))
        .then(pl.lit("above_998"))
        .when(rate > pl.col("high_95"))
        .then(pl.lit("above_95"))
        .when(rate < pl.col("low_998"))
        .then(pl.lit("below_998"))
        .when(rate < pl.col("low_95"))
        .then(pl.lit("below_95"))
        .when(pl.col("expected_count") < FEW)
        .then(pl.lit("too_few"))
        .otherwise(pl.lit("inside"))
    )


def _common(counts: Floats, exposures: Floats) -> float:
    """The rate of all together; of those within its upper 99.8 % limit, where some are not."""
    if not exposures.size:
        return 0.0
    overall = float(counts.sum() / exposures.sum())
    usual = (counts <= limit(overall * exposures, 1 - LEVELS[1][1])) | (counts < MUTED)
    return float(counts[usual].sum() / exposures[usual].sum()) if usual.any() else overall


def interval(counts: Floats, tail: float = 0.025) -> tuple[Floats, Floats]:
    """The exact interval of the mean behind each Poisson count (Garwood 1936); 0 below a count of none."""
    safe = np.maximum(counts, 1)
    low = np.where(counts > 0, gammaincinv(safe, tail), 0.0)
    return low, gammaincinv(counts + 1, 1 - tail)


def limit(expected: Floats, probability: float) -> Floats:
    """The count beyond which a Poisson count of this mean lies with less than the tail's probability.

    Exact for whole counts, and smooth between them: the tail of a Poisson is an incomplete gamma function, which is
    solved for the count. For a probability above one half, counts above the limit have P(that many or more) below
    1 - probability; else counts below it have P(that few or fewer) below probability. Never below 0.
    """
    mean = np.maximum(expected, 1e-12)
    count = np.nan_to_num(pdtrik(probability, mean))
    # P(X >= c) = 1 - P(X <= c - 1)
    return np.maximum(count + 1, 0.0) if probability > 0.5 else np.maximum(count, 0.0)


def curves(overall: float, smallest: float, largest: float, points: int = 160) -> pl.DataFrame:
    """The limits of every volume between the two, to be drawn: exposure_count and low_95 … high_998."""
    exposures = np.geomspace(max(smallest, 1.0), max(largest, smallest + 1.0, 2.0), points)
    limits = {
        f"{side}_{name}": limit(overall * exposures, tail if side == "low" else 1 - tail) / exposures
        for name, tail in LEVELS
        for side in ("low", "high")
    }
    return pl.DataFrame({"exposure_count": exposures, **limits})


def dispersion(told: pl.DataFrame) -> float | None:
    """How much more than chance the places differ: 1 is chance alone. None when fewer than 10 can tell.

    Spiegelhalter 2005, section 3.2: the mean square of z = 2 (sqrt(count) - sqrt(expected)), its most extreme tenths
    drawn in to the next, so that a few bad places do not make all the others look restless. Places with less than one
    expected incident are left out.
    """
    able = told.filter(pl.col("expected_count") >= FEW)
    if able.height < 10:
        return None
    z = np.sort(2 * (np.sqrt(able["incident_count"].to_numpy()) - np.sqrt(able["expected_count"].to_numpy())))
    k = int(TRIMMED * z.size)
    drawn_in = np.clip(z, z[k], z[-1 - k])
    return float(np.mean(drawn_in**2))
