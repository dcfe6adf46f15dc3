-- How many pieces of an article the last counts of stock found, all places added up. A place that was last counted more
-- than 8 days before the newest count of the article no longer says anything.
-- Grain: one row per SKU, compared without regard to case. Reads: raw_stock_levels, settings.
create or replace table int_stock_now as
with last_counts as (
    select
        upper(trim(levels.sku)) as sku_key,
        levels.location,
        max(levels.at) as counted_at,
        arg_max(coalesce(levels.on_hand, levels.available), (levels.at, levels.record_id)) as unit_count
    from raw_stock_levels as levels
    where coalesce(levels.on_hand, levels.available) is not null
    group by upper(trim(levels.sku)), levels.location
),

newest as (
    select
        sku_key,
        max(counted_at) as counted_at
    from last_counts
    group by sku_key
)

select
    newest.sku_key,
    sum(greatest(last_counts.unit_count, 0))::bigint as unit_count,
    any_value(timezone(settings.zone, timezone('UTC', newest.counted_at))::date) as counted_date
from newest
inner join last_counts
    on newest.sku_key = last_counts.sku_key and newest.counted_at - interval 8 day <= last_counts.counted_at
cross join settings
group by newest.sku_key;
