-- Incidents that blame the product, set against the units sold in the period, for every supplier and every article that
-- sold or failed. Filters on causes, families and parties choose incidents, not sales.
-- Grain: one row per level (supplier, sku) and place. Reads: filtered_incidents, int_matching_sales, settings.
create or replace view defect_rates as
with failed as (
    select
        incidents.sku,
        incidents.supplier,
        arg_max(incidents.product, incidents.last_at) as product,
        count(*) as incident_count,
        min(incidents.event_date) as first_seen_date,
        max(incidents.event_date) as last_seen_date,
        sum(incidents.cost_cents)
        filter (
            where incidents.currency = coalesce(getvariable('currency'), settings.main_currency)
        )::bigint as cost_cents
    from filtered_incidents as incidents
    cross join settings
    where incidents.family = 'product'
    group by incidents.sku, incidents.supplier
),

faults as (
    select
        if(grouping(sku) = 0, 'sku', 'supplier') as level,
        if(grouping(sku) = 0, sku, supplier) as place,
        arg_max(product, (incident_count, product)) as product,
        arg_max(supplier, (incident_count, supplier)) as supplier,
        sum(incident_count)::bigint as incident_count,
        min(first_seen_date) as first_seen_date,
        max(last_seen_date) as last_seen_date,
        sum(cost_cents)::bigint as cost_cents
    from failed
    group by grouping sets ((sku), (supplier))
),

sales as (
    select
        sku,
        supplier,
        sum(units_sold)::bigint as units_sold
    from int_matching_sales
    where units_sold > 0
    group by sku, supplier
),

sold as (
    select
        if(grouping(sku) = 0, 'sku', 'supplier') as level,
        if(grouping(sku) = 0, sku, supplier) as place,
        arg_max(supplier, (units_sold, supplier)) as supplier,
        sum(units_sold)::bigint as units_sold
    from sales
    group by grouping sets ((sku), (supplier))
)

select
    level,
    place,
    if(level = 'sku', faults.product, null) as product,
    coalesce(faults.supplier, sold.supplier) as supplier,
    coalesce(faults.incident_count, 0) as incident_count,
    sold.units_sold,
    coalesce(faults.incident_count, 0) / sold.units_sold as rate,
    faults.first_seen_date,
    faults.last_seen_date,
    if(faults.incident_count is null, 0, faults.cost_cents) as cost_cents
from faults
full join sold using (level, place)
where place is not null or faults.incident_count > 0
order by level desc, faults.incident_count desc nulls last, place;

comment on view defect_rates is 'Incidents that blame the product by supplier and by article, with the units sold in the period.';
comment on column defect_rates.level is 'What a row is: supplier or sku.';
comment on column defect_rates.place is 'The supplier or article; NULL for incidents that name none.';
comment on column defect_rates.product is 'Name of the article, where it has incidents.';
comment on column defect_rates.supplier is 'Supplier of the article.';
comment on column defect_rates.incident_count is 'Incidents of the period that blame the product; 0 when none.';
comment on column defect_rates.units_sold is 'Units ordered in the period; NULL when no order is known.';
comment on column defect_rates.rate is 'Incidents for one unit sold; NULL when either is not known.';
comment on column defect_rates.first_seen_date is 'Day of the first incident of the period.';
comment on column defect_rates.last_seen_date is 'Day of the last incident of the period.';
comment on column defect_rates.cost_cents is 'Refunded, minor units of the currency asked for; NULL when there were incidents and no amount is known.';
