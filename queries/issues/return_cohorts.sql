-- Of the orders placed in a week or month, how many came back at least in part. Young orders have not had the time: a
-- period is mature when nine returns in ten come sooner after their order than its last day is ago, by the returns of
-- orders of at least half a year. A return that was withdrawn is none. What came back of orders that are not loaded, or
-- without a date, stands in a row of its own without a period.
-- Grain: one row per week or month. Reads: int_matching_returns, int_placed_orders, int_periods, int_data_end.
create or replace view return_cohorts as
with returned as (
    select
        coalesce(order_key, incident_key) as returned_order,
        min(order_date) as order_date,
        min(coalesce(requested_date, dropped_off_date, received_date, inspected_date, refunded_date)) as told_date
    from int_matching_returns
    where not is_withdrawn
    group by returned_order
),

usual as (
    select quantile_disc(greatest(returned.told_date - returned.order_date, 0), 0.9) as late_days
    from returned
    cross join int_data_end
    where returned.order_date <= int_data_end.last_date - 182
),

counted as (
    select
        date_trunc(if(getvariable('grain') = 'month', 'month', 'week'), order_date)::date as period_start_date,
        count(*) as returned_order_count
    from returned
    where in_period(order_date)
    group by period_start_date
)

select
    int_periods.period_start_date,
    coalesce(placed.order_count, 0) as order_count,
    coalesce(counted.returned_order_count, 0) as returned_order_count,
    coalesce(counted.returned_order_count, 0) / nullif(placed.order_count, 0) as returned_share,
    usual.late_days,
    coalesce(int_periods.period_until_date - 1 + usual.late_days::integer <= int_data_end.last_date, false)
        as is_mature,
    int_periods.is_complete
from int_periods
cross join usual
cross join int_data_end
left join counted on int_periods.period_start_date = counted.period_start_date
left join int_placed_orders as placed on int_periods.period_start_date = placed.period_start_date

union all by name

select
    null::date as period_start_date,
    0 as order_count,
    count(*) as returned_order_count,
    null::double as returned_share,
    null::bigint as late_days,
    false as is_mature,
    false as is_complete
from returned
where order_date is null
having count(*) > 0

order by period_start_date nulls last;

comment on view return_cohorts is 'Of the orders placed in each week or month, how many came back at least in part; weeks count by the day of the order, whatever the page''s date basis.';
comment on column return_cohorts.period_start_date is 'Monday of the week, or first day of the month, in which the orders were placed; NULL for returns whose order is not loaded or has no date.';
comment on column return_cohorts.order_count is 'Orders placed.';
comment on column return_cohorts.returned_order_count is 'Those of them with at least one return that was not withdrawn.';
comment on column return_cohorts.returned_share is 'The one of the other; NULL without orders.';
comment on column return_cohorts.late_days is 'Days after the order within which nine of ten returns are told of, by orders of half a year and older; NULL when there are none.';
comment on column return_cohorts.is_mature is 'Whether so many days have passed since the last day of the period.';
comment on column return_cohorts.is_complete is 'Whether the data reach the last day of the week or month, and the period chosen does not cut it.';
