-- Incidents of delivery (not received, lost, late) and of addresses, each with its promise, and with what was done
-- about it: refunded, sent again, delivered after all, claimed by the buyer at the marketplace. A refund of the same
-- incident counts, and one of the same order where either does not say of which line it is. A parcel of the order that
-- left after the report is one sent again. Whether a case is settled, and what is due when, depends on the day: views
-- say it.
-- Kept by: incident_key, sorted by event_date.
-- Grain: one row per incident. Reads: touched_incidents, signals, stg_orders, stg_parcels, batch_orders,
-- batch_claims, settings.
create or replace temp view new_delivery_cases as
with chosen as (
    select *
    from touched_incidents
    where cause in ('not_received', 'lost_in_transit', 'late_delivery', 'address_error')
),

money_back as (
    select
        chosen.incident_key,
        min(signals.occurred_at) as refunded_at,
        sum(signals.amount_cents)::bigint as refunded_cents,
        true as is_refunded
    from chosen
    inner join signals on chosen.order_key = signals.order_key
    where
        signals.kind = 'refund'
        and (
            chosen.incident_key = signals.incident_key
            or chosen.line_key is null
            or signals.line_key is null
        )
    group by chosen.incident_key
),

-- a parcel that left after the report was sent again only if another one had left before
numbered as (
    select
        chosen.incident_key,
        stg_parcels.*,
        coalesce(stg_parcels.shipped_at > chosen.first_at, false)
        and bool_or(not coalesce(stg_parcels.shipped_at > chosen.first_at, false))
            over (partition by chosen.incident_key) as is_sent_again
    from chosen
    inner join stg_parcels on chosen.order_key = stg_parcels.order_key
),

parcels as (
    select
        incident_key,
        max(promised_at) filter (where not is_sent_again) as promised_at,
        if(
            bool_and(delivered_at is not null) filter (where not is_sent_again),
            max(delivered_at) filter (where not is_sent_again),
            null
        ) as delivered_at,
        min(shipped_at) filter (where is_sent_again) as replaced_at,
        -- a tool that says nothing of a parcel cannot say that it came
        bool_or(is_scanned is not null) as is_followed
    from numbered
    group by incident_key
),

claimed as (
    select
        chosen.incident_key,
        min(claims.opened_at) as claimed_at,
        min(claims.due_at) as answer_due_at,
        bool_and(
            claims.outcome is not null or coalesce(lower(claims.status) in ('closed', 'solved'), false)
        ) as is_claim_closed
    from chosen
    inner join signals on chosen.order_key = signals.order_key and signals.kind = 'claim'
    inner join batch_claims as claims on signals.record_id = claims.record_id
    where claims.kind in ('a_to_z', 'inr', 'chargeback', 'incident')
    group by chosen.incident_key
)

select
    chosen.incident_key,
    chosen.order_key,
    chosen.order_name,
    chosen.cause,
    chosen.family,
    chosen.party,
    chosen.sku,
    chosen.product,
    chosen.supplier,
    chosen.warehouse,
    chosen.carrier,
    chosen.channel,
    chosen.country,
    chosen.region,
    chosen.fulfilled_by,
    chosen.cost_cents,
    chosen.currency,
    chosen.event_date,
    chosen.order_date,
    chosen.first_at as reported_at,
    list_contains(chosen.kinds, 'ticket') as has_ticket,
    coalesce(stg_orders.source, chosen.source) as order_source,
    stg_orders.placed_at as order_at,
    if(
        list_contains(orders.date_only, 'placed_at'),
        null,
        hour(timezone(settings.zone, timezone('UTC', stg_orders.placed_at)))
    )::bigint as order_hour,
    coalesce(
        parcels.promised_at,
        orders.deliver_by_at + to_seconds(if(list_contains(orders.date_only, 'deliver_by_at'), 86399, 0))
    ) as promised_at,
    coalesce(parcels.delivered_at, orders.delivered_at) as delivered_at,
    parcels.replaced_at,
    money_back.refunded_at,
    money_back.refunded_cents,
    coalesce(money_back.is_refunded, false) as is_refunded,
    coalesce(parcels.is_followed, false) or orders.delivered_at is not null as is_followed,
    claimed.claimed_at,
    claimed.answer_due_at,
    coalesce(claimed.is_claim_closed, false) as is_claim_closed
from chosen
cross join settings
left join stg_orders on chosen.order_key = stg_orders.order_key
left join batch_orders as orders on chosen.order_key = orders.record_id
left join money_back on chosen.incident_key = money_back.incident_key
left join parcels on chosen.incident_key = parcels.incident_key
left join claimed on chosen.incident_key = claimed.incident_key;
