-- Orders placed in each week or month of the period chosen.
-- Grain: one row per week or month with orders. Reads: int_exposure_days.
create or replace view int_placed_orders as
select
    date_trunc(if(getvariable('grain') = 'month', 'month', 'week'), date)::date as period_start_date,
    sum(order_count)::bigint as order_count
from int_exposure_days
where in_period(date)
group by period_start_date;
