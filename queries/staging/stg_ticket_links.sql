-- Tickets whose order none of their fields names, or none that is loaded: found by another number in their text, else
-- by a parcel, else by a return named there, else as the only order that their customer placed in the 60 days before.
-- Two orders found the same way are none: nobody guesses. What the user says of a ticket wins over all of it.
-- It runs by itself for the tickets of a load, on all orders: so it does not read stg_order_refs, a table of the batch.
-- Grain: one row per ticket linked so; order_ref is NULL where the user says that it is about no order.
-- Reads: batch_tickets, batch_orders, batch_order_lines, batch_shipments, batch_returns, ref_links.
create or replace temp table stg_ticket_links as
with decided as (
    select
        tickets.record_id,
        tickets.source,
        tickets.account,
        ref_links.order_ref,
        'decision' as evidence
    from batch_tickets as tickets
    inner join ref_links on tickets.record_id = ref_links.record_id
),

mentioning as (
    select
        record_id,
        normal_ref(order_ref) as order_ref,
        normal_ref(order_id) as order_id,
        mentions
    from batch_tickets
    where mentions is not null
),

mentioned as (
    select
        record_id,
        unnest(mentions) as mention
    from mentioning
),

parcels as (
    select
        record_id,
        mentioned_parcel(mention) as number
    from mentioned
    where mentioned_parcel(mention) is not null
),

returned as (
    select
        record_id,
        mentioned_return(mention) as number
    from mentioned
    where mentioned_return(mention) is not null
),

-- some returns are named by their plate and their order: 'LPN…/701-…'
return_numbers as (
    select
        normal_ref(coalesce(order_ref, order_id)) as ref,
        unnest([normal_return(return_id), normal_return(split_part(return_id, '/', 1))]) as number
    from batch_returns
    where exists (from returned)
),

named as (
    -- what the ticket's own fields name: if that is loaded, there is nothing to find
    select
        record_id,
        1 as tier,
        unnest([order_ref, order_id]) as ref
    from mentioning
    union all
    select
        record_id,
        2 as tier,
        mentioned_order(mention) as ref
    from mentioned
    union all
    select
        parcels.record_id,
        3 as tier,
        normal_ref(coalesce(shipments.order_ref, shipments.order_id)) as ref
    from parcels
    inner join batch_shipments as shipments on parcels.number = normal_parcel(shipments.tracking_number)
    union all
    select
        returned.record_id,
        4 as tier,
        return_numbers.ref
    from returned
    inner join return_numbers on returned.number = return_numbers.number
),

wanted as (
    select distinct ref
    from named
    where ref is not null
),

-- an order for each kind of name that it has: of millions of orders only names are made alike (order_ref is), and only
-- the few that are wanted go on
others as (
    select
        order_ref,
        order_name,
        order_id,
        unnest(other_refs) as name
    from batch_orders
    where len(other_refs) > 0
),

called as (
    select
        wanted.ref,
        orders.order_ref,
        orders.order_name,
        orders.order_id
    from wanted
    inner join batch_orders as orders on wanted.ref = orders.order_ref
    union all
    select
        wanted.ref,
        orders.order_ref,
        orders.order_name,
        orders.order_id
    from wanted
    inner join batch_orders as orders on wanted.ref = bare_ref(orders.order_name)
    union all
    select
        wanted.ref,
        orders.order_ref,
        orders.order_name,
        orders.order_id
    from wanted
    inner join batch_orders as orders on wanted.ref = bare_ref(orders.order_id)
    union all
    select
        wanted.ref,
        others.order_ref,
        others.order_name,
        others.order_id
    from wanted
    inner join others on wanted.ref = bare_ref(others.name)
),

wanted_lines as (
    select
        wanted.ref,
        order_lines.source,
        order_lines.account,
        order_lines.order_id
    from wanted
    inner join batch_order_lines as order_lines
        on wanted.ref = coalesce(order_lines.order_ref, normal_ref(order_lines.order_id))
),

orders_of_lines as (
    select
        source,
        account,
        order_id
    from batch_orders
    where order_id in (select wanted_lines.order_id from wanted_lines)
),

order_names as (
    select
        ref,
        normal_ref(coalesce(order_ref, order_name, order_id)) as order_ref
    from called
    union
    -- orders that are only known by their lines
    select
        wanted_lines.ref,
        wanted_lines.ref as order_ref
    from wanted_lines
    anti join orders_of_lines
        on
            wanted_lines.source = orders_of_lines.source
            and wanted_lines.account = orders_of_lines.account
            and wanted_lines.order_id = orders_of_lines.order_id
),

found as (
    select
        named.record_id,
        named.tier,
        min(order_names.order_ref) as order_ref,
        count(distinct order_names.order_ref) = 1 as is_one
    from named
    inner join order_names on named.ref = order_names.ref
    group by named.record_id, named.tier
),

by_text as (
    select
        record_id,
        bool_or(tier = 1) as is_named_by_itself,
        arg_min(order_ref, tier) filter (where is_one) as order_ref,
        min(tier) filter (where is_one) as tier
    from found
    group by record_id
),

by_customer as (
    select
        tickets.record_id,
        min(normal_ref(coalesce(orders.order_ref, orders.order_name, orders.order_id))) as order_ref
    from batch_tickets as tickets
    inner join batch_orders as orders on tickets.customer_key = orders.customer_key
    where
        tickets.order_ref is null
        and tickets.order_id is null
        and not coalesce(tickets.is_excluded, false)
        and orders.placed_at >= tickets.created_at - interval 60 days
        -- of a ticket whose time of day is not known, the whole day counts
        and orders.placed_at <= tickets.created_at + if(
            list_contains(tickets.date_only, 'created_at'), interval 1 day, interval 0 days
        )
    group by tickets.record_id
    having count(distinct normal_ref(coalesce(orders.order_ref, orders.order_name, orders.order_id))) = 1
),

linked as (
    select
        record_id,
        order_ref,
        case tier when 2 then 'mention' when 3 then 'tracking' else 'return' end as evidence
    from by_text
    where not is_named_by_itself and order_ref is not null
    union all
    select
        by_customer.record_id,
        by_customer.order_ref,
        'customer' as evidence
    from by_customer
    anti join by_text on by_customer.record_id = by_text.record_id
)

from decided
union all
select
    tickets.record_id,
    tickets.source,
    tickets.account,
    linked.order_ref,
    linked.evidence
from linked
inner join batch_tickets as tickets on linked.record_id = tickets.record_id
anti join decided on linked.record_id = decided.record_id
where not coalesce(tickets.is_excluded, false);
