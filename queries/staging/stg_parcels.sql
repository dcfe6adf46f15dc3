-- Parcels with what their carrier said of them, by the order they belong to; one whose order is not loaded goes by the
-- name of that order ('ref/…'). A promise of a day is kept until the end of that day. `is_scanned` is NULL where
-- nothing tells: a tool without scans and without states says nothing of a number being valid.
-- Grain: one row per order and shipment record. Reads: batch_shipments, batch_tracking_events, stg_order_refs.
create or replace temp table stg_parcels as
with scans as (
    select
        tracking_number,
        min(scanned_at) filter (where lower(event) = 'delivered') as delivered_at,
        min(scanned_at) filter (where lower(event) = 'lost') as lost_at,
        bool_or(lower(event) = 'damaged') as is_damaged,
        arg_max(lower(event), scanned_at)
        filter (where lower(event) in ('returned', 'returning', 'refused', 'unclaimed', 'address_problem'))
            as return_event,
        bool_or(lower(event) <> 'label_created') as is_scanned
    from batch_tracking_events
    where event is not null
    group by tracking_number
),

shipments as (
    select
        *,
        coalesce(normal_ref(order_ref), normal_ref(order_id)) as ref,
        lower(status) as said
    from batch_shipments
)

select
    coalesce(stg_order_refs.order_key, 'ref/' || shipments.ref) as order_key,
    shipments.record_id as parcel_key,
    shipments.carrier,
    shipments.service,
    shipments.warehouse,
    shipments.tracking_number,
    shipments.shipped_at,
    shipments.promised_by_at
    + to_seconds(if(list_contains(shipments.date_only, 'promised_by_at'), 86399, 0)) as promised_at,
    coalesce(shipments.delivered_at, scans.delivered_at) as delivered_at,
    coalesce(shipments.said = 'lost', false) or scans.lost_at is not null as is_said_lost,
    coalesce(shipments.said = 'damaged', false) or coalesce(scans.is_damaged, false) as is_damaged,
    coalesce(
        if(
            shipments.said in ('returned', 'returning', 'refused', 'unclaimed', 'address_problem'),
            shipments.said,
            null
        ),
        scans.return_event
    ) as return_event,
    case
        when shipments.delivered_at is not null or scans.is_scanned then true
        when shipments.said is null then scans.is_scanned
        else shipments.said <> 'label_created'
    end as is_scanned,
    shipments.value_cents,
    shipments.currency
from shipments
left join stg_order_refs
    on shipments.ref = stg_order_refs.ref and shipments.account = stg_order_refs.account
left join scans on shipments.tracking_number = scans.tracking_number
where shipments.ref is not null;
