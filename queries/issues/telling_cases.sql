-- The incidents of the period that show a thing best: the surest evidence first, then what most tools told of, then
-- the dearest. Beside the usual filters, `lots`, `categories` and `regions` narrow them.
-- Grain: one row per incident. Reads: filtered_incidents.
create or replace view telling_cases as
select
    incident_key,
    order_key,
    order_name,
    on_date,
    cause,
    evidence,
    signal_count,
    sku,
    product,
    supplier,
    lot,
    warehouse,
    carrier,
    channel,
    country,
    region,
    cost_cents,
    currency
from filtered_incidents
where
    passes('lots', lot)
    and passes('categories', category)
    and passes('regions', region)
order by evidence_rank, has_conflict, signal_count desc, cost_cents desc nulls last, on_date desc, incident_key
limit coalesce(getvariable('row_limit'), 10);

comment on view telling_cases is 'The incidents of the period that show a thing best.';
comment on column telling_cases.incident_key is 'Key of the incident.';
comment on column telling_cases.order_key is 'Key of its order; NULL when none is named.';
comment on column telling_cases.order_name is 'Number of its order as the shop shows it.';
comment on column telling_cases.on_date is 'Day it counts on.';
comment on column telling_cases.cause is 'Root cause.';
comment on column telling_cases.evidence is 'What the cause rests on.';
comment on column telling_cases.signal_count is 'Signals it is made of.';
comment on column telling_cases.sku is 'Article.';
comment on column telling_cases.product is 'Name of the article.';
comment on column telling_cases.supplier is 'Supplier.';
comment on column telling_cases.lot is 'Lot.';
comment on column telling_cases.warehouse is 'Warehouse.';
comment on column telling_cases.carrier is 'Carrier.';
comment on column telling_cases.channel is 'Channel.';
comment on column telling_cases.country is 'Country.';
comment on column telling_cases.region is 'Region.';
comment on column telling_cases.cost_cents is 'Refunded for it, minor units; NULL when no amount is known.';
comment on column telling_cases.currency is 'Currency of the amount.';
