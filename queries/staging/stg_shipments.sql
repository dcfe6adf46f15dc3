-- Parcels, by the order they belong to.
-- Grain: one row per shipment record. Reads: batch_shipments.
create or replace temp view stg_shipments as
select
    record_id,
    source,
    account,
    tracking_number,
    carrier,
    warehouse,
    shipped_at,
    delivered_at,
    lots,
    coalesce(
        normal_ref(order_ref),
        normal_ref(order_id)
    ) as ref
from batch_shipments;
