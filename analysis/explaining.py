"""A rise explained: whether it is more than chance, its parts, and the combinations of values behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import stats

from analysis.decomposition import Parts, parts
from analysis.drivers import Driver, search

ATTRIBUTES = (
    "sku",
    "product",
    "supplier",
    "category",
    "lot",
    "warehouse",
    "carrier",
    "channel",
    "country",
    "region",
)
FEWEST = 5  # incidents in the period: with fewer, nothing can be said
#: times the plain rate of the base: when rates by value expect more, they rest on too few of its lines
BEYOND_BELIEF = 4.0
Verdict = Literal["no_lines", "no_base", "thin_base", "too_few", "no_rise", "told"]


@dataclass(frozen=True)
class Segment:
    """A combination of values, in the words of the data, with what was observed and expected of it."""

    values: Mapping[str, str]
    driver: Driver


@dataclass(frozen=True)
class Explanation:
    """What can be said of a rise; without parts and the like where nothing can (`is_untold`)."""

    verdict: Verdict
    observed: int = 0
    expected: float = 0.0  # at the rates of the base, of the period's own lines
    low: float = 0.0  # 95 % interval of observed over expected
    high: float = 0.0
    parts: Parts | None = None
    segments: Sequence[Segment] = ()
    level: float = 1.0  # of what no segment explains, against the base

    @property
    def is_untold(self) -> bool:
        """Whether the data do not suffice to say anything."""
        return self.verdict not in ("no_rise", "told")

    @property
    def is_beyond_chance(self) -> bool:
        """Whether the rate rose more than chance explains."""
        return self.low > 1


def explained(lines: pl.DataFrame, has_base: bool = True) -> Explanation:
    """Of the counts of view driver_lines: block (0 is the period), is_compared, attributes, incidents, exposure."""
    now = (lines["block"] == 0).to_numpy()
    counts, sold = lines["incident_count"].to_numpy(), lines["exposure_count"].to_numpy().astype(float)
    observed, before = int(counts[now].sum()), int(counts[~now].sum())
    if not sold[now].sum():
        return Explanation("no_lines", observed)
    if not has_base or not sold[~now].sum():
        return Explanation("no_base", observed)
    if observed < FEWEST:
        return Explanation("too_few", observed)
    table, values = coded(lines)
    attributes = list(values)
    answer = search(table, attributes, 0, dict.fromkeys(attributes, 0))
    # the rates of the base bring as many incidents to the base as there were, so only what they expect now matters
    expected = float(answer.expected[now].sum())
    if expected > BEYOND_BELIEF * max(before * sold[now].sum() / sold[~now].sum(), FEWEST):
        return Explanation("thin_base", observed)
    low, high = rate_ratio(observed, expected, before, float(answer.expected[~now].sum()))
    rates = np.divide(answer.expected, sold, out=np.zeros(sold.size), where=sold > 0)
    told = parts(table, rates, lines["is_compared"].to_numpy(), now)
    segments = [
        Segment({a: values[a][code - 1] for a, code in driver.cell.items()}, driver)
        for driver in answer.drivers
    ]
    rose = bool(segments) or observed > expected
    return Explanation(
        "told" if rose else "no_rise", observed, expected, low, high, told, segments, answer.level
    )


def coded(lines: pl.DataFrame) -> tuple[dict[str, NDArray], dict[str, list[str]]]:
    """The table that a search reads, and the values of each attribute by code less 1; code 0 is not known.

    An attribute of which one value at most is known tells nothing apart and is left out.
    """
    table: dict[str, NDArray] = {
        "week": -lines["block"].to_numpy().astype(np.int64),
        "incident": lines["incident_count"].to_numpy(),
        "exposure": lines["exposure_count"].to_numpy(),
    }
    values = {}
    for name in ATTRIBUTES:
        known = lines[name].unique().drop_nulls().sort()
        if known.len() > 1:
            codes = lines[name].cast(pl.Enum(known)).to_physical().cast(pl.Int64) + 1
            table[name] = codes.fill_null(0).to_numpy()
            values[name] = known.to_list()
    return table, values


def rate_ratio(count: int, exposed: float, count_before: int, exposed_before: float) -> tuple[float, float]:
    """95 % of the ratio of two Poisson rates, exact: given their sum, the first count is binomial (Przyborowski and
    Wilenski, Biometrika 1940, 31:313), whose share has the interval of Clopper and Pearson."""
    share = stats.binomtest(count, count + count_before).proportion_ci(0.95, method="exact")
    scale = exposed_before / max(exposed, 1e-9)
    low, high = float(share.low), float(share.high)
    return low / (1 - low) * scale, high / (1 - high) * scale if high < 1 else np.inf
