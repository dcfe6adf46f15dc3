-- Address errors for the hour of the day at which orders were placed, on the shop's clock. Orders dated without a time
-- have no hour: their row has none. The device that a customer ordered on is in no file.
-- Grain: one row per hour. Reads: order_outcomes, delivery_cases.
create or replace view address_errors_by_hour as
with ordered as (
    select
        order_hour,
        count(*) as order_count
    from order_outcomes
    where
        is_confirmed
        and passes_order(order_outcomes)
        and in_period(order_date)
    group by order_hour
),

wrong as (
    select
        order_hour,
        count(distinct order_key) as error_count
    from delivery_cases
    where
        cause = 'address_error'
        and order_date is not null
        and passes_order(delivery_cases)
        and in_period(order_date)
    group by order_hour
),

counted as (
    select
        ordered.order_hour,
        ordered.order_count,
        coalesce(wrong.error_count, 0) as error_count,
        coalesce(wrong.error_count, 0) / ordered.order_count as share,
        3.841459 / ordered.order_count as z_squared_by_n
    from ordered
    left join wrong on ordered.order_hour is not distinct from wrong.order_hour
)

select
    order_hour::integer as order_hour,
    order_count,
    error_count,
    share,
    greatest(
        0,
        (
            share + z_squared_by_n / 2
            - sqrt(z_squared_by_n * (share * (1 - share) + z_squared_by_n / 4))
        ) / (1 + z_squared_by_n)
    ) as share_low,
    least(
        1,
        (
            share + z_squared_by_n / 2
            + sqrt(z_squared_by_n * (share * (1 - share) + z_squared_by_n / 4))
        ) / (1 + z_squared_by_n)
    ) as share_high
from counted
order by order_hour nulls last;

comment on view address_errors_by_hour is 'Address errors of orders by the hour at which they were placed, with a 95 % interval.';
comment on column address_errors_by_hour.order_hour is 'Hour on the shop''s clock, 0 to 23; NULL for orders dated without a time.';
comment on column address_errors_by_hour.order_count is 'Confirmed orders placed then.';
comment on column address_errors_by_hour.error_count is 'Of them, with an address error.';
comment on column address_errors_by_hour.share is 'Their share.';
comment on column address_errors_by_hour.share_low is 'Lower end of the 95 % interval.';
comment on column address_errors_by_hour.share_high is 'Upper end of it.';
