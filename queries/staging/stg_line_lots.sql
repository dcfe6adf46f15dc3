-- From which lot an article of an order came, where the parcels tell. Two lots of one article in one order say nothing.
-- Grain: one row per order and article. Reads: stg_shipments, stg_order_refs.
create or replace temp table stg_line_lots as
with named as (
    select
        stg_order_refs.order_key,
        unnest(stg_shipments.lots) as written
    from stg_shipments
    inner join stg_order_refs
        on stg_shipments.ref = stg_order_refs.ref and stg_shipments.account = stg_order_refs.account
    where stg_shipments.lots is not null
),

parted as (
    select
        order_key,
        upper(trim(regexp_extract(written, '^(.*):[^:]*$', 1))) as sku_key,
        nullif(trim(regexp_extract(written, ':([^:]*)$', 1)), '') as lot
    from named
)

select
    order_key,
    sku_key,
    min(lot) as lot
from parted
where sku_key <> '' and lot is not null
group by order_key, sku_key
having count(distinct lot) = 1;
