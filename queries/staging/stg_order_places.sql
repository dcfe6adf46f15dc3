-- Who packed and carried an order: its own tool is believed, else the parcels. Parcels that differ say nothing: it is
-- then unknown which of them a line was in. A warehouse that the shop's settings give to a 3PL makes it the fulfiller.
-- Grain: one row per order. Reads: stg_orders, stg_shipments, stg_order_refs, settings.
create or replace temp table stg_order_places as
with parcels as (
    select
        stg_order_refs.order_key,
        if(count(distinct stg_shipments.carrier) = 1, min(stg_shipments.carrier), null) as carrier,
        if(count(distinct stg_shipments.warehouse) = 1, min(stg_shipments.warehouse), null) as warehouse,
        min(stg_shipments.shipped_at) as shipped_at
    from stg_shipments
    inner join stg_order_refs
        on stg_shipments.ref = stg_order_refs.ref and stg_shipments.account = stg_order_refs.account
    group by stg_order_refs.order_key
),

places as (
    select
        stg_orders.order_key,
        coalesce(stg_orders.carrier, parcels.carrier) as carrier,
        coalesce(stg_orders.warehouse, parcels.warehouse) as warehouse,
        parcels.shipped_at,
        lower(stg_orders.fulfilled_by) as fulfilled_by
    from stg_orders
    left join parcels on stg_orders.order_key = parcels.order_key
)

select
    order_key,
    carrier,
    warehouse,
    shipped_at,
    coalesce(
        fulfilled_by,
        if(
            list_contains((select settings.third_party_warehouses from settings), upper(trim(warehouse))),
            '3pl',
            null
        )
    ) as fulfilled_by
from places;
