-- Articles sold without stock, run by run: from the first stock-out cancellation until the stock was set right.
-- That is the first count, not below zero, after the last order that had to be cancelled: by what the channel
-- itself shows if that is counted, else in a warehouse that the orders were to leave from, else in all places
-- counted at that time. Without such a count it is still open, as far as the files tell; without any count of the
-- SKU since, nobody can tell.
-- Grain: one row per run. Reads: int_stock_out_lines, int_stock_places, raw_stock_levels, lines.
create or replace table int_stock_runs as
with runs as (
    select
        run_key,
        any_value(sku_key) as sku_key,
        any_value(channel) as channel,
        arg_max(sku, cancelled_at) as sku,
        arg_max(product, cancelled_at) as product,
        arg_max(supplier, cancelled_at) as supplier,
        list_distinct(list(upper(trim(warehouse)))) as warehouses,
        min(cancelled_at) as first_at,
        max(cancelled_at) as last_at,
        greatest(min(cancelled_at), max(coalesce(order_at, cancelled_at))) as last_order_at,
        count(*) as cancelled_line_count,
        count(*) filter (where is_hidden) as hidden_line_count,
        sum(quantity)::bigint as unit_count
    from int_stock_out_lines
    group by run_key
),

late as (
    select
        runs.run_key,
        count(*) as late_line_count
    from runs
    inner join int_stock_out_lines as short on runs.run_key = short.run_key and runs.first_at < short.order_at
    group by runs.run_key
),

counts as (
    select
        upper(trim(levels.sku)) as sku_key,
        places.place,
        places.channel,
        places.is_warehouse,
        levels.at as counted_at,
        coalesce(levels.available, levels.on_hand) as level
    from raw_stock_levels as levels
    inner join int_stock_places as places on upper(trim(levels.location)) = places.place
),

near as (
    select
        runs.run_key,
        case
            when counts.channel = runs.channel then 1
            when list_contains(runs.warehouses, counts.place) then 2
            else 3
        end as closeness,
        counts.counted_at,
        counts.counted_at >= runs.last_order_at as is_after_all,
        min(counts.level) as least_level
    from runs
    inner join counts on runs.sku_key = counts.sku_key and runs.first_at < counts.counted_at
    group by runs.run_key, closeness, counts.counted_at, is_after_all
),

nearest as (
    select
        run_key,
        closeness,
        min(counted_at) filter (where is_after_all and least_level >= 0) as set_right_at
    from near
    group by run_key, closeness
),

set_right as (
    select
        run_key,
        -- what is closest decides, also when it was never set right
        arg_min({'at': set_right_at}, closeness).at as set_right_at
    from nearest
    group by run_key
),

ended as (
    select
        runs.*,
        set_right.run_key is not null as is_counted,
        set_right.set_right_at
    from runs
    left join set_right on runs.run_key = set_right.run_key
),

ordered as (
    select
        ended.run_key,
        count(*) as ordered_line_count
    from ended
    inner join lines
        on
            ended.sku_key = upper(trim(lines.sku))
            and ended.channel is not distinct from lines.channel
            and ended.first_at < lines.order_at
    where ended.set_right_at is null or lines.order_at < ended.set_right_at
    group by ended.run_key
)

select
    ended.* exclude (warehouses, last_order_at),
    coalesce(late.late_line_count, 0) as late_line_count,
    coalesce(ordered.ordered_line_count, 0) as ordered_line_count
from ended
left join late on ended.run_key = late.run_key
left join ordered on ended.run_key = ordered.run_key
order by ended.first_at;
