-- What each tool has told: how many records of which kind, up to when.
-- Grain: one row per source and kind. Reads: raw_orders, raw_order_lines, raw_tickets, raw_messages, raw_returns,
-- raw_cancellations, raw_refunds, raw_claims, raw_shipments, raw_tracking_events, raw_stock_levels, raw_stock_moves,
-- raw_products, raw_account_health, all_signals, settings.
create or replace table int_sources as
with records as (
    select
        'orders' as kind,
        source,
        count(*) as row_count,
        max(placed_at) as latest_at
    from raw_orders
    group by source
    union all
    select
        'order_lines' as kind,
        source,
        count(*) as row_count,
        max(placed_at) as latest_at
    from raw_order_lines
    group by source
    union all
    select
        'tickets' as kind,
        source,
        count(*) as row_count,
        max(created_at) as latest_at
    from raw_tickets
    group by source
    union all
    select
        'messages' as kind,
        source,
        count(*) as row_count,
        max(sent_at) as latest_at
    from raw_messages
    group by source
    union all
    select
        'returns' as kind,
        source,
        count(*) as row_count,
        max(coalesce(requested_at, received_at, refunded_at)) as latest_at
    from raw_returns
    group by source
    union all
    select
        'cancellations' as kind,
        source,
        count(*) as row_count,
        max(cancelled_at) as latest_at
    from raw_cancellations
    group by source
    union all
    select
        'refunds' as kind,
        source,
        count(*) as row_count,
        max(refunded_at) as latest_at
    from raw_refunds
    group by source
    union all
    select
        'claims' as kind,
        source,
        count(*) as row_count,
        max(opened_at) as latest_at
    from raw_claims
    group by source
    union all
    select
        'shipments' as kind,
        source,
        count(*) as row_count,
        max(shipped_at) as latest_at
    from raw_shipments
    group by source
    union all
    select
        'tracking_events' as kind,
        source,
        count(*) as row_count,
        max(scanned_at) as latest_at
    from raw_tracking_events
    group by source
    union all
    select
        'stock_levels' as kind,
        source,
        count(*) as row_count,
        max(raw_stock_levels.at) as latest_at
    from raw_stock_levels
    group by source
    union all
    select
        'stock_moves' as kind,
        source,
        count(*) as row_count,
        max(raw_stock_moves.at) as latest_at
    from raw_stock_moves
    group by source
    union all
    select
        'products' as kind,
        source,
        count(*) as row_count,
        null as latest_at
    from raw_products
    group by source
    union all
    select
        'account_health' as kind,
        source,
        count(*) as row_count,
        max(period_end_at) as latest_at
    from raw_account_health
    group by source
),

links as (
    select
        case kind
            when 'ticket' then 'tickets'
            when 'return' then 'returns'
            when 'cancellation' then 'cancellations'
            when 'refund' then 'refunds'
            when 'claim' then 'claims'
            when 'tracking' then 'shipments'
            else 'stock_moves'
        end as kind,
        source,
        count(*) as signal_count,
        count(*) filter (where order_key is not null and not starts_with(order_key, 'ref/')) as linked_count
    from all_signals
    group by all
)

select
    records.source,
    records.kind,
    records.row_count,
    records.latest_at,
    timezone(settings.zone, timezone('UTC', records.latest_at))::date as latest_date,
    links.signal_count,
    links.linked_count
from records
cross join settings
left join links on records.source = links.source and records.kind = links.kind
order by records.source, records.kind;
