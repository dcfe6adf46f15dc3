-- What became of each order, as marketplaces judge their sellers: shipped and delivered in time, tracked, cancelled by
-- whom, refused, claimed, badly spoken of. NULL is not known: a tool that never tells by when an order should leave
-- says nothing about it leaving late. What is late because nothing has happened yet depends on the day: views say it.
-- Kept by: order_key, sorted by order_date.
-- Grain: one row per order. Reads: touched_orders, stg_orders, stg_order_places, stg_parcels, batch_orders,
-- batch_cancellations, batch_claims, batch_tickets, touched_incidents, touched_signals, signals, lines, settings.
create or replace temp view new_order_outcomes as
with chosen as (
    select stg_orders.*
    from stg_orders
    semi join touched_orders on stg_orders.order_key = touched_orders.order_key
),

dated as (
    select
        chosen.*,
        orders.delivered_at,
        coalesce(chosen.shipped_at, places.shipped_at) as left_at,
        orders.ship_by_at + to_seconds(if(list_contains(orders.date_only, 'ship_by_at'), 86399, 0)) as ship_by_at,
        orders.deliver_by_at
        + to_seconds(if(list_contains(orders.date_only, 'deliver_by_at'), 86399, 0)) as deliver_by_at,
        coalesce(list_contains(orders.date_only, 'placed_at'), false) as is_day_only,
        places.carrier as carried_by,
        places.warehouse as packed_in,
        places.fulfilled_by as packed_by
    from chosen
    left join batch_orders as orders on chosen.order_key = orders.record_id
    left join stg_order_places as places on chosen.order_key = places.order_key
),

parcels as (
    select
        stg_parcels.order_key,
        stg_parcels.tracking_number,
        stg_parcels.is_scanned,
        coalesce(stg_parcels.promised_at, dated.deliver_by_at) as promised_at,
        coalesce(stg_parcels.delivered_at, dated.delivered_at) as delivered_at
    from stg_parcels
    inner join dated on stg_parcels.order_key = dated.order_key
),

parcel_counts as (
    select
        order_key,
        count(*) as parcel_count,
        count(tracking_number) filter (where is_scanned) as scanned_count,
        count(*) filter (where tracking_number is not null and is_scanned is null) as untold_count,
        count(*) filter (where delivered_at <= promised_at) as on_time_count,
        count(*) filter (where delivered_at > promised_at) as late_count,
        -- not there yet, and its tool would tell: late as soon as its promise is over
        count(*) filter (where delivered_at is null and promised_at is not null and is_scanned is not null)
            as awaited_count,
        max(promised_at) as promised_at
    from parcels
    group by order_key
),

-- a reason that blames somebody is the label, else who is said to have cancelled; after the dispatch it is no
-- cancellation to a marketplace
cancelled as (
    select
        signals.order_key,
        bool_or(
            signals.party in ('merchant', 'supplier', 'catalogue', '3pl', 'carrier')
            or (signals.party = 'unknown' and cancellations.declared_by = 'merchant')
        ) as is_by_seller,
        bool_or(signals.party = 'unknown' and coalesce(cancellations.declared_by, 'unknown') = 'unknown')
            as is_by_nobody_knows,
        -- Mirakl's REFUSED: the seller's no before he accepted
        bool_or(cancellations.declared_by = 'merchant' and cancellations.derived_from is not null) as is_refused
    from batch_cancellations as cancellations
    inner join signals on signals.kind = 'cancellation' and cancellations.record_id = signals.record_id
    inner join dated on signals.order_key = dated.order_key
    where dated.left_at is null or not coalesce(cancellations.cancelled_at > dated.left_at, false)
    group by signals.order_key
),

claimed as (
    select
        signals.order_key,
        bool_or(claims.kind in ('a_to_z', 'chargeback')) as has_defect,
        bool_or(claims.kind = 'inr' or signals.cause in ('not_received', 'lost_in_transit')) as has_inr,
        true as has_claim,
        count(distinct coalesce(signals.line_key, signals.order_key)) as claimed_line_count
    from batch_claims as claims
    inner join signals on signals.kind = 'claim' and claims.record_id = signals.record_id
    where claims.kind in ('a_to_z', 'inr', 'chargeback', 'incident') and signals.order_key is not null
    group by signals.order_key
),

ticket_orders as (
    select
        record_id,
        order_key
    from touched_signals
    where kind = 'ticket'
    union all
    select
        substr(incident_key, 8),
        order_key
    from touched_incidents
    where incident_key like 'ticket/%'
),

-- feedback that is no praise is a ticket of the channel 'review'
spoken_of as (
    select distinct ticket_orders.order_key
    from batch_tickets as tickets
    inner join ticket_orders on tickets.record_id = ticket_orders.record_id
    where tickets.channel = 'review' and ticket_orders.order_key is not null
),

reported as (
    select
        order_key,
        bool_or(
            (list_contains(kinds, 'return') or list_contains(kinds, 'claim'))
            and cause in (
                'not_as_described', 'product_defect', 'product_quality', 'wrong_item_sent', 'wrong_variant_sent',
                'missing_item_or_part', 'counterfeit_or_ip', 'expired_product', 'listing_error',
                'damaged_in_transit', 'damaged_in_warehouse', 'damaged_unspecified'
            )
        ) as has_inad,
        bool_or((list_contains(kinds, 'return') or list_contains(kinds, 'refund')) and cause = 'not_received')
            as has_inr,
        bool_or(
            family in ('product', 'catalogue')
            or cause in ('wrong_item_sent', 'wrong_variant_sent', 'missing_item_or_part')
        ) as has_ncx
    from touched_incidents as incidents
    semi join touched_orders on incidents.order_key = touched_orders.order_key
    group by order_key
),

line_counts as (
    select
        lines.order_key,
        count(*) as line_count
    from lines
    semi join chosen on lines.order_key = chosen.order_key
    group by lines.order_key
)

select
    dated.order_key,
    dated.source,
    dated.channel,
    dated.country,
    dated.region,
    dated.packed_in as warehouse,
    dated.carried_by as carrier,
    dated.packed_by as fulfilled_by,
    dated.order_date,
    if(dated.is_day_only, null, hour(timezone(settings.zone, timezone('UTC', dated.placed_at))))::tinyint as order_hour,
    timezone(settings.zone, timezone('UTC', dated.left_at))::date as shipped_date,
    timezone(settings.zone, timezone('UTC', coalesce(parcels.promised_at, dated.deliver_by_at)))::date as promised_date,
    dated.is_confirmed,
    dated.cancelled_at is not null or coalesce(lower(dated.fulfilment_status) = 'cancelled', false) as is_cancelled,
    coalesce(lower(dated.payment_status) = 'pending', false) as is_waiting,
    dated.left_at > dated.ship_by_at as is_shipped_late,
    if(dated.left_at is null, dated.ship_by_at, null) as awaited_dispatch_at,
    coalesce(line_counts.line_count, 1)::integer as line_count,
    case
        when parcels.parcel_count is not null then parcels.parcel_count
        when dated.left_at is not null and dated.deliver_by_at is not null and dated.delivered_at is not null then 1
        else 0
    end::integer as parcel_count,
    coalesce(parcels.scanned_count, 0)::integer as scanned_count,
    coalesce(parcels.untold_count, 0)::integer as untold_count,
    parcels.parcel_count is not null as has_parcel,
    coalesce(parcels.on_time_count, (dated.delivered_at <= dated.deliver_by_at)::integer, 0)::integer as on_time_count,
    coalesce(parcels.late_count, (dated.delivered_at > dated.deliver_by_at)::integer, 0)::integer as late_count,
    coalesce(parcels.awaited_count, 0)::integer as awaited_count,
    case
        when cancelled.is_by_seller then 'seller'
        when cancelled.is_by_nobody_knows then 'unknown'
        when cancelled.order_key is not null then 'other'
    end as cancelled_by,
    coalesce(cancelled.is_refused, false) as is_refused,
    coalesce(claimed.has_defect, false) or spoken_of.order_key is not null as has_defect,
    coalesce(claimed.has_inr, false) or coalesce(reported.has_inr, false) as has_inr,
    coalesce(reported.has_inad, false) as has_inad,
    coalesce(reported.has_ncx, false) as has_ncx,
    coalesce(claimed.has_claim, false) as has_claim,
    coalesce(claimed.claimed_line_count, 0)::integer as claimed_line_count
from dated
cross join settings
left join line_counts on dated.order_key = line_counts.order_key
left join parcel_counts as parcels on dated.order_key = parcels.order_key
left join cancelled on dated.order_key = cancelled.order_key
left join claimed on dated.order_key = claimed.order_key
left join spoken_of on dated.order_key = spoken_of.order_key
left join reported on dated.order_key = reported.order_key;
