-- What incidents cost day by day, on both date bases, by the few things that pages are most often cut by: the sums of
-- int_cost_amounts.
-- Kept by: date.
-- Grain: one row per date basis, day, cause, party, channel and other currency. Reads: int_cost_amounts,
-- int_incident_dates.
create or replace table int_cost_days as
with dated as (
    select
        *,
        'event' as date_basis,
        event_date as date
    from int_cost_amounts
    where event_date in (select int_incident_dates.date from int_incident_dates)
    union all
    select
        *,
        'order' as date_basis,
        order_date as date
    from int_cost_amounts
    where order_date in (select int_incident_dates.date from int_incident_dates)
)

select
    date_basis,
    date,
    cause,
    any_value(family) as family,
    party,
    channel,
    other_currency,
    count(*) as incident_count,
    sum(columns('_(measured|assumed|n|other)$'))::bigint
from dated
group by date_basis, date, cause, party, channel, other_currency
order by date_basis, date;
