-- Denominators by day. The daily table counts an order on its first line, which is exact until a filter looks at
-- articles: then an order is counted if any of its lines passes.
-- Grain: several rows per day, to be added up. Reads: int_matching_exposure, int_matching_lines.
create or replace view int_exposure_days as
select
    date,
    if(
        coalesce(len(getvariable('skus')::varchar[]), 0)
        + coalesce(len(getvariable('suppliers')::varchar[]), 0) = 0,
        sum(order_count),
        0
    )::bigint as order_count,
    sum(lines_confirmed)::bigint as lines_confirmed,
    sum(lines_shipped)::bigint as lines_shipped,
    sum(units_sold)::bigint as units_sold
from int_matching_exposure
group by date

union all

select
    order_date,
    count(distinct order_key),
    0,
    0,
    0
from int_matching_lines
where
    order_date is not null
    and coalesce(len(getvariable('skus')::varchar[]), 0) + coalesce(len(getvariable('suppliers')::varchar[]), 0) > 0
group by order_date;
