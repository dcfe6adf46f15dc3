-- Articles that a warehouse takes for one another: pairs of the ordered and the received one, whichever way round.
-- Grain: one row per warehouse and pair; other_sku is NULL in the row that counts what is not known.
-- Reads: int_matching_confusions, int_articles.
create or replace view confused_articles as
with pairs as (
    select
        warehouse,
        on_date,
        -- the right article in the box is no pair: it contradicts the complaint, and what went wrong is not known
        coalesce(received_sku_key <> sku_key, false) as is_known,
        if(is_known, least(sku_key, received_sku_key), null) as sku,
        if(is_known, greatest(sku_key, received_sku_key), null) as other_sku,
        if(is_known, told_by, null) as told_by,
        received_sku_key > sku_key as is_forward
    from int_matching_confusions
),

counted as (
    select
        warehouse,
        sku,
        other_sku,
        count(*) as incident_count,
        count(*) filter (where is_forward) as forward_count,
        count(*) filter (where not is_forward) as reverse_count,
        count(*) filter (where told_by = 'return') as by_return_count,
        count(*) filter (where told_by = 'ticket') as by_ticket_count,
        min(on_date) as first_seen_date,
        max(on_date) as last_seen_date
    from pairs
    group by warehouse, sku, other_sku
)

select
    counted.warehouse,
    counted.sku,
    articles.product,
    articles.variant,
    counted.other_sku,
    others.product as other_product,
    others.variant as other_variant,
    articles.product = others.product as is_same_product,
    counted.incident_count,
    if(counted.other_sku is null, null, counted.forward_count) as forward_count,
    if(counted.other_sku is null, null, counted.reverse_count) as reverse_count,
    counted.by_return_count,
    counted.by_ticket_count,
    counted.first_seen_date,
    counted.last_seen_date
from counted
left join int_articles as articles on counted.sku = articles.sku_key
left join int_articles as others on counted.other_sku = others.sku_key
order by counted.other_sku is null, counted.incident_count desc, counted.warehouse, counted.sku, counted.other_sku;

comment on view confused_articles is 'Pairs of articles that a warehouse takes for one another, and how many confusions name no pair.';
comment on column confused_articles.warehouse is 'Warehouse; NULL when not known.';
comment on column confused_articles.sku is 'One article of the pair; NULL in the row of what is not known.';
comment on column confused_articles.product is 'Its name.';
comment on column confused_articles.variant is 'Its variant.';
comment on column confused_articles.other_sku is 'The other article; NULL in the row of what is not known.';
comment on column confused_articles.other_product is 'Its name.';
comment on column confused_articles.other_variant is 'Its variant.';
comment on column confused_articles.is_same_product is 'Whether they are variants of one product; NULL when not known.';
comment on column confused_articles.incident_count is 'Incidents in which one was sent for the other; in the row without a pair, those of which it is not known.';
comment on column confused_articles.forward_count is 'The first was ordered, the other came.';
comment on column confused_articles.reverse_count is 'The other was ordered, the first came.';
comment on column confused_articles.by_return_count is 'Told by the article that came back.';
comment on column confused_articles.by_ticket_count is 'Told by the sizes in the subject of a ticket.';
comment on column confused_articles.first_seen_date is 'Day of the first.';
comment on column confused_articles.last_seen_date is 'Day of the last.';
