-- To do: decide what happened where two sources blame different parties, in incidents recent enough to be settled.
-- Cancellations that the facts contradict are a kind of their own.
-- Grain: one row per incident. Reads: matching_incidents, int_cancellations, int_work_since.
create or replace view int_work_conflict as
select
    'conflict' as kind,
    incident_key as item,
    incident_key,
    order_key,
    order_name as reference,
    sku,
    product,
    channel,
    cause,
    party,
    cost_cents as amount_cents,
    currency,
    event_date as since_date,
    null::date as due_date
from matching_incidents
where
    has_conflict
    and incident_key not in (
        select int_cancellations.incident_key from int_cancellations where int_cancellations.verdict = 'contradicted'
    )
    and event_date >= (
        select coalesce(max(int_work_since.since_date), date '-infinity')
        from int_work_since
        where int_work_since.kind = 'conflict'
    );
