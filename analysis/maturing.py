"""Which orders the incidents of a week come from: those of the weeks before, as late as incidents are told of.

A return comes weeks after its order, so a wave of sales makes a wave of returns when the sales are over. How late the
incidents of a cause come is counted on orders old enough to have told all they will, so that no late one is missing
(reporting delays: Lawless 1994, Canadian Journal of Statistics 22:15); the orders behind a week are then the sum of
past weeks' orders, each by the share of incidents that come so late. Arrays and frames in and out.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.baselines import Floats

LONGEST = 12  # weeks: the few that come later count as if they came then
FEWEST = 50  # incidents of dated orders before a delay is learnt
SHARE_KNOWN = 0.5  # a week of which fewer orders are known is not compared


def delays(pairs: pl.DataFrame, last_week: date) -> dict[str, Floats]:
    """By cause, the shares of incidents that come 0, 1, … LONGEST weeks after their order's week.

    `pairs`: cause, order_week_date, event_week_date (Mondays) and incident_count. Only orders of LONGEST weeks or more
    before the end of `last_week` are counted, and causes with FEWEST of these or more.
    """
    ripe = pairs.filter(
        pl.col("order_week_date") <= last_week - timedelta(weeks=LONGEST),
        pl.col("event_week_date") <= last_week,
        pl.col("event_week_date") >= pl.col("order_week_date"),
    ).with_columns(
        delay=((pl.col("event_week_date") - pl.col("order_week_date")).dt.total_days() // 7).clip(
            upper_bound=LONGEST
        )
    )
    found: dict[str, Floats] = {}
    for (cause,), rows in ripe.group_by("cause", maintain_order=True):
        counts = np.zeros(LONGEST + 1)
        np.add.at(counts, rows["delay"].to_numpy(), rows["incident_count"].to_numpy())
        if counts.sum() >= FEWEST:
            found[str(cause)] = counts / counts.sum()
    return found


def matured(exposure: Floats, shares: Floats) -> Floats:
    """The exposure (series, weeks) behind the incidents of each week, whose orders came before by these shares.

    Weeks before the first with any exposure are unknown, not empty: what is known stands for them too, or the week has
    none (0) where that is less than SHARE_KNOWN.
    """
    out = np.zeros_like(exposure)
    length = exposure.shape[1]
    any_known: NDArray[np.bool_] = exposure.sum(0) > 0
    first = int(np.argmax(any_known)) if any_known.any() else length
    for delay, share in enumerate(shares[:length]):
        out[:, delay:] += share * exposure[:, : length - delay]
    reach = np.cumsum(shares)
    since = np.arange(length) - first
    known = np.where(since >= 0, reach[np.clip(since, 0, shares.size - 1)], 0.0)
    return np.where(known >= SHARE_KNOWN, out / np.maximum(known, SHARE_KNOWN), 0.0)
