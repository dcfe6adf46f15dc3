-- Denominators by day. Without a filter on articles and places they are added up from int_exposure_sums. The daily
-- table counts an order on its first line, which is exact until a filter looks at articles: then an order is counted
-- if any of its lines passes.
-- Grain: several rows per day, to be added up. Reads: int_exposure_sums, int_place_exposure, int_matching_lines.
create or replace view int_exposure_days as
select
    date,
    order_count,
    lines_confirmed,
    lines_shipped,
    units_sold
from int_exposure_sums
where
    date_basis = coalesce(getvariable('basis'), 'event')
    and passes('channels', channel)
    and not filters_lines()

union all

select
    date,
    if(
        not filters_articles(),
        sum(order_count),
        0
    )::bigint,
    sum(lines_confirmed)::bigint,
    sum(lines_shipped)::bigint,
    sum(units_sold)::bigint
from int_place_exposure
where filters_lines()
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
    and filters_articles()
group by order_date;
