"""Control limits: which points of a series lie where chance, as this series knows it, does not take them.

Arrays or frames in, the same out. Two rules and no more are looked at, for each of them adds false alarms: a point
outside the limits, and eight in a row on one side of the centre. Where nothing changes, a point in 250 to 1,000 still
lies outside, one in 100 where incidents are few and come in clusters; and over 26 weeks one series in six shows a
signal that means nothing, mostly the eight in a row. `tests/test_limits.py` measures it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

SIGMAS = 3.0
TAIL = 0.00135  # beyond three standard deviations, on one side
SET_ASIDE = 3.5  # base points further out than that are an outbreak of their own: Iglewicz & Hoaglin 1993
MAD = 1.4826  # standard deviations in a median absolute deviation of normal values
D2 = 1.128  # mean moving range of two normal values, in standard deviations
FEWEST_POINTS = 20  # fewer do not tell how much a series varies
RARE = 1.0  # fewer incidents a period have an upper limit alone; the gaps between them say more
MUTED = 3  # fewer incidents than that are no finding, however improbable
SMALL = 0.1  # a rare share below it is judged as a rate
FEWEST_GAPS = 10
RUN = 8  # in a row on one side: Western Electric 1956, rule 4
NELSON = 3.6  # the power that makes exponential gaps nearly normal


@dataclass(frozen=True)
class Basis:
    """What limits rest on: the centre (per unit of exposure), how many times more than chance the series varies, how

    many points and incidents told that, and how many points were left out because they lay far outside themselves.
    """

    centre: float
    sigma_z: float
    points: int
    cases: int
    set_aside: int
    is_share: bool = False
    is_rare: bool = False
    exposure: float = 0.0

    @property
    def reach(self) -> float:
        """How far the limits lie from the centre, in standard deviations of chance alone; at least three.

        Three standard deviations that were estimated from few points are crossed far more often than three that are
        known: Student's quantile at 0.62 (points - 1) degrees of freedom, which a mean moving range has (Wheeler 1995,
        Advanced Topics in SPC, table 4.2), and the centre's own error, put that right (Roes, Does & Schurink 1993).
        """
        k = float(stats.t.isf(TAIL, 0.62 * (self.points - 1))) * float(np.sqrt(1 + 1 / self.points))
        return max(SIGMAS, k * self.sigma_z)


def basis(counts: Floats, exposures: Floats, is_share: bool = False) -> Basis | None:
    """The centre and spread of a series in its base period; None where there is not enough to tell.

    Laney 2002 (Quality Engineering 14:531): the plain u or p chart takes counts as Poisson or binomial, which makes
    nearly every point of a large shop an alarm; its limits are widened by sigma_z, the mean moving range of the
    standardised points / 1.128. `is_share`: p' (of the exposures, so many had it), else u'. Points beyond 3.5
    deviations of what most points do (median, and median absolute deviation) are left out first: an old outbreak must
    not hide a new one. Points without exposure tell nothing.
    """
    known = exposures > 0
    counts, exposures = counts[known], exposures[known]
    if counts.size < FEWEST_POINTS:
        return None
    rare = _rare(counts, exposures)
    if rare is not None or (is_share and _rare(exposures - counts, exposures) is not None):
        # a binomial of small shares is as good as Poisson
        return rare if rare is not None and (not is_share or rare.centre < SMALL) else None
    usual = _is_usual(counts / exposures, exposures, is_share)
    counts, exposures = counts[usual], exposures[usual]
    centre = float(counts.sum()) / float(exposures.sum())
    z = (counts / exposures - centre) / _deviation(centre, exposures, is_share)
    sigma_z = float(np.abs(np.diff(z)).mean()) / D2
    return Basis(centre, sigma_z, counts.size, int(counts.sum()), int((~usual).sum()), is_share)


def _rare(counts: Floats, exposures: Floats) -> Basis | None:
    """The rate of a rare series, None of one that is not.

    The largest counts are left out as long as the others make them improbable: a burst does not make a series frequent.
    """
    if float(np.median(counts)) >= 2 * RARE:
        return None
    order = np.argsort(counts)
    last = counts.size
    while last > FEWEST_POINTS // 2:
        rest, top = order[: last - 1], order[last - 1]
        if counts[top] <= _most(_of_rare(counts[rest], exposures[rest], 0), exposures[top]):
            break
        last -= 1
    kept = order[:last]
    found = _of_rare(counts[kept], exposures[kept], counts.size - last)
    return found if found.cases < RARE * last else None


def _of_rare(counts: Floats, exposures: Floats, set_aside: int) -> Basis:
    """Of a rare series sigma_z is the root of variance over mean (Pearson), at least 1."""
    cases, exposure = float(counts.sum()), float(exposures.sum())
    expected = np.maximum(cases * exposures / exposure, 1e-9)
    spread = (
        float((np.square(counts - expected) / expected).sum()) / max(counts.size - 1, 1) if cases else 1.0
    )
    sigma_z = float(np.sqrt(max(spread, 1.0)))
    return Basis(
        cases / exposure, sigma_z, counts.size, int(cases), set_aside, is_rare=True, exposure=exposure
    )


def _most(of: Basis, exposures: Floats | float) -> Floats:
    """The largest count that chance gives a rare series at these exposures; at least 2.

    The negative binomial prediction of a count whose rate is known by so many cases (Jeffreys' prior), spread as the
    series is: exact where a normal approximation is not, and right without a single case before.
    """
    prior = of.cases + 0.5
    mean = prior * exposures / of.exposure
    excess = np.square(of.sigma_z) * (1 + mean / prior) - 1  # variance over mean, less 1
    size = mean / excess
    return np.maximum(stats.nbinom.isf(TAIL, size, size / (size + mean)), MUTED - 1)


def _is_usual(rates: Floats, exposures: Floats, is_share: bool) -> Flags:
    """False for points so far out that they are an outbreak of their own; all are usual when most have no incident."""
    middle = float(np.median(rates))
    if not middle > 0 or (is_share and middle >= 1):
        return np.ones(rates.size, np.bool_)
    z = np.abs(rates - middle) / _deviation(middle, exposures, is_share)
    return np.asarray(z <= SET_ASIDE * max(MAD * float(np.median(z)), 1.0), np.bool_)


def _deviation(centre: float, exposures: Floats, is_share: bool) -> Floats:
    """The standard deviation of a rate or share by chance alone."""
    return np.sqrt((centre * (1 - centre) if is_share else centre) / np.maximum(exposures, 1e-12))


def limits(of: Basis, exposures: Floats) -> tuple[Floats, Floats]:
    """The lower and upper limit of the rate of each point, cut at 0 and, of shares, at 1; NaN without exposure.

    A rare series has no lower limit: nothing is never too few.
    """
    known = exposures > 0
    if of.is_rare:
        safe = np.where(known, exposures, 1.0)
        return np.where(known, 0.0, np.nan), np.where(known, _most(of, safe) / safe, np.nan)
    reach = of.reach * _deviation(of.centre, exposures, of.is_share)
    low = np.maximum(of.centre - reach, 0.0)
    high = np.minimum(of.centre + reach, 1.0) if of.is_share else of.centre + reach
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def outside(values: Floats, low: Floats, high: Floats) -> NDArray[np.int64]:
    """1 above the upper limit, -1 below the lower one, 0 inside or not known."""
    return (values > high).astype(np.int64) - (values < low).astype(np.int64)


def runs(values: Floats, centre: Floats | float) -> NDArray[np.int64]:
    """1 or -1 for every point of a run of eight or more on one side of the centre, else 0.

    A point on the centre neither counts nor ends a run; one that is not known ends it.
    """
    side = np.sign(values - centre)
    found = np.zeros(values.size, np.int64)
    run: list[int] = []
    for i, value in enumerate(side):
        if value == 0:
            continue
        if np.isnan(value):
            run = []
            continue
        run = [*run, i] if run and side[run[-1]] == value else [i]
        if len(run) >= RUN:
            found[run] = int(value)
    return found


@dataclass(frozen=True)
class Gaps:
    """What gaps between rare incidents are held against: their middle, and the limits; `low` is 0 where none is."""

    low: float
    middle: float
    high: float
    count: int


def gaps(between: Floats) -> Gaps | None:
    """Limits of the gaps between incidents (days, or orders); None for fewer than 10.

    Nelson 1994 (Journal of Quality Technology 26:239): gaps of chance are exponential, their power 1 / 3.6 nearly
    normal; so an individuals chart of that (mean -+ 3 mean moving range / 1.128) and back. It serves for days (t chart)
    and for orders (Benneyan's g chart, whose own three-sigma limits would be crossed by 1.8% of gaps for nothing). One
    short gap says next to nothing, which is why the lower limit is so near to 0; eight in a row below the middle do.
    """
    if between.size < FEWEST_GAPS:
        return None
    y = np.power(np.maximum(between, 0.0), 1 / NELSON)
    centre, reach = float(y.mean()), SIGMAS * float(np.abs(np.diff(y)).mean()) / D2
    low, middle, high = (max(value, 0.0) ** NELSON for value in (centre - reach, centre, centre + reach))
    return Gaps(low, middle, high, int(between.size))


def judged(
    rows: pl.DataFrame, base: pl.DataFrame, is_share: bool = False
) -> tuple[pl.DataFrame, Basis | None]:
    """The rows with the centre, low and high of their rate, their verdict (1 above, -1 below, 0 inside) and run (1 or

    -1 for a point of eight or more in a row on one side, else 0); and what that rests on.

    Both frames: `incident_count` and `exposure_count` in the order of time; `rows` also is_judged, false for points
    that may still change. All is null where it cannot be told.
    """
    found = basis(*_arrays(base), is_share)
    counts, exposures = _arrays(rows)
    if found is None:
        empty = dict.fromkeys(("centre", "low", "high"), pl.lit(None, pl.Float64))
        return rows.with_columns(**empty, verdict=pl.lit(None, pl.Int64), run=pl.lit(None, pl.Int64)), None
    low, high = limits(found, exposures)
    is_judged = rows["is_judged"].to_numpy() & (exposures > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = np.where(is_judged, counts / exposures, np.nan)
    told = rows.with_columns(
        centre=pl.lit(found.centre),
        low=pl.Series(low).fill_nan(None),
        high=pl.Series(high).fill_nan(None),
        verdict=pl.Series(outside(rates, low, high)),
        # of rare incidents most periods have none: these are no run
        run=pl.Series(np.zeros(rates.size, np.int64) if found.is_rare else runs(rates, found.centre)),
        is_judged=pl.Series(is_judged),
    )
    return told.with_columns(pl.when("is_judged").then(pl.col("verdict", "run"))), found


def _arrays(rows: pl.DataFrame) -> tuple[Floats, Floats]:
    counts, exposures = (
        rows[name].cast(pl.Float64).fill_null(0.0).to_numpy() for name in ("incident_count", "exposure_count")
    )
    return counts, exposures
