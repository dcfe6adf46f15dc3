-- Days whose number of orders in the denominators is not the number of orders.
-- Grain: one row per day. Reads: exposure_daily, lines.
create or replace view check_orders_are_counted_once as
with told as (
    select
        date,
        sum(order_count)::bigint as told_count
    from exposure_daily
    where date_basis = 'order'
    group by date
),

found as (
    select
        order_date as date,
        count(distinct order_key) as found_count
    from lines
    where order_date is not null
    group by order_date
)

select
    date,
    coalesce(told.told_count, 0) as told_count,
    coalesce(found.found_count, 0) as found_count
from told
full join found using (date)
where coalesce(told.told_count, 0) <> coalesce(found.found_count, 0);

comment on view check_orders_are_counted_once is 'Days whose number of orders in the denominators is not the number of orders.';
comment on column check_orders_are_counted_once.date is 'Day of the orders.';
comment on column check_orders_are_counted_once.told_count is 'Orders in the denominators.';
comment on column check_orders_are_counted_once.found_count is 'Orders that have lines that day.';
