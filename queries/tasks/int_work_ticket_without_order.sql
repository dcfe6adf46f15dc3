-- To do: say which order a ticket is about. Only tickets that tell of a cause, and only where orders are loaded: a
-- question before a sale has none.
-- Grain: one row per incident. Reads: matching_incidents, lines, int_work_since.
create or replace view int_work_ticket_without_order as
select
    'ticket_without_order' as kind,
    incident_key as item,
    incident_key,
    order_key,
    substr(incident_key, length('ticket/') + 1) as reference,
    sku,
    product,
    channel,
    cause,
    party,
    null::bigint as amount_cents,
    null::varchar as currency,
    event_date as since_date,
    null::date as due_date
from matching_incidents
where
    order_key is null
    and signal_count = 1
    and kinds = ['ticket']
    and cause not in ('unknown', 'other')
    and exists (from lines)
    and event_date >= (
        select coalesce(max(int_work_since.since_date), date '-infinity')
        from int_work_since
        where int_work_since.kind = 'ticket_without_order'
    );
