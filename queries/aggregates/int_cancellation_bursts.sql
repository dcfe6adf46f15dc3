-- Cancelled lines that belong to a mass cancellation: as many lines of one SKU as the rule says, within its hours, and
-- more than three standard deviations above what the SKU's 90 days before let expect. Cancellations for fraud or a
-- failed payment do not count. Lines no further apart than those hours are one burst.
-- Grain: one row per incident and line in a burst. Reads: cancelled_lines, int_cancellation_rules.
create or replace table int_cancellation_bursts as
with counted as (
    select
        lines.incident_key,
        lines.line_key,
        lines.sku_key,
        lines.cancelled_at,
        rules.burst_lines,
        rules.burst_hours,
        count(*) over (
            partition by lines.sku_key
            order by lines.cancelled_at
            range between to_hours(rules.burst_hours) preceding and current row
        ) as near_count,
        count(*) over (
            partition by lines.sku_key
            order by lines.cancelled_at
            range between interval 90 days preceding and to_hours(rules.burst_hours) preceding
        ) * rules.burst_hours / (90 * 24) as expected_count
    from cancelled_lines as lines
    inner join int_cancellation_rules as rules
        on lines.cancelled_date >= rules.from_date and lines.cancelled_date < rules.until_date
    where
        lines.sku_key is not null
        and lines.declared <> 'payment'
        and not lines.is_fraud
),

judged as (
    select
        *,
        bool_or(near_count >= burst_lines and near_count > expected_count + 3 * sqrt(expected_count)) over (
            partition by sku_key
            order by cancelled_at
            range between current row and to_hours(burst_hours) following
        ) as is_in_burst
    from counted
),

parted as (
    select
        *,
        coalesce(
            cancelled_at - lag(cancelled_at) over (
                partition by sku_key
                order by cancelled_at, incident_key, line_key
            ) > to_hours(burst_hours),
            true
        ) as is_new
    from judged
    where is_in_burst
),

numbered as (
    select
        *,
        count(*) filter (where is_new) over (
            partition by sku_key
            order by cancelled_at, incident_key, line_key
            rows unbounded preceding
        ) as burst
    from parted
)

select
    incident_key,
    line_key,
    sku_key || '/' || min(cancelled_at) over (partition by sku_key, burst) as burst_key,
    count(*) over (partition by sku_key, burst) as burst_line_count
from numbered;
