-- The articles of each lot of int_rising_lots from all other lots, week by week: their incidents of the same cause, by
-- the week they were told of, and what could have gone wrong, by the week of the order.
-- Grain: one row per cause, lot and week. Reads: incidents, exposure_daily, int_rising_weeks, int_rising_lots,
-- int_rising_exposure, ref_causes.
create or replace table int_rising_rests as
with series as (
    select
        series.cause,
        series.place,
        any_value(causes.exposure) as exposure
    from int_rising_weeks as series
    inner join ref_causes as causes on series.cause = causes.cause
    where
        series.place_kind = 'lot'
        and series.week_start_date >= (select max(int_rising_weeks.week_start_date) - 56 from int_rising_weeks)
        and series.place in (select int_rising_lots.place from int_rising_lots)
    group by series.cause, series.place
    having sum(series.incident_count) >= 3 -- as in int_rising_lots
),

bounds as (
    select min(int_rising_weeks.week_start_date) as first_date
    from int_rising_weeks
),

told as (
    select
        cause,
        sku,
        date_trunc('week', event_date)::date as week_start_date,
        count(*) as incident_count
    from incidents
    where
        event_date >= (select bounds.first_date from bounds)
        and cause in (select series.cause from series)
        and sku in (select int_rising_lots.sku from int_rising_lots)
    group by all
),

sold as (
    select
        sku,
        date_trunc('week', date)::date as week_start_date,
        sum(lines_confirmed)::bigint as lines_confirmed,
        sum(lines_shipped)::bigint as lines_shipped,
        sum(units_sold)::bigint as units_sold
    from exposure_daily
    where
        date_basis = 'order'
        and date >= (select bounds.first_date from bounds)
        and sku in (select int_rising_lots.sku from int_rising_lots)
    group by all
),

-- all of a lot's articles, less what is its own; for all causes at once
left_over as (
    select
        lots.place,
        sold.week_start_date,
        sum(sold.lines_confirmed) as lines_confirmed,
        sum(sold.lines_shipped) as lines_shipped,
        sum(sold.units_sold) as units_sold
    from int_rising_lots as lots
    inner join sold on lots.sku = sold.sku
    group by lots.place, sold.week_start_date

    union all

    select
        place,
        week_start_date,
        -lines_confirmed as lines_confirmed,
        -lines_shipped as lines_shipped,
        -units_sold as units_sold
    from int_rising_exposure
    where place_kind = 'lot'
),

parts as (
    select
        series.cause,
        series.place,
        told.week_start_date,
        told.incident_count,
        0 as exposure_count
    from series
    inner join int_rising_lots as lots on series.place = lots.place
    inner join told on series.cause = told.cause and lots.sku = told.sku

    union all

    select
        series.cause,
        series.place,
        own.week_start_date,
        -own.incident_count as incident_count,
        0 as exposure_count
    from series
    inner join int_rising_weeks as own
        on series.cause = own.cause and own.place_kind = 'lot' and series.place = own.place

    union all

    select
        series.cause,
        series.place,
        left_over.week_start_date,
        0 as incident_count,
        case series.exposure
            when 'lines_shipped' then left_over.lines_shipped
            when 'units_sold' then left_over.units_sold
            else left_over.lines_confirmed
        end as exposure_count
    from series
    inner join left_over on series.place = left_over.place
)

select
    cause,
    place,
    week_start_date,
    greatest(sum(incident_count), 0)::bigint as incident_count,
    greatest(sum(exposure_count), 0)::bigint as exposure_count
from parts
group by cause, place, week_start_date;
