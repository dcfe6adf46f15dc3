-- How many pieces an incident is about: what one tool says in one kind of record, the largest if they differ (a
-- return and its cancellation speak of the same pieces).
-- Grain: one row per incident with a known quantity. Reads: int_signals.
create or replace temp table int_incident_quantities as
with told as (
    select
        incident_key,
        kind,
        source,
        sum(quantity)::bigint as quantity
    from int_signals
    where quantity is not null
    group by all
)

select
    incident_key,
    max(quantity) as quantity
from told
group by incident_key;
