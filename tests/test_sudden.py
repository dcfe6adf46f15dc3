"""What leaps within a day is told before its week is over; sales, weekdays and chance are not."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis.rising import Rises, rises
from analysis.sudden import DAYS, behind_days, sudden, weekday_shares
from pipelines import sudden as kept
from pipelines import views

EVEN = np.full(7, 1 / 7)


def test_weekdays_by_hand() -> None:
    """130 incidents on Mondays, 30 on each other day: (130 + 5) / (310 + 35), and 35 / 345."""
    shares = weekday_shares(np.array([130, 30, 30, 30, 30, 30, 30]))
    assert shares == pytest.approx([135 / 345, *[35 / 345] * 6])
    assert weekday_shares(np.zeros(7, np.int64)) == pytest.approx(EVEN)


def test_the_orders_behind_days_by_hand() -> None:
    """70 orders in each past week, then 10 a day until a Saturday with 200. A fifth of the incidents come in the week of
    the order, the rest a week later. The last day is that Saturday, all seven days but the Sunday lie after the week.

    Saturday: 0.2 * max((60 + 200) / 7, 200, 10) + 0.8 / 7 * 70 = 48; the days before: 0.2 * 10 + 8 = 10.
    """
    daily = np.array([10.0] * 13 + [200.0])
    behind = behind_days(
        np.array([70.0, 70.0, 70.0]), daily, np.array([0.2, 0.8]), EVEN, 6, [False, *[True] * 6]
    )
    assert behind == pytest.approx([10] * 6 + [48])


def test_a_leap_is_dated_and_held_against_its_expectation() -> None:
    """2 a day are expected, 15 are seen on the fifth day. P(more than 15) + P(15) / 2 of Poisson(2), times 18 windows."""
    counts = np.array([[2, 1, 3, 2, 15, 2, 1], [2, 3, 1, 2, 4, 2, 1]])
    found = sudden(counts, np.full((2, DAYS), 2.0), np.ones(2), np.zeros(2), others=98)
    (row,) = found.rows(named=True)
    p = 18 * (stats.poisson.sf(15, 2) + stats.poisson.pmf(15, 2) / 2)
    assert (row["row"], row["first"], row["last"], row["observed_count"]) == (0, 4, 4, 15)
    assert row["expected_count"] == 2
    assert row["p"] == pytest.approx(p, rel=1e-3)
    assert row["q"] == pytest.approx(100 * p, rel=1e-3)
    assert row["ratio_low"] == pytest.approx(stats.chi2.ppf(0.025, 30) / 2 / 2)


def test_four_cases_are_never_told_and_a_series_that_varies_needs_more() -> None:
    nothing = np.full((1, DAYS), 0.01)
    assert sudden(np.array([[0, 0, 0, 4, 0, 0, 0]]), nothing, np.ones(1), np.zeros(1), 0).is_empty()
    nine = np.array([[2, 1, 3, 2, 12, 2, 1]])
    expected = np.full((1, DAYS), 2.0)
    assert sudden(nine, expected, np.ones(1), np.zeros(1), 99).height == 1
    assert sudden(nine, expected, np.full(1, 6.0), np.zeros(1), 99).is_empty()


def test_of_healthy_series_few_weeks_have_an_alarm() -> None:
    """300 series whose variance is one and a half times their mean: at most one week in ten may have any alarm."""
    rng = np.random.default_rng(7)
    alarms = 0
    for _ in range(100):
        mean = np.exp(rng.normal(-1, 1.2, 300))[:, None] * np.ones(DAYS)
        counts = rng.poisson(rng.gamma(mean / 0.5, 0.5))
        alarms += sudden(counts, mean, np.full(300, 1.5), np.zeros(300), 0).height > 0
    assert alarms <= 12


MONDAY = date(2025, 11, 10)  # of the judged week; the data end on the Thursday after
LAST = MONDAY + timedelta(days=10)


def shop(con: duckdb.DuckDBPyConnection, cancelled: int, orders: int) -> tuple[Rises, pl.DataFrame]:
    """Two articles, 210 orders and three cancellations a week each; `cancelled` and `orders` on the last day for A."""
    days = [LAST - timedelta(days=n) for n in range(420)]
    incidents: list[dict[str, Any]] = []
    exposure: list[dict[str, Any]] = []
    for sku in ("A", "B"):
        for day in days:
            is_last = sku == "A" and day == LAST
            n = cancelled if is_last else int(day.weekday() in (0, 2, 4))
            incidents += [{"cause": "stock_out", "family": "stock", "sku": sku, "event_date": day}] * n
            exposure.append(
                {"date_basis": "order", "date": day, "sku": sku, "order_count": orders if is_last else 30}
            )
    con.register("incidents_seen", pl.DataFrame(incidents))
    con.register("exposure_seen", pl.DataFrame(exposure))
    con.execute("""
        create table incidents as
        select *, null::varchar as supplier, null::varchar as lot, null::varchar as warehouse,
            null::varchar as carrier, null::varchar as country, null::varchar as region, null::varchar as channel
        from incidents_seen;
        create table exposure_daily as
        select *, null::varchar as supplier, null::varchar as warehouse, null::varchar as carrier,
            null::varchar as country, null::varchar as channel, order_count as lines_confirmed, order_count as lines_shipped,
            order_count as units_sold
        from exposure_seen;
        create table int_series_kinds as
        select 'stock_out' as cause, unnest(['all', 'sku']) as place_kind;
        create table lines as
        select *, date as order_date, null::varchar as lot, null::varchar as region, false as is_confirmed,
            false as is_shipped, 0 as quantity
        from exposure_daily where false;
        create table ref_causes as select 'stock_out' as cause, 'orders' as exposure;
        create table int_incident_days as
        select 'event' as date_basis, event_date as date, cause, count(*) as incident_count from incidents group by all;
    """)
    weeks = pl.col("event_date").dt.truncate("1w")
    counts = (
        pl.DataFrame(incidents)
        .group_by("cause", place="sku", week_start_date=weeks)
        .agg(incident_count=pl.len().cast(pl.Int64))
        .with_columns(place_kind=pl.lit("sku"))
        .filter(pl.col("week_start_date") <= MONDAY)
    )
    sold = (
        pl.DataFrame(exposure)
        .group_by(place="sku", week_start_date=pl.col("date").dt.truncate("1w"))
        .agg(exposure_count=pl.col("order_count").sum())
        .with_columns(place_kind=pl.lit("sku"), cause=pl.lit("stock_out"))
        .filter(pl.col("week_start_date") <= MONDAY)
    )
    return rises(counts, sold, MONDAY), sold


@pytest.mark.parametrize(
    ("cancelled", "orders", "told"),
    [
        (12, 30, ["A"]),
        (12, 900, []),  # thirty times the orders of a day: 900 * 3 / 210 = 13 are expected
        (1, 30, []),
    ],
)
def test_a_day_of_cancellations_is_told_unless_as_many_more_orders_came(
    cancelled: int, orders: int, told: list[str]
) -> None:
    with duckdb.connect() as con:
        views.create_macros(con)
        judged, sold = shop(con, cancelled, orders)
        assert judged.found.is_empty()
        nobody = judged.found.select("cause", "place_kind", "place")
        found, weeks, _ = kept.found(con, judged, sold, {}, MONDAY, LAST, nobody)
    places = found.filter(pl.col("place_kind") == "sku") if found.height else found
    assert (places["place"].to_list() if places.height else []) == told
    if told:
        row = places.row(0, named=True)
        assert (row["first_date"], row["last_date"], row["observed_count"]) == (LAST, LAST, 12)
        assert row["expected_count"] == pytest.approx(3 / 7, rel=0.35)
        assert row["has_exposure"]
        assert weeks[found["place"].to_list().index("A")].counts.tolist() == [3] * 12 + [2 + 12]


def test_what_is_not_sold_any_more_has_no_rate_to_be_held_against() -> None:
    """No order of A since the judged week began: as many are expected as of a series that is quiet, and not none."""
    with duckdb.connect() as con:
        views.create_macros(con)
        _, sold = shop(con, 12, 0)
        con.execute("delete from exposure_daily where sku = 'A' and date >= $day", {"day": MONDAY})
        sold = sold.filter((pl.col("place") != "A") | (pl.col("week_start_date") < MONDAY))
        counts = con.sql(
            """
            select cause, 'sku' as place_kind, sku as place, date_trunc('week', event_date)::date as week_start_date,
                count(*) as incident_count
            from incidents group by all
            """
        ).pl()
        judged = rises(counts.filter(pl.col("week_start_date") <= MONDAY), sold, MONDAY)
        nobody = judged.found.select("cause", "place_kind", "place")
        found, *_ = kept.found(con, judged, sold, {}, MONDAY, LAST, nobody)
    row = found.filter(place="A").row(0, named=True)
    # five in half a year, and of those the few that come on a Thursday: none of 156 did
    assert row["expected_count"] == pytest.approx(5 / 26 * 5 / (156 + 35), rel=0.1)
