-- Every way in which an order may be named: its id, its number, what its file calls its reference.
-- Grain: one row per order and name, written in upper case without '#'. Reads: stg_orders.
create or replace temp table stg_order_refs as
with named as (
    select
        order_key,
        source,
        account,
        unnest(list_concat([order_id, order_ref, order_name], other_refs)) as name
    from stg_orders
)

select distinct
    order_key,
    source,
    account,
    normal_ref(name) as ref
from named
where normal_ref(name) is not null;
