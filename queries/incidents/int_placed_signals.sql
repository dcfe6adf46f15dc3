-- To which line of its order a signal belongs, and which of its signals are one incident.
-- A ticket's order is the one that stg_ticket_links found, if it found any, else the one that the ticket names.
-- A line is found by its id, else by its SKU, else it is the order's only line, else the only one whose product the
-- subject of a ticket names. A SKU that the order does not have
-- (re-labelled by a warehouse) is a unit of its own within the order. A signal that names no article joins the only
-- unit that other signals are about, or else the order itself. Within a unit, signals no more than 60 days apart from
-- one to the next are one incident. Of an order whose lines are not loaded nothing but the signals' own SKUs is known.
-- Grain: one row per signal that has an order. Reads: stg_signals, stg_ticket_links, int_order_links, stg_orders,
-- stg_order_places, build_lines, batch_tickets.
create or replace temp table int_placed_signals as
with by_links as (
    select
        'ticket/' || record_id as signal_key,
        order_ref,
        evidence
    from stg_ticket_links
),

signals as (
    select
        stg_signals.*,
        'number' as order_evidence
    from stg_signals
    anti join by_links on stg_signals.signal_key = by_links.signal_key
    where stg_signals.order_ref is not null or stg_signals.order_id is not null
    union all
    select
        stg_signals.* replace (by_links.order_ref as order_ref, null as order_id),
        by_links.evidence
    from by_links
    inner join stg_signals on by_links.signal_key = stg_signals.signal_key
    where by_links.order_ref is not null
),

named as (
    select
        signals.signal_key,
        signals.kind,
        signals.order_evidence,
        links.order_key,
        coalesce(orders.order_ref, links.ref) as ref,
        links.is_loaded,
        signals.line_id,
        upper(trim(signals.sku)) as sku_key,
        coalesce(
            signals.told_at,
            signals.occurred_at,
            if(signals.kind = 'cancellation', orders.cancelled_at, null),
            orders.placed_at
        ) as told_at,
        coalesce(
            signals.occurred_at,
            if(signals.kind = 'cancellation', orders.cancelled_at, null),
            orders.placed_at
        ) as occurred_at,
        places.fulfilled_by in ('3pl', 'marketplace') as is_fulfilled_by_third_party
    from signals
    inner join int_order_links as links
        on
            signals.source = links.source
            and signals.account = links.account
            and signals.order_ref is not distinct from links.order_ref
            and signals.order_id is not distinct from links.order_id
    left join stg_orders as orders on links.order_key = orders.order_key
    left join stg_order_places as places on links.order_key = places.order_key
),

lines_by_id as (
    select
        order_key,
        line_id,
        min(line_key) as line_key
    from build_lines
    where line_id is not null
    group by all
),

lines_by_sku as (
    select
        order_key,
        upper(trim(sku)) as sku_key,
        min(line_key) as line_key
    from build_lines
    where sku is not null
    group by all
),

orders_with_lines as (
    select
        order_key,
        if(count(*) = 1, min(line_key), null) as only_line_key
    from build_lines
    where line_id is not null
    group by order_key
),

found as (
    select
        named.*,
        coalesce(lines_by_id.line_key, lines_by_sku.line_key, orders_with_lines.only_line_key) as line_key,
        case
            when lines_by_id.line_key is not null then 'line_id'
            when lines_by_sku.line_key is not null then 'sku'
            when orders_with_lines.only_line_key is not null then 'only_line'
        end as line_evidence,
        orders_with_lines.order_key is not null as has_known_lines
    from named
    left join lines_by_id on named.order_key = lines_by_id.order_key and named.line_id = lines_by_id.line_id
    left join lines_by_sku on named.order_key = lines_by_sku.order_key and named.sku_key = lines_by_sku.sku_key
    left join orders_with_lines on named.order_key = orders_with_lines.order_key
),

-- the one line whose product's title stands in the subject, word for word
by_title as (
    select
        found.signal_key,
        min(build_lines.line_key) as line_key
    from found
    inner join build_lines on found.order_key = build_lines.order_key
    inner join batch_tickets as tickets on found.signal_key = 'ticket/' || tickets.record_id
    where
        found.kind = 'ticket'
        and found.has_known_lines
        and found.line_key is null
        and found.sku_key is null
        and length(normal_text(build_lines.product)) >= 3
        and contains(
            ' ' || normal_text(tickets.subject) || ' ',
            ' ' || normal_text(build_lines.product) || ' '
        )
    group by found.signal_key
    having count(*) = 1
),

lined as (
    select
        found.* replace (
            coalesce(found.line_key, by_title.line_key) as line_key,
            if(by_title.line_key is not null, 'title', found.line_evidence) as line_evidence
        )
    from found
    left join by_title on found.signal_key = by_title.signal_key
),

units as (
    select
        *,
        coalesce(
            line_key,
            order_key || '/sku/' || sku_key,
            if(has_known_lines, null, order_key || '/line/' || line_id)
        ) as unit
    from lined
),

-- the only unit of an order that signals are about; and, for a refund that names no line, the one returned or
-- cancelled first: the refund is the money of that, not a trouble of its own
told_units as (
    select
        order_key,
        if(count(distinct unit) = 1, min(unit), null) as only_unit,
        arg_min(unit, (told_at, signal_key)) filter (where kind in ('return', 'cancellation')) as first_sent_back
    from units
    where unit is not null
    group by order_key
),

joined as (
    select
        units.* exclude (unit, line_key, line_evidence),
        coalesce(
            units.unit,
            told_units.only_unit,
            if(units.kind = 'refund', told_units.first_sent_back, null),
            units.order_key
        ) as unit,
        case
            when units.line_evidence is not null then units.line_evidence
            when units.unit is not null then 'sku_not_in_order'
            when told_units.only_unit is not null then 'only_line_with_signals'
            when units.kind = 'refund' and told_units.first_sent_back is not null then 'returned_line'
            else 'order'
        end as line_evidence
    from units
    left join told_units on units.order_key = told_units.order_key
),

compared as (
    select
        *,
        told_at - lag(told_at) over (
            partition by unit
            order by told_at, signal_key
        ) > interval 60 days as is_new
    from joined
),

numbered as (
    select
        *,
        count(*) filter (where is_new) over (
            partition by unit
            order by told_at, signal_key
            rows unbounded preceding
        ) as episode
    from compared
)

select
    numbered.signal_key,
    numbered.order_key,
    numbered.ref,
    numbered.is_loaded,
    numbered.occurred_at,
    numbered.is_fulfilled_by_third_party,
    lines.line_key,
    numbered.line_evidence,
    numbered.order_evidence,
    -- an incident bears the name of its first signal
    first_value(numbered.signal_key) over (
        partition by numbered.unit, numbered.episode
        order by numbered.told_at, numbered.signal_key
    ) as incident_key,
    count(*) over (partition by numbered.unit, numbered.episode) = 1 as is_alone,
    -- a refund of what was returned or cancelled tells nothing new: it adds its amount and blames nobody
    numbered.kind = 'refund' and bool_or(numbered.kind in ('return', 'cancellation')) over (
        partition by numbered.unit, numbered.episode
    ) as is_told_already,
    numbered.unit = numbered.order_key as is_about_the_order
from numbered
left join build_lines as lines on numbered.unit = lines.line_key;
