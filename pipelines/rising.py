"""Which causes rise where, found at each load and kept in table `rising_series`: pages only read it."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import polars as pl

from analysis.rising import rising

#: made with the other tables of a store; one row a series that rose by the last complete week
TABLE = """
    create table if not exists rising_series (
        cause varchar, party varchar, place_kind varchar, place varchar, week_start_date date,
        observed_count bigint, expected_count double, ratio double, ratio_low double, ratio_high double,
        since_date date, p double, q double, has_exposure boolean, is_new_source boolean,
        story bigint, series_count bigint
    );
"""
_LAST_DAY = """
    select max(date) from (
        select max(date) as date from int_incident_days where date_basis = 'event' and date <= current_date + 1
        union all
        select max(date) from int_exposure_sums where date <= current_date + 1
    )
"""
_COUNTS = """
    select cause, place_kind, place, week_start_date, incident_count
    from int_rising_weeks where week_start_date <= $week
"""
_EXPOSURE = """
    select
        series.cause, series.place_kind, series.place, exposure.week_start_date,
        case causes.exposure
            when 'lines_confirmed' then exposure.lines_confirmed
            when 'lines_shipped' then exposure.lines_shipped
            when 'units_sold' then exposure.units_sold
            else exposure.orders
        end as exposure_count
    from (select distinct cause, place_kind, place from int_rising_weeks) as series
    inner join ref_causes as causes on series.cause = causes.cause
    inner join int_rising_exposure as exposure
        on series.place_kind = exposure.place_kind and series.place is not distinct from exposure.place
    where exposure.week_start_date <= $week
"""
#: series that share most of their recent incidents tell one story; it is told by the surest of them
_STORIES = """
    with recent as (
        select
            rising.number, incidents.incident_key, incidents.party,
            first_days.first_date > $week - 91 as is_new_source
        from rising_found as rising
        inner join incidents on rising.cause = incidents.cause
            and incidents.event_date >= least(rising.since_date, $week - 14) and incidents.event_date < $week + 7
            and case rising.place_kind
                when 'all' then true
                when 'sku' then incidents.sku = rising.place
                when 'supplier' then incidents.supplier = rising.place
                when 'warehouse' then incidents.warehouse = rising.place
                when 'carrier' then incidents.carrier = rising.place
                else incidents.channel = rising.place
            end
        inner join (select source, min(event_date) as first_date from incidents group by source) as first_days
            on incidents.source = first_days.source
    ),
    sizes as (
        select
            number, count(*) as size, avg(is_new_source::integer) > 0.5 as is_new_source, mode(party) as party
        from recent group by number
    ),
    shared as (
        select one.number, other.number as with_number
        from recent as one
        inner join recent as other on one.incident_key = other.incident_key and other.number < one.number
        inner join sizes as one_size on one.number = one_size.number
        inner join sizes as other_size on other.number = other_size.number
        group by one.number, other.number, one_size.size, other_size.size
        having count(*) >= 0.6 * least(one_size.size, other_size.size)
    )
    select sizes.number, sizes.is_new_source, sizes.party, list(shared.with_number order by shared.with_number) as alike
    from sizes left join shared on sizes.number = shared.number
    group by all order by sizes.number
"""


def keep(con: duckdb.DuckDBPyConnection) -> None:
    """Finds what rose by the last complete week and keeps it; needs the aggregates of this load."""
    con.execute("delete from rising_series")
    ((last_day,),) = con.execute(_LAST_DAY).fetchall()
    if not isinstance(last_day, date):
        return
    # a week is complete when the data reach its Sunday
    week = last_day + timedelta(days=1) - timedelta(days=(last_day + timedelta(days=1)).weekday() + 7)
    counts = con.sql(_COUNTS, params={"week": week}).pl()
    exposure = con.sql(_EXPOSURE, params={"week": week}).pl()
    found = rising(counts, exposure, week)
    if found.is_empty():
        return
    rising_found = found.with_row_index("number")
    con.register("rising_found", rising_found)
    told = con.sql(_STORIES, params={"week": week}).pl()
    con.unregister("rising_found")
    rows = _with_stories(rising_found, told).with_columns(week_start_date=pl.lit(week))
    con.register("rising_rows", rows)
    con.execute("insert into rising_series by name select * exclude (number) from rising_rows")
    con.unregister("rising_rows")


def _with_stories(found: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Each series with the number of its story: that of the surest series that it shares its incidents with."""
    stories: dict[int, int] = {}
    for number, alike in told.select("number", "alike").iter_rows():
        stories[number] = next((n for n in alike or () if n is not None and stories.get(n) == n), number)
    story = pl.DataFrame(
        {"number": list(stories), "story": list(stories.values())},
        schema={"number": found.schema["number"], "story": pl.Int64},
    )
    return (
        found.join(told.select("number", "is_new_source", "party"), on="number")
        .join(story, on="number")
        .with_columns(series_count=pl.len().over("story").cast(pl.Int64))
        .sort("number")
    )
