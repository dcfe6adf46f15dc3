-- Incidents day by day, on both date bases, by the few things that pages are most often cut by. Made anew at each
-- load, so that a page without a filter on articles or places need not read millions of incidents.
-- Grain: one row per date basis, day, cause, party, channel and currency. Reads: incidents.
create or replace table int_incident_days as
with days as (
    select
        event_date,
        order_date,
        cause,
        party,
        channel,
        currency,
        any_value(family) as family,
        count(*) as incident_count,
        count(cost_cents) as priced_count,
        sum(cost_cents)::bigint as cost_cents
    from incidents
    group by event_date, order_date, cause, party, channel, currency
),

both_bases as (
    select
        'event' as date_basis,
        event_date as date,
        * exclude (event_date, order_date)
    from days
    union all
    select
        'order' as date_basis,
        order_date as date,
        * exclude (event_date, order_date)
    from days
)

select
    date_basis,
    date,
    cause,
    family,
    party,
    channel,
    currency,
    sum(incident_count)::bigint as incident_count,
    sum(priced_count)::bigint as priced_count,
    sum(cost_cents)::bigint as cost_cents
from both_bases
where date is not null
group by all
order by date_basis, date;
