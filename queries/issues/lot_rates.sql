-- Every lot of every supplier over its whole life up to the end of the period: units sold of it, incidents that blame
-- the product, since when. A lot is judged by all that was sold of it, so the beginning of the period does not count.
-- What may be left of it in stock is no more than the stock of its articles, of whatever lot: no tool counts by lot.
-- Grain: one row per supplier and lot; lot is NULL for what no lot is known of. Reads: matching_incidents,
-- int_matching_lines, int_lots, int_data_end, settings.
create or replace view lot_rates as
with faults as (
    select
        incidents.supplier,
        incidents.lot,
        count(*) as incident_count,
        min(incidents.event_date) as first_seen_date,
        max(incidents.event_date) as last_seen_date,
        sum(incidents.cost_cents)
        filter (
            where incidents.currency = coalesce(getvariable('currency'), settings.main_currency)
        )::bigint as cost_cents
    from matching_incidents as incidents
    cross join settings
    where
        incidents.family = 'product'
        and (getvariable('until') is null or incidents.on_date < getvariable('until')::date)
    group by incidents.supplier, incidents.lot
),

sold as (
    select
        supplier,
        lot,
        sum(coalesce(quantity, 0))::bigint as units_sold,
        min(order_date) as first_sold_date,
        max(order_date) as last_sold_date
    from int_matching_lines
    where is_confirmed and (getvariable('until') is null or order_date < getvariable('until')::date)
    group by supplier, lot
),

together as (
    select
        coalesce(faults.supplier, sold.supplier) as supplier,
        coalesce(faults.lot, sold.lot) as lot,
        coalesce(faults.incident_count, 0) as incident_count,
        sold.units_sold,
        sold.first_sold_date,
        sold.last_sold_date,
        faults.first_seen_date,
        faults.last_seen_date,
        if(faults.incident_count is null, 0, faults.cost_cents) as cost_cents
    from faults
    full join sold on faults.supplier is not distinct from sold.supplier and faults.lot is not distinct from sold.lot
)

select
    together.supplier,
    together.lot,
    lots.product,
    len(lots.sku_keys) as sku_count,
    together.incident_count,
    together.units_sold,
    together.incident_count / nullif(together.units_sold, 0) as rate,
    together.first_sold_date,
    together.last_sold_date,
    together.first_seen_date,
    together.last_seen_date,
    int_data_end.last_date - together.first_seen_date as days_since_first_sign,
    -- only a lot with several incidents is looked for in stock
    if(together.incident_count > 1, lots.stock_count, null) as stock_at_most_count,
    if(together.incident_count > 1, lots.stock_counted_date, null) as stock_counted_date,
    together.cost_cents
from together
cross join int_data_end
left join int_lots as lots on together.supplier is not distinct from lots.supplier and together.lot = lots.lot
order by together.first_sold_date, together.supplier, together.lot;

comment on view lot_rates is 'Lots over their whole life: units sold, incidents that blame the product, what may be left.';
comment on column lot_rates.supplier is 'Supplier; NULL when not known.';
comment on column lot_rates.lot is 'Lot; NULL for sales and incidents of which no lot is known.';
comment on column lot_rates.product is 'Name of the article of the lot that sold most; NULL when the lot is not known.';
comment on column lot_rates.sku_count is 'Articles of the lot; NULL when the lot is not known.';
comment on column lot_rates.incident_count is 'Incidents that blame the product, up to the end of the period.';
comment on column lot_rates.units_sold is 'Units ordered up to the end of the period; NULL when no order is known.';
comment on column lot_rates.rate is 'Incidents for one unit sold; NULL when not known.';
comment on column lot_rates.first_sold_date is 'Day of the first order.';
comment on column lot_rates.last_sold_date is 'Day of the last order.';
comment on column lot_rates.first_seen_date is 'Day of the first incident.';
comment on column lot_rates.last_seen_date is 'Day of the last incident.';
comment on column lot_rates.days_since_first_sign is 'Days from the first incident to the last day of the data.';
comment on column lot_rates.stock_at_most_count is 'Pieces of its articles in stock, of whatever lot: no more than that can be left of it; NULL when its articles were not all counted, or it has fewer than 2 incidents.';
comment on column lot_rates.stock_counted_date is 'Day of the oldest of these counts.';
comment on column lot_rates.cost_cents is 'Refunded, minor units of the currency asked for; NULL when there were incidents and no amount is known.';
