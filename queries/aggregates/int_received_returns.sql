-- Returned lines that came back, and whether their money was given back: by the return's own word, or by a refund in
-- the same incident. Tools that never tell of a refund are left out: their silence says nothing.
-- Grain: one row per returned line received. Reads: raw_returns, raw_refunds, signals, incidents, lines, settings.
create or replace table int_received_returns as
with telling as (
    select
        source,
        account
    from raw_returns
    where refunded_at is not null or refund_cents is not null
    union
    select
        source,
        account
    from raw_refunds
),

received as (
    select
        returns.record_id,
        returns.return_id,
        returns.source,
        returns.received_at,
        returns.sku,
        returns.quantity,
        returns.refunded_at is not null or coalesce(returns.refund_cents, 0) > 0 as is_refunded
    from raw_returns as returns
    semi join telling on returns.source = telling.source and returns.account = telling.account
    where
        returns.received_at is not null
        and coalesce(lower(returns.status), '') not in ('declined', 'cancelled')
),

refunded as (
    select distinct incident_key
    from signals
    where kind = 'refund'
)

select
    received.return_id,
    received.source,
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
inner join signals on signals.kind = 'return' and received.record_id = signals.record_id
inner join incidents on signals.incident_key = incidents.incident_key
cross join settings
left join refunded on signals.incident_key = refunded.incident_key
left join lines on incidents.line_key = lines.line_key
order by received_date;
