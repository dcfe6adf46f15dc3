-- Incidents of the period in which another article was sent, with the article that was in the box where it is known:
-- a size that a customer wrote is the variant of the same product that differs in nothing but that size.
-- Grain: one row per incident. Reads: confusions, int_articles.
create or replace view int_matching_confusions as
with mixed as (
    select
        *,
        upper(trim(sku)) as sku_key,
        if(getvariable('basis') = 'order', order_date, event_date) as on_date
    from confusions
    where
        passes_incident(confusions)
),

chosen as (
    select *
    from mixed
    where in_period(on_date)
),

asked as (
    select distinct
        sku_key,
        ordered_size,
        received_size
    from chosen
    where received_sku is null and received_size is not null
),

sized as (
    select
        asked.sku_key,
        asked.ordered_size,
        asked.received_size,
        min(others.sku_key) as received_sku
    from asked
    inner join int_articles as own on asked.sku_key = own.sku_key
    inner join int_articles as others on own.product = others.product and own.sku_key <> others.sku_key
    where
        list_transform(
            string_split(lower(own.variant), '/'),
            lambda part: if(trim(part) = asked.ordered_size, asked.received_size, trim(part))
        ) = list_transform(string_split(lower(others.variant), '/'), lambda part: trim(part))
    group by asked.sku_key, asked.ordered_size, asked.received_size
    having count(*) = 1
)

select
    chosen.warehouse,
    chosen.party,
    chosen.on_date,
    chosen.incident_key,
    chosen.sku_key,
    coalesce(chosen.received_sku, sized.received_sku) as received_sku_key,
    if(coalesce(chosen.received_sku, sized.received_sku) is not null, chosen.told_by, null) as told_by
from chosen
left join sized
    on
        chosen.sku_key = sized.sku_key
        and chosen.ordered_size = sized.ordered_size
        and chosen.received_size = sized.received_size
        and chosen.received_sku is null;
