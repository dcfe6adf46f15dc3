-- Denominators day by day and channel, so that a page without a filter on articles or places adds up few rows.
-- Grain: one row per date basis, day and channel. Reads: exposure_places.
create or replace table int_exposure_sums as
select
    date_basis,
    date,
    channel,
    sum(order_count)::bigint as order_count,
    sum(lines_confirmed)::bigint as lines_confirmed,
    sum(lines_shipped)::bigint as lines_shipped,
    sum(units_sold)::bigint as units_sold
from exposure_places
group by date_basis, date, channel
order by date_basis, date;
