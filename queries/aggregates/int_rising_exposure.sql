-- What could have gone wrong week by week in each place of int_rising_weeks, by the week of the order: the denominators
-- of its series, whose incidents come as late as analysis/maturing.py counts.
-- Orders are not counted of lots and regions, which are known of lines.
-- Grain: one row per place and week. Reads: lines, exposure_daily, exposure_places, int_rising_weeks, int_rising_lots.
create or replace table int_rising_exposure as
with places as (
    select distinct
        place_kind,
        place
    from int_rising_weeks
),

bounds as (
    select min(int_rising_weeks.week_start_date) as first_date
    from int_rising_weeks
),

-- a place has many lines: its name is put together once
shipped as (
    select
        country,
        region,
        null as lot,
        null as sku,
        null as supplier,
        null as warehouse,
        null as carrier,
        null as channel,
        date_trunc('week', order_date)::date as week_start_date,
        sum(is_confirmed::integer)::bigint as lines_confirmed,
        sum(is_shipped::integer)::bigint as lines_shipped,
        sum(if(is_confirmed, coalesce(quantity, 0), 0))::bigint as units_sold
    from lines
    where
        order_date >= (select bounds.first_date from bounds)
        and region is not null
        and exists (from places where places.place_kind = 'region')
    group by all
),

-- one pass for each kind of place: a row for each place that an article passed would be six times as many
sums as (
    select
        date_trunc('week', date)::date as week_start_date,
        if(grouping(sku) = 0, 'sku', 'supplier') as place_kind,
        if(grouping(sku) = 0, sku, supplier) as place,
        sum(order_count)::bigint as orders,
        sum(lines_confirmed)::bigint as lines_confirmed,
        sum(lines_shipped)::bigint as lines_shipped,
        sum(units_sold)::bigint as units_sold
    from exposure_daily
    where date_basis = 'order' and date >= (select bounds.first_date from bounds)
    group by grouping sets ((week_start_date, sku), (week_start_date, supplier))

    union all

    select
        date_trunc('week', date)::date as week_start_date,
        case
            when grouping(warehouse) = 0 then 'warehouse'
            when grouping(carrier) = 0 then 'carrier'
            when grouping(channel) = 0 then 'channel'
            else 'all'
        end as place_kind,
        coalesce(warehouse, carrier, channel) as place,
        sum(order_count)::bigint as orders,
        sum(lines_confirmed)::bigint as lines_confirmed,
        sum(lines_shipped)::bigint as lines_shipped,
        sum(units_sold)::bigint as units_sold
    from exposure_places
    where date_basis = 'order' and date >= (select bounds.first_date from bounds)
    group by
        grouping sets (
            (week_start_date),
            (week_start_date, warehouse),
            (week_start_date, carrier),
            (week_start_date, channel)
        )

    union all

    select
        date_trunc('week', lines.order_date)::date as week_start_date,
        'lot' as place_kind,
        lots.place,
        null as orders,
        sum(lines.is_confirmed::integer)::bigint as lines_confirmed,
        sum(lines.is_shipped::integer)::bigint as lines_shipped,
        sum(if(lines.is_confirmed, coalesce(lines.quantity, 0), 0))::bigint as units_sold
    from lines
    inner join int_rising_lots as lots
        on lines.lot = lots.lot and lines.sku = lots.sku and place_of('lot', lines) = lots.place
    where lines.order_date >= (select bounds.first_date from bounds)
    group by all

    union all

    select
        week_start_date,
        'region' as place_kind,
        place_of('region', shipped) as place,
        null as orders,
        lines_confirmed,
        lines_shipped,
        units_sold
    from shipped
)

select
    sums.place_kind,
    sums.place,
    sums.week_start_date,
    sums.orders,
    sums.lines_confirmed,
    sums.lines_shipped,
    sums.units_sold
from sums
inner join places on sums.place_kind = places.place_kind and coalesce(sums.place, '') = coalesce(places.place, '')
-- what names no place of its kind is no place
where sums.place_kind = 'all' or sums.place is not null;
