-- Returned lines that came back, and whether their money was given back: by the return's own word, or by a refund in
-- the same incident. Tools that never tell of a refund are left out: their silence says nothing.
-- Grain: one row per returned line received. Reads: raw_returns, raw_refunds, signals, settings.
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

refunded as (
    select distinct incident_key
    from signals
    where kind = 'refund'
)

select
    signals.signal_key,
    signals.incident_key,
    signals.order_key,
    signals.sku,
    returns.return_id,
    returns.source,
    returns.received_at,
    timezone(settings.zone, timezone('UTC', returns.received_at))::date as received_date,
    returns.refunded_at is not null
    or coalesce(returns.refund_cents, 0) > 0
    or refunded.incident_key is not null as is_refunded
from signals
inner join raw_returns as returns on signals.record_id = returns.record_id
inner join telling on returns.source = telling.source and returns.account = telling.account
cross join settings
left join refunded on signals.incident_key = refunded.incident_key
where
    signals.kind = 'return'
    and returns.received_at is not null
    and coalesce(lower(returns.status), '') not in ('declined', 'cancelled');
