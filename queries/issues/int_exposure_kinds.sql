-- Denominators by kind, so that a cause finds the one that matches it: shipped lines for what can go wrong on the
-- way, confirmed lines for what can be out of stock, units for defects, orders for the rest.
-- Grain: one row per day and kind. Reads: int_exposure_days.
create or replace view int_exposure_kinds as
with days as (
    select
        date,
        sum(order_count)::bigint as orders,
        sum(lines_confirmed)::bigint as lines_confirmed,
        sum(lines_shipped)::bigint as lines_shipped,
        sum(units_sold)::bigint as units_sold
    from int_exposure_days
    group by date
)

unpivot days on orders, lines_confirmed, lines_shipped, units_sold into name exposure value exposure_count;
