-- What a channel showed against what the warehouses that ship its orders had, on days when both were counted: the last
-- count of the day of each place. Less than nothing in a warehouse is nothing to sell.
-- Grain: one row per SKU, place that a channel shows, and day. Reads: raw_stock_levels, int_stock_places, lines,
-- settings.
create or replace table int_stock_gaps as
with days as (
    select
        upper(trim(levels.sku)) as sku_key,
        places.place,
        places.channel,
        places.is_warehouse,
        timezone(settings.zone, timezone('UTC', levels.at))::date as counted_date,
        arg_max(levels.sku, levels.at) as sku,
        arg_max(levels.location, levels.at) as location,
        arg_max(coalesce(levels.available, levels.on_hand), levels.at) as level
    from raw_stock_levels as levels
    inner join int_stock_places as places on upper(trim(levels.location)) = places.place
    cross join settings
    where places.is_warehouse or places.channel is not null
    group by all
),

shown as (
    select *
    from days
    where channel is not null
),

serving as (
    select distinct
        channel,
        upper(trim(warehouse)) as place
    from lines
    where warehouse is not null
),

there as (
    select
        days.sku_key,
        days.counted_date,
        serving.channel,
        sum(greatest(days.level, 0))::bigint as warehouse_level
    from days
    inner join serving on days.place = serving.place
    where days.is_warehouse
    group by days.sku_key, days.counted_date, serving.channel
)

select
    shown.sku_key,
    shown.sku,
    shown.channel,
    shown.location,
    shown.counted_date,
    shown.level as shown_level,
    there.warehouse_level
from shown
inner join there
    on
        shown.sku_key = there.sku_key
        and shown.counted_date = there.counted_date
        and shown.channel = there.channel;
