-- Returns that came back and were not refunded, the oldest first: money owed to customers.
-- Grain: one row per returned line. Reads: int_received_returns, matching_incidents, int_data_end, lines.
create or replace view returns_not_refunded as
select
    returns_open.return_id,
    returns_open.source,
    incidents.incident_key,
    incidents.order_key,
    incidents.order_name,
    coalesce(returns_open.sku, incidents.sku) as sku,
    incidents.product,
    incidents.warehouse,
    incidents.channel,
    returns_open.received_date,
    int_data_end.last_date - returns_open.received_date as open_days,
    lines.unit_price_cents * coalesce(incidents.quantity, lines.quantity, 1) as owed_cents,
    incidents.currency
from int_received_returns as returns_open
inner join matching_incidents as incidents on returns_open.incident_key = incidents.incident_key
cross join int_data_end
left join lines on incidents.line_key = lines.line_key
where
    not returns_open.is_refunded
    and (getvariable('start') is null or returns_open.received_date >= getvariable('start')::date)
    and (getvariable('until') is null or returns_open.received_date < getvariable('until')::date)
order by returns_open.received_date, returns_open.return_id, sku;

comment on view returns_not_refunded is 'Returns received and not refunded, oldest first.';
comment on column returns_not_refunded.return_id is 'Number of the return.';
comment on column returns_not_refunded.source is 'Tool that tells of it.';
comment on column returns_not_refunded.incident_key is 'Key of its incident.';
comment on column returns_not_refunded.order_key is 'Key of its order.';
comment on column returns_not_refunded.order_name is 'Number of its order.';
comment on column returns_not_refunded.sku is 'Article.';
comment on column returns_not_refunded.product is 'Name of the article.';
comment on column returns_not_refunded.warehouse is 'Warehouse.';
comment on column returns_not_refunded.channel is 'Where it was sold.';
comment on column returns_not_refunded.received_date is 'Day it was received, in the shop''s zone.';
comment on column returns_not_refunded.open_days is 'Days from then to the last day of the data.';
comment on column returns_not_refunded.owed_cents is 'Price of the pieces, minor units: an estimate, before discounts; NULL when the price is not known.';
comment on column returns_not_refunded.currency is 'Currency of the amount.';
