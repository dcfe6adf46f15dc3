-- The incidents of the period, newest first, as a list to open one by one. `search` looks for an order, an article, a
-- supplier, a lot, a ticket or another record's number, or a tracking number; `place_kind` and `place` keep those of
-- one place of any kind (pipelines/places.py), for which there may be no filter; `row_limit` keeps the first ones.
-- The newest days alone are read in full when only the first rows are asked for.
-- Grain: one row per incident. Reads: filtered_incidents, all_signals, raw_shipments.
create or replace view cases as
with searched_orders as (
    select distinct order_ref
    from raw_shipments
    where getvariable('search') is not null and contains(lower(tracking_number), lower(trim(getvariable('search'))))
),

searched_records as (
    select incident_key
    from all_signals
    where
        getvariable('search') is not null
        and contains(lower(record_id), lower(trim(ltrim(trim(getvariable('search')), '#'))))
),

matched as not materialized (
    select *
    from filtered_incidents
    where
        (getvariable('place') is null or is_at(getvariable('place_kind'), getvariable('place'), filtered_incidents))
        and (
            getvariable('search') is null
            or contains(
                lower(concat_ws(' ', order_ref, order_name, sku, product, supplier, lot)),
                lower(trim(ltrim(trim(getvariable('search')), '#')))
            )
            or incident_key in (select searched_records.incident_key from searched_records)
            or order_ref in (select searched_orders.order_ref from searched_orders)
        )
),

newest_days as (
    select on_date
    from matched
    where getvariable('row_limit') is not null
    order by on_date desc
    limit getvariable('row_limit')
)

select
    incident_key,
    order_key,
    order_name,
    event_date,
    order_date,
    cause,
    family,
    party,
    evidence,
    has_conflict,
    secondary_causes,
    sku,
    product,
    supplier,
    lot,
    warehouse,
    carrier,
    channel,
    country,
    signal_count,
    kinds,
    quantity,
    cost_cents,
    currency
from matched
where on_date >= (select coalesce(min(newest_days.on_date), date '-infinity') from newest_days)
order by on_date desc, last_at desc, incident_key
limit getvariable('row_limit');

comment on view cases is 'Incidents of the period, newest first.';
comment on column cases.incident_key is 'Key of the incident.';
comment on column cases.order_key is 'Key of its order; ''ref/…'' when the order is not loaded, NULL when none is named.';
comment on column cases.order_name is 'Number of its order as the shop shows it; NULL when none is named.';
comment on column cases.event_date is 'Day of its first signal, in the shop''s zone.';
comment on column cases.order_date is 'Day of its order, in the shop''s zone; NULL when not known.';
comment on column cases.cause is 'Root cause; ''unknown'' when nothing tells.';
comment on column cases.family is 'Family of the root cause.';
comment on column cases.party is 'Who can put it right.';
comment on column cases.evidence is 'What the cause rests on: decision, fact, tag, reason, words, default or none.';
comment on column cases.has_conflict is 'Whether its signals blame different parties.';
comment on column cases.secondary_causes is 'Other causes its signals name.';
comment on column cases.sku is 'Article; NULL when not known.';
comment on column cases.product is 'Name of the article.';
comment on column cases.supplier is 'Supplier of the article.';
comment on column cases.lot is 'Lot of the article.';
comment on column cases.warehouse is 'Warehouse that shipped, or that reported it.';
comment on column cases.carrier is 'Carrier of the parcel.';
comment on column cases.channel is 'Where it was sold; without an order, where it was reported.';
comment on column cases.country is 'Country it was shipped to.';
comment on column cases.signal_count is 'Signals it is made of.';
comment on column cases.kinds is 'Kinds of those signals.';
comment on column cases.quantity is 'Pieces it is about; NULL when not told.';
comment on column cases.cost_cents is 'Refunded for it, minor units; NULL when no amount is known.';
comment on column cases.currency is 'Currency of the amount.';
