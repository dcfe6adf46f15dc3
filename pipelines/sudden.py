"""Which causes leapt where within days, found at each load and kept in table `sudden_rises`: pages only read it.

Only series with FEWEST incidents within a week are looked at closer, so that a load hardly notices. What the weekly
list of rises tells already is not told again, nor what is a change of the data.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.baselines import Floats
from analysis.maturing import LONGEST
from analysis.rising import SERIES, Baselines, Rises, Weeks
from analysis.sudden import DAYS, FEWEST, behind_days, sudden, weekday_shares
from pipelines import data_changes

#: made with the other tables of a store; one row a series that leapt, the surest of a story first
TABLE = """
    create table if not exists sudden_rises (
        cause varchar, party varchar, place_kind varchar, place varchar, first_date date, last_date date,
        observed_count bigint, expected_count double, ratio double, ratio_low double, ratio_high double,
        p double, q double, has_exposure boolean, story bigint, series_count bigint
    );
    alter table sudden_rises add column if not exists within_kind varchar;
    alter table sudden_rises add column if not exists within_place varchar;
    alter table sudden_rises add column if not exists is_narrowest boolean;
"""
#: incidents of the last days of each cause, everywhere and in each place where it can be put right
_COUNTS = """
    select
        incidents.cause, kinds.place_kind, place_of(kinds.place_kind, incidents) as place,
        if(count(*) >= $fewest, list(incidents.event_date), null) as days
    from incidents
    inner join int_series_kinds as kinds on incidents.cause = kinds.cause
    where incidents.event_date > $last_day::date - 7 and incidents.event_date <= $last_day
    group by incidents.cause, kinds.place_kind, place
    having kinds.place_kind = 'all' or place is not null
    order by all
"""
_WEEKDAYS = """
    select cause, isodow(date) - 1 as weekday, sum(incident_count)::bigint as incident_count
    from int_incident_days
    where date_basis = 'event' and date > $last_day::date - 189 and date <= $last_day::date - 7
    group by all
"""
#: lots and regions are in the lines alone, which say nothing of whose first line an order counts by
_DAILY = """
    with sold as (
        select
            null as lot, sku, supplier, warehouse, carrier, country, null as region, channel, date,
            order_count, lines_confirmed, lines_shipped, units_sold, false as is_line
        from exposure_daily
        where date_basis = 'order' and date >= $from_date and date <= $last_day

        union all

        select
            lot, sku, supplier, warehouse, carrier, country, region, channel, order_date as date,
            is_confirmed::integer as order_count, is_confirmed::integer as lines_confirmed,
            is_shipped::integer as lines_shipped,
            if(is_confirmed, coalesce(quantity, 0), 0) as units_sold, true as is_line
        from lines
        where order_date >= $from_date and order_date <= $last_day
            and exists (from leapt where leapt.place_kind in ('lot', 'region'))
    )
    select
        leapt.number, sold.date,
        sum(case causes.exposure
            when 'lines_confirmed' then sold.lines_confirmed
            when 'lines_shipped' then sold.lines_shipped
            when 'units_sold' then sold.units_sold
            else sold.order_count
        end)::double as exposure_count
    from leapt
    inner join ref_causes as causes on leapt.cause = causes.cause
    inner join sold
        on sold.is_line = (leapt.place_kind in ('lot', 'region')) and is_at(leapt.place_kind, leapt.place, sold)
    group by all
"""
#: a series that was quiet for half a year had fewer than five incidents in it: as many are expected, or what its cause
#: has everywhere for as many orders (an article that is new), so that what is not known of it makes no alarm
_QUIET = 5 / 26


def counted(con: duckdb.DuckDBPyConnection, last_day: date) -> pl.DataFrame:
    """The series of the last days: cause, place_kind, place, days (NULL where they are few)."""
    return con.sql(_COUNTS, params={"last_day": last_day, "fewest": FEWEST}).pl()


def found(
    con: duckdb.DuckDBPyConnection,
    told: Rises,
    exposure: pl.DataFrame,
    delays: dict[str, Floats],
    week: date,
    last_day: date,
    unjudged: pl.DataFrame,
) -> tuple[pl.DataFrame, list[Weeks], int]:
    """The series that leapt within the last days, the weeks of each up to now (the last only begun), of how many.

    `exposure` is that of the weekly series, empty where orders are late; `unjudged` are series with incidents of their
    own half year that have no baseline yet.
    """
    begin = last_day - timedelta(days=DAYS - 1)
    every = counted(con, last_day)
    series = every.filter(pl.col("days").is_not_null()).join(
        unjudged, on=SERIES, how="anti", nulls_equal=True
    )
    if told.baselines is None or series.is_empty():
        return pl.DataFrame(), [], every.height
    series = series.with_row_index("number")
    first, numbers = (begin - date(1970, 1, 1)).days, np.arange(DAYS)
    counts = np.array(
        [
            (days.to_physical().to_numpy()[:, None] - first == numbers).sum(0)  # days are counted from 1970
            for days in series["days"]
        ],
        np.int64,
    )
    base = told.baselines
    row_of = {key: at for at, key in enumerate(base.names.select(SERIES).iter_rows())}
    known = [row_of.get(key) for key in series.select(SERIES).iter_rows()]
    # what is not sold any more tells nothing of a rate now
    known = [at if at is not None and base.exposure[at, -1] > 0 else None for at in known]
    orders = _orders(con, series, exposure, [at is None for at in known], week, last_day)
    weekdays = con.sql(_WEEKDAYS, params={"last_day": last_day}).pl()
    judged: list[Weeks] = []
    expected = np.zeros(counts.shape)
    dispersion, log_variance = np.ones(series.height), np.ones(series.height)
    for number, cause, *_ in series.iter_rows():
        shares = _weekdays(weekdays, cause)
        days = shares[(begin.weekday() + np.arange(DAYS)) % 7]
        behind = _behind(orders.get(number), delays.get(cause, np.ones(1)), shares, week, last_day)
        at = known[number]
        if at is None:
            judged.append(_quiet())
            expected[number] = _QUIET * days
            everywhere = row_of.get((cause, "all", None))
            if behind is not None and everywhere is not None:
                expected[number] = np.maximum(expected[number], _rate(base, everywhere) * behind)
            continue
        judged.append(base.weeks(at))
        dispersion[number], log_variance[number] = base.dispersion[at], base.log_variance[at]
        rate = _rate(base, at)
        expected[number] = base.expected[at, -1] * days if behind is None or not rate else rate * behind
    leapt = sudden(counts, expected, dispersion, log_variance, every.height - series.height)
    rows = leapt["row"].to_list()
    has = [number in orders for number in rows]
    found = pl.concat([series.drop("number", "days")[rows], leapt], how="horizontal").with_columns(
        first_date=pl.lit(begin) + pl.duration(days=pl.col("first")),
        last_date=pl.lit(begin) + pl.duration(days=pl.col("last")),
        has_exposure=pl.Series(has, dtype=pl.Boolean),
    )
    weeks = [_with_this_week(judged[row], counts[row], expected[row], begin, week) for row in rows]
    return found.drop("row", "first", "last"), weeks, every.height


def _weekdays(counts: pl.DataFrame, cause: str) -> Floats:
    numbers = np.zeros(7, np.int64)
    for weekday, n in counts.filter(pl.col("cause") == cause).select("weekday", "incident_count").iter_rows():
        numbers[weekday] = n
    return weekday_shares(numbers)


def _rate(base: Baselines, at: int) -> float:
    """Incidents for one of the exposure, as the baseline of a series has them now; 0 without any exposure."""
    if not base.names["has_exposure"][at]:
        return 0.0
    return float(base.expected[at, -1] / max(float(base.exposure[at, -1]), 1e-9))


def _orders(
    con: duckdb.DuckDBPyConnection,
    series: pl.DataFrame,
    exposure: pl.DataFrame,
    is_quiet: list[bool],
    week: date,
    last_day: date,
) -> dict[int, tuple[Floats, Floats]]:
    """By series, its exposure by week up to the judged one and by day of two weeks; {} where orders are late."""
    if exposure.is_empty():
        return {}
    daily = _daily(con, series, last_day - timedelta(days=2 * DAYS - 1), last_day)
    begin = week - timedelta(weeks=LONGEST + 1)
    quiet = _daily(con, series.filter(pl.Series(is_quiet)), begin, week + timedelta(days=6)).rename(
        {"date": "week_start_date"}
    )
    weekly = series.join(
        exposure.filter(pl.col("week_start_date") >= begin), on=SERIES, nulls_equal=True
    ).select("number", "week_start_date", pl.col("exposure_count").cast(pl.Float64).fill_null(0.0))
    found: dict[int, tuple[Floats, Floats]] = {}
    for number in {*daily["number"], *weekly["number"], *quiet["number"]}:
        weeks, days = np.zeros(LONGEST + 2), np.zeros(2 * DAYS)
        for monday, n in pl.concat([weekly, quiet]).filter(number=number).drop("number").iter_rows():
            weeks[-1 - (week + timedelta(days=6) - monday).days // 7] += n
        for day, n in daily.filter(number=number).drop("number").iter_rows():
            days[(day - last_day).days - 1] += n
        found[number] = (weeks, days)
    return found


def _daily(con: duckdb.DuckDBPyConnection, series: pl.DataFrame, begin: date, end: date) -> pl.DataFrame:
    """Exposure of these series: number, date, exposure_count."""
    con.register("leapt", series.drop("days"))
    rows = con.sql(_DAILY, params={"from_date": begin, "last_day": end}).pl()
    con.unregister("leapt")
    return rows


def _behind(
    orders: tuple[Floats, Floats] | None, delays: Floats, weekdays: Floats, week: date, last_day: date
) -> Floats | None:
    """The exposure behind the last days of one series; None where orders are not known."""
    if orders is None:
        return None
    begin = last_day - timedelta(days=DAYS - 1)
    after = [begin + timedelta(days=at) >= week + timedelta(weeks=1) for at in range(DAYS)]
    return behind_days(*orders, delays, weekdays, begin.weekday(), after)


def _quiet() -> Weeks:
    return Weeks(np.zeros(13, np.int64), np.full(13, _QUIET), np.ones(13), 1.0)


def _with_this_week(
    judged: Weeks, counts: NDArray[np.int64], expected: Floats, begin: date, week: date
) -> Weeks:
    """The judged weeks and the days since, as one week more."""
    after = np.array([begin + timedelta(days=at) >= week + timedelta(weeks=1) for at in range(DAYS)])
    return Weeks(
        np.append(judged.counts[1:], counts[after].sum()),
        np.append(judged.expected[1:], expected[after].sum()),
        np.append(judged.exposure[1:], judged.exposure[-1]),
        judged.dispersion,
    )


def true_ones(
    con: duckdb.DuckDBPyConnection, leapt: pl.DataFrame, weeks: list[Weeks], told: Rises, week: date
) -> pl.DataFrame:
    """Those that are no change of the data."""
    as_rises = Rises(leapt, told.seen, told.judged_from, tuple(weeks))
    changed = data_changes.recognised(con, as_rises, week + timedelta(weeks=1))
    return leapt.with_row_index("number").join(changed, on="number", how="anti").drop("number")
