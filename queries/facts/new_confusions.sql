-- What was in the box instead, for incidents in which another article or variant was sent: the article that came back,
-- where a return names one (received_sku, or an article that the order does not have), else the two sizes that the
-- subject of a ticket names, if the first is the one ordered. What neither tells is not known.
-- Kept by: incident_key, sorted by event_date.
-- Grain: one row per incident. Reads: touched_incidents, touched_signals, touched_tickets, lines,
-- raw_returns.
create or replace temp view new_confusions as
with mixed as (
    select
        incident_key,
        order_key,
        event_date,
        order_date,
        cause,
        family,
        party,
        sku,
        supplier,
        warehouse,
        carrier,
        channel,
        country,
        variant,
        signal_count,
        kinds
    from touched_incidents
    where cause in ('wrong_item_sent', 'wrong_variant_sent')
),

records as (
    select
        signals.incident_key,
        signals.kind,
        signals.record_id
    from touched_signals as signals
    inner join mixed on signals.incident_key = mixed.incident_key
    where signals.kind = 'return' or (signals.kind = 'ticket' and mixed.variant is not null)
    union all
    select
        incident_key,
        'ticket' as kind,
        substr(incident_key, length('ticket/') + 1) as record_id
    from mixed
    where signal_count = 1 and kinds = ['ticket'] and variant is not null
),

ordered as (
    select
        order_key,
        list(distinct upper(trim(sku))) as skus
    from lines
    semi join mixed using (order_key)
    where sku is not null
    group by order_key
),

came_back as (
    select
        mixed.incident_key,
        -- two boxes that tell different things: the alphabetically first, so that load order changes nothing
        min(upper(trim(returns.received_sku))) filter (
            where nullif(trim(returns.received_sku), '') is not null
        ) as received_sku,
        min(upper(trim(returns.sku))) filter (
            where mixed.sku is not null and not list_contains(ordered.skus, upper(trim(returns.sku)))
        ) as strange_sku
    from mixed
    inner join records on mixed.incident_key = records.incident_key and records.kind = 'return'
    inner join raw_returns as returns on records.record_id = returns.record_id
    left join ordered on mixed.order_key = ordered.order_key
    group by mixed.incident_key
),

-- a size says nothing of an article whose sizes are not known; as this asks two tables, no other subject is searched
subjects as (
    select
        mixed.incident_key,
        mixed.variant,
        tickets.record_id,
        if(mixed.variant is null, null, strip_accents(lower(tickets.subject))) as subject
    from mixed
    inner join records on mixed.incident_key = records.incident_key and records.kind = 'ticket'
    inner join touched_tickets as tickets on records.record_id = tickets.record_id
),

written as (
    select
        incident_key,
        variant,
        record_id,
        regexp_extract(
            subject,
            '(?:commandee?s?|ordered|bought)\s(?:du |de la |la |le |une? |a |an |the |taille |size |pointure |en )*'
            || '([0-9]{1,3}(?:[.,]5)?|x{0,4}[sl]|m)\b.{1,40}?\b'
            || '(?:recue?s?|received|got|sent)\s(?:du |de la |la |le |une? |a |an |the |taille |size |pointure |en )*'
            || '([0-9]{1,3}(?:[.,]5)?|x{0,4}[sl]|m)\b',
            ['ordered', 'received']
        ) as sizes
    from subjects
    -- the short search spares most the long one
    where regexp_matches(subject, 'recu|received|got|sent')
),

sized as (
    select
        incident_key,
        arg_min(replace(sizes.ordered, ',', '.'), record_id) as ordered_size,
        arg_min(replace(sizes.received, ',', '.'), record_id) as received_size
    from written
    where
        sizes.received <> ''
        and sizes.ordered <> sizes.received
        and list_contains(
            list_transform(string_split(lower(variant), '/'), lambda part: trim(part)), replace(sizes.ordered, ',', '.')
        )
    group by incident_key
)

select
    mixed.* exclude (order_key, variant, signal_count, kinds),
    coalesce(came_back.received_sku, came_back.strange_sku) as received_sku,
    if(
        coalesce(came_back.received_sku, came_back.strange_sku) is null, sized.ordered_size, null
    ) as ordered_size,
    if(
        coalesce(came_back.received_sku, came_back.strange_sku) is null, sized.received_size, null
    ) as received_size,
    case
        when coalesce(came_back.received_sku, came_back.strange_sku) is not null then 'return'
        when sized.received_size is not null then 'ticket'
    end as told_by
from mixed
left join came_back on mixed.incident_key = came_back.incident_key
left join sized on mixed.incident_key = sized.incident_key;
