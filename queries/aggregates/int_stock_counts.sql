-- The newest count of every article at every place, and since when it has been below zero.
-- Grain: one row per SKU and place. Reads: raw_stock_levels.
create or replace table int_stock_counts as
with counts as (
    select
        upper(trim(told.sku)) as sku_key,
        upper(trim(told.location)) as place,
        told.sku,
        told.location,
        told.source,
        told.at as counted_at,
        coalesce(told.available, told.on_hand) as level
    from raw_stock_levels as told
    where coalesce(told.available, told.on_hand) is not null
)

select
    sku_key,
    place,
    arg_max(sku, counted_at) as sku,
    arg_max(location, counted_at) as location,
    arg_max(source, counted_at) as source,
    max(counted_at) as counted_at,
    arg_max(level, counted_at) as level,
    max(counted_at) filter (where level >= 0) as last_right_at,
    count(*) as count_count,
    count(*) filter (where level < 0) as negative_count
from counts
group by sku_key, place;
