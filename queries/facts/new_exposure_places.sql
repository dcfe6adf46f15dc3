-- What could have gone wrong, day by day, by all that is known of a line but its article: the denominators where no
-- filter names an article, many times fewer rows than exposure_daily has.
-- Kept by: date, sorted by date.
-- Grain: one row per date basis, day and place. Reads: exposure_daily, affected_dates.
create or replace temp view new_exposure_places as
select
    date_basis,
    date,
    channel,
    warehouse,
    carrier,
    country,
    sum(order_count)::bigint as order_count,
    sum(lines_confirmed)::bigint as lines_confirmed,
    sum(lines_shipped)::bigint as lines_shipped,
    sum(units_sold)::bigint as units_sold
from exposure_daily
where date in (select affected_dates.date from affected_dates)
group by all;
