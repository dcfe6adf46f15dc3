"""Which causes rise where, found at each load and kept in table `rising_series`: pages only read it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
import polars as pl

from analysis.baselines import Floats
from analysis.maturing import delays
from analysis.rising import SERIES, Rises, rises, spell, sure_stories
from pipelines import data_changes, places, sudden

#: made with the other tables of a store; one row a series that rose by the last complete week
TABLE = """
    create table if not exists rising_series (
        cause varchar, party varchar, place_kind varchar, place varchar, week_start_date date,
        observed_count bigint, expected_count double, ratio double, ratio_low double, ratio_high double,
        since_date date, p double, q double, has_exposure boolean, is_new_source boolean,
        story bigint, series_count bigint
    );
    alter table rising_series add column if not exists began_date date;
    alter table rising_series add column if not exists back_after_weeks bigint;
    alter table rising_series add column if not exists issue_key varchar;
    alter table rising_series add column if not exists aliases varchar[];
    alter table rising_series add column if not exists within_kind varchar;
    alter table rising_series add column if not exists within_place varchar;
    alter table rising_series add column if not exists is_narrowest boolean;
    alter table rising_series add column if not exists change varchar;
    alter table rising_series add column if not exists change_date date;
    alter table rising_series add column if not exists change_facts varchar;
"""
#: the last days that incidents and orders tell of, and after how many days without any more orders are overdue: as
#: many as all but two in a hundred gaps of the last half a year had
_LAST_DAYS = """
    with days as (
        select distinct date from int_exposure_sums where date <= current_date + 1
    ),
    gaps as (
        select date - lag(date) over (order by date) as gap from days
        where date >= (select max(date) - 182 from days)
    )
    select
        (select max(date) from int_incident_days where date_basis = 'event' and date <= current_date + 1),
        (select max(date) from days),
        (select coalesce(quantile_disc(gap, 0.98), 1) from gaps)
"""
#: orders that are late by no more weeks are waited for; later ones are done without
_WAITED_FOR = 3
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
_NEARLY_ALL = 0.8
_NARROWEST = [kind.name for kind in places.KINDS]
#: what lots are held against
_RESTS = """
    select cause, 'lot' as place_kind, place, week_start_date, incident_count, exposure_count
    from int_rising_rests where week_start_date <= $week
"""
#: how late incidents of the last year and a quarter came
_DELAYS = """
    select
        cause, date_trunc('week', order_date)::date as order_week_date,
        date_trunc('week', event_date)::date as event_week_date, count(*) as incident_count
    from incidents
    where event_date >= $week - 455 and order_date >= $week - 455 and event_date < $week + 7
        and cause in (select cause from int_rising_weeks)
    group by all
"""
#: the recent incidents of the causes that rise, in each rise's place (`is_in`) and elsewhere
_RECENT = """
    create or replace temp table rising_recent as
    select
        rising.number, incidents.incident_key, incidents.party, incidents.source,
        places_of(incidents) as places, within_of(rising.place_kind, incidents) as within,
        is_at(rising.place_kind, rising.place, incidents) as is_in
    from rising_found as rising
    inner join incidents on rising.cause = incidents.cause
        and incidents.event_date >= least(rising.since_date, $week - 14) and incidents.event_date < $week + 7
"""
#: series that share most of their recent incidents tell one story; it is told by the surest of them. A story is also
#: that of any place that holds most of it and little else: more than half of either is the other's
_STORIES = """
    with recent as (
        select
            rising_recent.number, rising_recent.incident_key, rising_recent.party, rising_recent.within,
            first_days.first_date > $week - 91 as is_new_source
        from rising_recent
        inner join (select source, min(event_date) as first_date from incidents group by source) as first_days
            on rising_recent.source = first_days.source
        where rising_recent.is_in
    ),
    sizes as (
        select
            number, count(*) as size, avg(is_new_source::integer) > 0.5 as is_new_source, mode(party) as party,
            min(within) as within
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
    select
        sizes.number, sizes.is_new_source, sizes.party, sizes.within.kind as within_kind,
        sizes.within.place as within_place, list(shared.with_number order by shared.with_number) as alike
    from sizes left join shared on sizes.number = shared.number
    group by all order by sizes.number
"""
#: places that hold more than half of a series' recent incidents, and of whose incidents of that cause more than half
#: are the series'
_PLACES = """
    with placed as (
        select number, incident_key, is_in, unnest(places) as at
        from rising_recent
    ),
    sizes as (
        select number, count(distinct incident_key) as size from placed where is_in group by number
    )
    select placed.number, placed.at.kind as kind, placed.at.place as place
    from placed inner join sizes on placed.number = sizes.number
    where placed.at.place is not null
    group by placed.number, kind, place, sizes.size
    having count(*) filter (where placed.is_in) > 0.5 * greatest(count(*), sizes.size)
    order by all
"""


def keep(con: duckdb.DuckDBPyConnection) -> None:
    """Finds what rose by the last complete week and keeps it; needs the aggregates of this load."""
    con.execute("delete from rising_series")
    con.execute("delete from sudden_rises")
    last = _last_week(con)
    if last is None:
        return
    week, late = last.week, last.orders_until
    counts = con.sql(_COUNTS, params={"week": week}).pl()
    exposure = con.sql(_EXPOSURE, params={"week": week}).pl()
    if late is not None:
        _say_late(con, last)
        if not last.is_waiting:
            exposure = exposure.clear()
    behind = delays(con.sql(_DELAYS, params={"week": week}).pl(), week)
    told_of = rises(counts, exposure, week, behind, con.sql(_RESTS, params={"week": week}).pl())
    found = told_of.found.with_row_index("number")
    if found.height:
        changed = data_changes.recognised(con, told_of, week)
        _keep(con, found.join(changed, on="number", how="anti"), told_of, week)
        _keep(con, found.join(changed, on="number"), told_of, week)
    if last.incidents_until is not None:
        orders = exposure if late is None else exposure.clear()
        _keep_sudden(con, told_of, counts, orders, behind, week, last.incidents_until)


def _keep_sudden(
    con: duckdb.DuckDBPyConnection,
    told_of: Rises,
    counts: pl.DataFrame,
    exposure: pl.DataFrame,
    behind: dict[str, Floats],
    week: date,
    last_day: date,
) -> None:
    """Puts what leapt within the last days into its table, unless the weekly rises tell of the same incidents."""
    unjudged = counts.select(SERIES).unique()
    if told_of.baselines is not None:
        unjudged = unjudged.join(told_of.baselines.names, on=SERIES, how="anti", nulls_equal=True)
    if told_of.few is not None:
        unjudged = unjudged.join(told_of.few, on=SERIES, how="anti", nulls_equal=True)
    leapt, weeks, looked_at = sudden.found(con, told_of, exposure, behind, week, last_day, unjudged)
    if leapt.is_empty():
        return
    leapt = sudden.true_ones(con, leapt, weeks, told_of, week)
    both = pl.concat(
        [told_of.found.select(*SERIES, "since_date"), leapt.select(*SERIES, since_date="first_date")]
    ).with_row_index("number")
    told, held = _told(con, both, last_day - timedelta(days=6))
    first = told_of.found.height
    rows = _with_stories(
        leapt.with_row_index("number", offset=first).with_columns(
            pl.col("number").cast(both.schema["number"])
        ),
        told,
    ).filter(pl.col("story") >= first, ~pl.col("is_new_source"))
    rows = sure_stories(rows, looked_at)
    rows = rows.with_columns(is_narrowest=_is_narrowest(rows, _places_of(held)))
    con.register("sudden_rows", rows)
    con.execute("insert into sudden_rises by name select * exclude (number, is_new_source) from sudden_rows")
    con.unregister("sudden_rows")


@dataclass(frozen=True)
class _Last:
    """The week to judge and the last day of incidents; of orders too, where they end before the incidents do."""

    week: date
    orders_until: date | None = None
    incidents_until: date | None = None
    is_waiting: bool = False  # else these weeks are judged without any orders


def _last_week(con: duckdb.DuckDBPyConnection) -> _Last | None:
    """The last week that incidents and orders both tell of to its end; None without any data."""
    incidents, orders, gap = con.sql(_LAST_DAYS).fetchall()[0]
    days = [day for day in (incidents, orders) if day is not None]
    if not days:
        return None
    week = _complete(max(days))
    if incidents is None or orders is None or _complete(orders + timedelta(days=gap - 1)) >= week:
        return _Last(week, None, incidents)
    waited = _complete(orders)
    is_waiting = (week - waited).days <= 7 * _WAITED_FOR
    return _Last(waited if is_waiting else week, orders, incidents, is_waiting)


def _complete(last_day: date) -> date:
    """Monday of the last week that is complete when the data reach this day."""
    return last_day + timedelta(days=1) - timedelta(days=(last_day + timedelta(days=1)).weekday() + 7)


def _say_late(con: duckdb.DuckDBPyConnection, last: _Last) -> None:
    assert last.orders_until is not None
    assert last.incidents_until is not None
    facts = {"until": last.incidents_until.isoformat(), "is_waiting": last.is_waiting}
    con.execute(
        """
        insert into rising_series by name
        select $week as week_start_date, 'late_orders' as change, $day as change_date, $facts as change_facts,
            -1 as story, 'late_orders' as issue_key
        """,
        {"week": last.week, "day": last.orders_until, "facts": json.dumps(facts)},
    )


def _keep(con: duckdb.DuckDBPyConnection, found: pl.DataFrame, told_of: Rises, week: date) -> None:
    """Puts these series into the table, those of the same incidents as one story."""
    if found.is_empty():
        return
    told, held = _told(con, found, week)
    rows = _with_stories(found, told)
    if told_of.baselines is not None:
        rows = sure_stories(rows, told_of.looked_at)
    rows = _known_by(rows, held, told_of).with_columns(week_start_date=pl.lit(week))
    con.register("rising_rows", rows)
    con.execute("insert into rising_series by name select * exclude (number) from rising_rows")
    con.unregister("rising_rows")


def _told(
    con: duckdb.DuckDBPyConnection, found: pl.DataFrame, week: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What the recent incidents of the numbered series say: which series are alike, and the places that hold each."""
    con.register("rising_found", found)
    con.execute(_RECENT, {"week": week})
    con.unregister("rising_found")
    return con.sql(_STORIES, params={"week": week}).pl(), con.sql(_PLACES).pl()


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
        found.join(
            told.select("number", "is_new_source", "party", "within_kind", "within_place"), on="number"
        )
        .join(story, on="number")
        .with_columns(series_count=pl.len().over("story").cast(pl.Int64))
        .sort("number")
    )


def _known_by(rows: pl.DataFrame, places_held: pl.DataFrame, told_of: Rises) -> pl.DataFrame:
    """Each series with what its story is known by from load to load, and when that rise was first seen.

    `issue_key` is the cause in the narrowest place that holds most of the story and little else, `aliases` all such
    places: what is said of a rise holds when it is told of one of its lots next week, or of its supplier.
    """
    held = _places_of(places_held)
    seen: dict[str, list[date]] = {}
    for cause, kind, place, monday in told_of.seen.iter_rows():
        seen.setdefault(_key(cause, kind, place), []).append(monday)
    known: dict[int, tuple[str, list[str], date | None, int | None]] = {}
    taken: set[str] = set()
    for number, story, *series in rows.select("number", "story", "cause", "place_kind", "place").iter_rows():
        if number != story:
            continue
        lead = _key(*series)
        named = [_key(series[0], *each) for each in held.get(number, ())] or [lead]
        # two stories may fill one place each by more than a half: the surer one has its name
        name = next(each for each in (*named, lead, f"{lead}/{number}") if each not in taken)
        taken.add(name)
        weeks = {monday for key in (*named, lead) for monday in seen.get(key, ())}
        began, back = spell(weeks, told_of.judged_from) if told_of.judged_from else (None, None)
        known[number] = (name, named, began, back)
    schema: dict[str, pl.DataType | type[pl.DataType]] = {
        "issue_key": pl.String,
        "aliases": pl.List(pl.String),
        "began_date": pl.Date,
        "back_after_weeks": pl.Int64,
    }
    told = [known[story] for story in rows["story"]]
    return rows.hstack(pl.DataFrame(told, schema=schema, orient="row")).with_columns(
        is_narrowest=_is_narrowest(rows, held)
    )


def _places_of(held: pl.DataFrame) -> dict[int, list[tuple[str, str]]]:
    """By the number of a series, the places that hold most of it and little else, the narrowest first."""
    found: dict[int, list[tuple[str, str]]] = {}
    for number, kind, place in sorted(held.iter_rows(), key=lambda each: _NARROWEST.index(each[1])):
        found.setdefault(number, []).append((kind, place))
    return found


def _is_narrowest(rows: pl.DataFrame, held: dict[int, list[tuple[str, str]]]) -> pl.Series:
    """Which series a story is told by: of the narrowest place that holds it and rises by nearly as much as the surest.

    More than half of a rise of everywhere is of a place that has more than half of the orders, which is no news of it.
    """
    beyond = {
        (story, kind, place): seen - expected
        for story, kind, place, seen, expected in rows.select(
            "story", "place_kind", "place", "observed_count", "expected_count"
        ).iter_rows()
    }
    told = set()
    for number, *series in rows.select("number", "story", "place_kind", "place").iter_rows():
        if number == series[0]:
            enough = _NEARLY_ALL * beyond[tuple(series)]
            at = ((number, *place) for place in held.get(number, ()))
            told.add(next((each for each in at if beyond.get(each, 0.0) >= enough), None))
    return pl.Series([each in told for each in beyond], dtype=pl.Boolean)


def _key(cause: str, kind: str, place: str | None) -> str:
    return f"{cause}/{kind}" if place is None else f"{cause}/{kind}/{place}"
