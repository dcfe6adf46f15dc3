-- Which order a signal means. An order is found by its id or its number. Where two orders bear the name, the one of
-- the same tool and account is meant, else the only one of the same account; else nobody can tell and the name stays
-- a name: 'ref/…', under which signals still meet.
-- Grain: one row per way in which signals name an order. Reads: stg_signals, stg_ticket_links, stg_order_refs.
create or replace temp table int_order_links as
with named as (
    select distinct
        source,
        account,
        order_ref,
        order_id
    from stg_signals
    where order_ref is not null or order_id is not null
    union
    select
        source,
        account,
        order_ref,
        null
    from stg_ticket_links
    where order_ref is not null
),

candidates as (
    select distinct
        named.source,
        named.account,
        named.order_ref,
        named.order_id,
        stg_order_refs.order_key,
        case
            when stg_order_refs.account = named.account and stg_order_refs.source = named.source then 1
            when stg_order_refs.account = named.account then 2
            else 3
        end as distance
    from named
    inner join stg_order_refs on stg_order_refs.ref in (named.order_ref, named.order_id)
),

chosen as (
    select
        source,
        account,
        order_ref,
        order_id,
        case
            when count(distinct order_key) = 1 then min(order_key)
            when count(distinct order_key) filter (where distance = 1) = 1
                then min(order_key) filter (where distance = 1)
            when count(distinct order_key) filter (where distance <= 2) = 1
                then min(order_key) filter (where distance <= 2)
        end as order_key
    from candidates
    group by all
)

select
    named.*,
    coalesce(named.order_ref, named.order_id) as ref,
    coalesce(chosen.order_key, 'ref/' || coalesce(named.order_ref, named.order_id)) as order_key,
    chosen.order_key is not null as is_loaded
from named
left join chosen
    on
        named.source = chosen.source
        and named.account = chosen.account
        and named.order_ref is not distinct from chosen.order_ref
        and named.order_id is not distinct from chosen.order_id;
