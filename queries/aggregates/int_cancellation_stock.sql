-- What stock there was when a line was cancelled: the last count before it, as long as the rule says that a count
-- holds, else the first one within a day after. The count of the order's own warehouse if there is one, else of the
-- place that had most: a line is out of stock only where no place has any.
-- Grain: one row per incident and line with such a count. Reads: cancelled_lines, int_cancellation_rules,
-- raw_stock_levels.
create or replace table int_cancellation_stock as
with levels as (
    select
        upper(trim(told.sku)) as sku_key,
        upper(trim(told.location)) as place,
        told.at as counted_at,
        coalesce(told.available, told.on_hand) as level
    from raw_stock_levels as told
    where coalesce(told.available, told.on_hand) is not null
),

near as (
    select
        lines.incident_key,
        lines.line_key,
        coalesce(upper(trim(lines.warehouse)) = levels.place, false) as is_own,
        levels.counted_at <= lines.cancelled_at as is_before,
        arg_min(
            {'level': levels.level, 'counted_at': levels.counted_at},
            abs(epoch(levels.counted_at) - epoch(lines.cancelled_at))
        ) as count
    from cancelled_lines as lines
    inner join int_cancellation_rules as rules
        on lines.cancelled_date >= rules.from_date and lines.cancelled_date < rules.until_date
    inner join levels
        on
            lines.sku_key = levels.sku_key
            and levels.counted_at >= lines.cancelled_at - to_days(rules.stock_days::integer)
            and levels.counted_at <= lines.cancelled_at + interval 1 day
    where lines.declared in ('customer', 'seller')
    group by lines.incident_key, lines.line_key, levels.place, is_own, is_before
),

chosen as (
    select
        incident_key,
        line_key,
        -- of each place its count before if it has one; the own place first, else the fullest
        arg_max(count, (is_own, is_before, count.level)) as count,
        arg_max(is_before, (is_own, is_before, count.level)) as is_before
    from near
    group by incident_key, line_key
)

select
    incident_key,
    line_key,
    count.level as stock_level,
    count.counted_at as stock_at,
    is_before as is_stock_before
from chosen;
