-- Incidents day by day under every filter but the period. Without a filter on articles and places the answer is
-- added up from int_incident_days; with one, few incidents are left to count.
-- Grain: several rows per day and cause, to be added up. Reads: int_incident_days, matching_incidents.
create or replace view int_matching_days as
select
    date as on_date,
    cause,
    family,
    party,
    currency,
    incident_count,
    priced_count,
    cost_cents
from int_incident_days
where
    date_basis = coalesce(getvariable('basis'), 'event')
    and not filters_lines()
    and passes('channels', channel)
    and passes_cause(int_incident_days)

union all

select
    on_date,
    cause,
    any_value(family),
    party,
    currency,
    count(*),
    count(cost_cents),
    sum(cost_cents)::bigint
from matching_incidents
where
    on_date is not null
    and filters_lines()
group by on_date, cause, party, currency;
