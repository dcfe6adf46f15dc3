-- Articles and lots whose incidents blame the product itself, with how many were sold: which lot is bad, and how bad.
-- `row_limit` keeps those with the most incidents.
-- Grain: one row per SKU and lot. Reads: filtered_incidents, int_matching_lines, settings.
create or replace view defects as
with faults as (
    select
        incidents.sku,
        incidents.lot,
        arg_max(incidents.product, incidents.last_at) as product,
        arg_max(incidents.supplier, incidents.last_at) as supplier,
        count(*) as incident_count,
        sum(incidents.quantity)::bigint as unit_count,
        min(incidents.event_date) as first_seen_date,
        max(incidents.event_date) as last_seen_date,
        sum(incidents.cost_cents)
        filter (
            where incidents.currency = coalesce(getvariable('currency'), settings.main_currency)
        )::bigint as cost_cents
    from filtered_incidents as incidents
    cross join settings
    where incidents.family = 'product' and incidents.sku is not null
    group by incidents.sku, incidents.lot
    order by incident_count desc, incidents.sku, incidents.lot
    limit getvariable('row_limit')
),

sold as (
    select
        sku,
        lot,
        sum(coalesce(quantity, 0))::bigint as units_sold,
        min(order_date) as first_sold_date
    from int_matching_lines
    where
        is_confirmed
        and (sku, coalesce(lot, '')) in (select (faults.sku, coalesce(faults.lot, '')) from faults)
        and in_period(order_date)
    group by sku, lot
)

select
    faults.sku,
    faults.product,
    faults.supplier,
    faults.lot,
    faults.incident_count,
    faults.unit_count,
    sold.units_sold,
    faults.incident_count / nullif(sold.units_sold, 0) as rate,
    sold.first_sold_date,
    faults.first_seen_date,
    faults.last_seen_date,
    faults.cost_cents
from faults
left join sold on faults.sku = sold.sku and faults.lot is not distinct from sold.lot
order by faults.incident_count desc, faults.sku, faults.lot;

comment on view defects is 'Articles and lots whose incidents blame the product, with the units sold.';
comment on column defects.sku is 'Article.';
comment on column defects.product is 'Name of the article.';
comment on column defects.supplier is 'Supplier of the article.';
comment on column defects.lot is 'Lot; NULL when lots are not told.';
comment on column defects.incident_count is 'Incidents of the period that blame the product.';
comment on column defects.unit_count is 'Pieces they are about; NULL when not told.';
comment on column defects.units_sold is 'Units ordered in the period; NULL when no orders are loaded for it.';
comment on column defects.rate is 'Incidents for one unit sold; NULL when not known.';
comment on column defects.first_sold_date is 'Day of the first order of the period.';
comment on column defects.first_seen_date is 'Day of the first incident of the period.';
comment on column defects.last_seen_date is 'Day of the last incident of the period.';
comment on column defects.cost_cents is 'Refunded, minor units of the currency asked for; NULL when no amount is known.';
