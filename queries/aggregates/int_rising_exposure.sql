-- What could have gone wrong week by week in each place of int_rising_weeks: the denominators of its series.
-- Grain: one row per place and week. Reads: exposure_daily, int_rising_weeks.
create or replace table int_rising_exposure as
with places as (
    select distinct
        place_kind,
        place
    from int_rising_weeks
),

days as (
    select
        date_trunc('week', date)::date as week_start_date,
        sku,
        supplier,
        warehouse,
        carrier,
        channel,
        sum(order_count) as orders,
        sum(lines_confirmed) as lines_confirmed,
        sum(lines_shipped) as lines_shipped,
        sum(units_sold) as units_sold
    from exposure_daily
    where date_basis = 'event' and date >= (select min(int_rising_weeks.week_start_date) from int_rising_weeks)
    group by all
),

kinds as (
    select
        days.*,
        unnest(['all', 'sku', 'supplier', 'warehouse', 'carrier', 'channel']) as place_kind,
        unnest(['', sku, supplier, warehouse, carrier, channel]) as value
    from days
),

placed as (
    select
        kinds.*,
        places.place
    from kinds
    inner join places on kinds.place_kind = places.place_kind and kinds.value = coalesce(places.place, '')
)

select
    place_kind,
    place,
    week_start_date,
    sum(orders)::bigint as orders,
    sum(lines_confirmed)::bigint as lines_confirmed,
    sum(lines_shipped)::bigint as lines_shipped,
    sum(units_sold)::bigint as units_sold
from placed
group by place_kind, place, week_start_date;
