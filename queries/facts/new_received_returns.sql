-- Returned lines that came back, and whether their money was given back (by the return's own word, or by a refund in
-- the same incident), for the incidents that a load touches.
-- Kept by: incident_key, sorted by received_date.
-- Grain: one row per returned line received. Reads: raw_returns, touched_incidents, signals, incidents, lines,
-- settings.
create or replace temp table new_received_returns as
with received as (
    select
        returns.record_id,
        returns.return_id,
        returns.source,
        returns.account,
        returns.received_at,
        returns.sku,
        returns.quantity,
        returns.refunded_at is not null or coalesce(returns.refund_cents, 0) > 0 as is_refunded
    from raw_returns as returns
    where
        returns.received_at is not null
        and coalesce(lower(returns.status), '') not in ('declined', 'cancelled')
),

told as (
    select
        signals.incident_key,
        signals.kind,
        signals.record_id
    from signals
    semi join touched_incidents on signals.incident_key = touched_incidents.incident_key
    where signals.kind in ('return', 'refund')
),

refunded as (
    select distinct incident_key
    from told
    where kind = 'refund'
)

select
    received.return_id,
    received.source,
    received.account,
    timezone(settings.zone, timezone('UTC', received.received_at))::date as received_date,
    received.is_refunded or refunded.incident_key is not null as is_refunded,
    incidents.incident_key,
    incidents.order_key,
    incidents.order_name,
    incidents.cause,
    incidents.family,
    incidents.party,
    coalesce(received.sku, incidents.sku) as sku,
    incidents.product,
    incidents.supplier,
    incidents.warehouse,
    incidents.carrier,
    incidents.channel,
    incidents.country,
    coalesce(received.quantity, lines.quantity) as quantity,
    lines.unit_price_cents,
    incidents.currency
from received
inner join told on told.kind = 'return' and received.record_id = told.record_id
inner join incidents on told.incident_key = incidents.incident_key
cross join settings
left join refunded on told.incident_key = refunded.incident_key
left join lines on incidents.line_key = lines.line_key;
