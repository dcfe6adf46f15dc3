"""The orders behind a week's incidents: worked by hand, and a wave of sales that makes no rise of returns."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from analysis.maturing import LONGEST, delays, matured
from analysis.rising import rises

MONDAY = date(2025, 11, 10)


def pairs(*rows: tuple[str, int, int, int]) -> pl.DataFrame:
    """Cause, weeks between the order and the last week, delay in weeks, incidents."""
    return pl.DataFrame(
        [
            {
                "cause": cause,
                "order_week_date": MONDAY - timedelta(weeks=ago),
                "event_week_date": MONDAY - timedelta(weeks=ago - delay),
                "incident_count": n,
            }
            for cause, ago, delay, n in rows
        ]
    )


def test_delays_are_counted_on_orders_that_have_told_all() -> None:
    """60 incidents of ripe orders: 30 in the week of the order, 18 a week later, 12 after more than twelve weeks.

    The 500 of last week's orders all came in their own week, as any of last week's must: they say nothing.
    """
    found = delays(
        pairs(("a", 20, 0, 30), ("a", 13, 1, 18), ("a", 30, 15, 12), ("a", 1, 0, 500), ("b", 20, 0, 49)),
        MONDAY,
    )
    assert list(found) == ["a"]  # 49 are too few
    assert found["a"].tolist() == [0.5, 0.3, *[0.0] * (LONGEST - 2), 0.2]


def test_the_orders_behind_a_week_by_hand() -> None:
    """Half in their own week, 3 of 10 a week later, 2 of 10 after two. Orders 100, 200, 100, 0.

    Week 0 knows half of its orders: 50 / 0.5 = 100. Week 1: (0.5 * 200 + 0.3 * 100) / 0.8 = 162.5. Week 2 knows all:
    0.5 * 100 + 0.3 * 200 + 0.2 * 100 = 130. Week 3: 0 + 0.3 * 100 + 0.2 * 200 = 70.
    """
    orders = np.array([[100.0, 200.0, 100.0, 0.0]])
    assert matured(orders, np.array([0.5, 0.3, 0.2]))[0] == pytest.approx([100, 162.5, 130, 70])
    # orders that were loaded from the second week on, and incidents that mostly come a week later
    late = np.array([[0.0, 200.0, 100.0, 0.0]])
    assert matured(late, np.array([0.2, 0.8]))[0] == pytest.approx([0, 0, 0.2 * 100 + 0.8 * 200, 80])
    assert matured(np.zeros((2, 3)), np.array([1.0])).tolist() == [[0.0] * 3] * 2


SHARES = np.array([0.05, 0.15, 0.4, 0.3, 0.1])  # most returns come after two or three weeks


def shop(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """25 articles of a constant rate, 30 returns for 1,000 orders; four times the orders six and five weeks ago."""
    rng = np.random.default_rng(seed)
    weeks = [MONDAY - timedelta(weeks=n) for n in range(79, -1, -1)]
    orders = np.full((25, len(weeks)), 300.0) * rng.uniform(0.5, 2, (25, 1))
    orders[:, -5:-3] *= 4
    behind = np.stack([np.convolve(row, SHARES)[: len(weeks)] for row in orders])
    counts = rng.poisson(0.03 * behind)
    cells = [
        {"cause": "c", "place_kind": "sku", "place": f"S{at}", "week_start_date": week, "n": n, "of": of}
        for at in range(25)
        for week, n, of in zip(weeks, counts[at], orders[at], strict=True)
    ]
    rows = pl.DataFrame(cells)
    return (
        rows.filter(pl.col("n") > 0).drop("of").rename({"n": "incident_count"}),
        rows.drop("n").rename({"of": "exposure_count"}),
    )


def test_a_wave_of_sales_is_no_rise_of_returns() -> None:
    counts, exposure = shop(1)
    without = rises(counts, exposure, MONDAY).found
    assert without.height > 15  # what the same weeks' orders make of it
    assert rises(counts, exposure, MONDAY, {"c": np.append(SHARES, np.zeros(LONGEST - 4))}).found.is_empty()


def test_a_true_rise_after_the_wave_is_still_found() -> None:
    counts, exposure = shop(2)
    more = counts.with_columns(
        incident_count=pl.when(
            pl.col("place") == "S3", pl.col("week_start_date") >= MONDAY - timedelta(weeks=2)
        )
        .then(pl.col("incident_count") * 3)
        .otherwise(pl.col("incident_count"))
    )
    found = rises(more, exposure, MONDAY, {"c": np.append(SHARES, np.zeros(LONGEST - 4))}).found
    assert found["place"].to_list() == ["S3"]
