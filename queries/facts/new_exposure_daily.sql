-- What could have gone wrong, day by day: the denominators of every rate, for the days that a load touches.
-- On the event basis, a shipped line counts on the day it left and everything else on the day of its order; on the
-- order basis everything counts on the day of the order. An order counts once, on its first line, so that sums over
-- days and places are exact.
-- A month's articles stand together, so that a few articles of years are a few row groups, and so is a quarter of all;
-- what one basis tells of sales stands apart, since half of the rows on the event basis tell of shipments alone.
-- Kept by: date, sorted by date_trunc('month', date), date_basis, units_sold = 0, sku.
-- Grain: one row per date basis, day and place. Reads: lines, affected_dates.
create or replace temp view new_exposure_daily as
with first_lines as (
    select
        order_key,
        min(line_key) as line_key
    from lines
    where order_date in (select affected_dates.date from affected_dates)
    group by order_key
),

facts as (
    select
        lines.order_date,
        lines.shipped_date,
        lines.channel,
        lines.sku,
        lines.supplier,
        lines.category,
        lines.warehouse,
        lines.carrier,
        lines.country,
        (first_lines.line_key is not null)::integer as order_count,
        lines.is_confirmed::integer as lines_confirmed,
        lines.is_shipped::integer as lines_shipped,
        if(lines.is_confirmed, coalesce(lines.quantity, 0), 0) as units_sold
    from lines
    left join first_lines on lines.order_key = first_lines.order_key and lines.line_key = first_lines.line_key
    where
        lines.order_date in (select affected_dates.date from affected_dates)
        or lines.shipped_date in (select affected_dates.date from affected_dates)
),

counted as (
    select
        'order' as date_basis,
        order_date as date,
        * exclude (order_date, shipped_date)
    from facts

    union all

    select
        'event' as date_basis,
        order_date as date,
        * exclude (order_date, shipped_date) replace (
            -- an order that has no day of shipping counts as shipped on the day it was placed
            if(shipped_date is null, lines_shipped, 0) as lines_shipped
        )
    from facts

    union all

    select
        'event' as date_basis,
        shipped_date as date,
        * exclude (order_date, shipped_date) replace (
            0 as order_count,
            0 as lines_confirmed,
            0 as units_sold
        )
    from facts
    where shipped_date is not null and lines_shipped = 1
)

select
    date_basis,
    date,
    channel,
    sku,
    supplier,
    category,
    warehouse,
    carrier,
    country,
    sum(order_count)::bigint as order_count,
    sum(lines_confirmed)::bigint as lines_confirmed,
    sum(lines_shipped)::bigint as lines_shipped,
    sum(units_sold)::bigint as units_sold
from counted
where date in (select affected_dates.date from affected_dates)
group by all;
