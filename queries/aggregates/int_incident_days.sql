-- Incidents day by day, on both date bases, by the few things that pages are most often cut by, so that a page without
-- a filter on articles or places need not read millions of incidents.
-- Kept by: date.
-- Grain: one row per date basis, day, cause, party, channel and currency. Reads: incidents, int_incident_dates.
create or replace table int_incident_days as
with dated as (
    select
        *,
        'event' as date_basis,
        event_date as date
    from incidents
    where event_date in (select int_incident_dates.date from int_incident_dates)
    union all
    select
        *,
        'order' as date_basis,
        order_date as date
    from incidents
    where order_date in (select int_incident_dates.date from int_incident_dates)
)

select
    date_basis,
    date,
    cause,
    any_value(family) as family,
    party,
    channel,
    currency,
    count(*) as incident_count,
    count(cost_cents) as priced_count,
    sum(cost_cents)::bigint as cost_cents
from dated
group by date_basis, date, cause, party, channel, currency
order by date_basis, date;
