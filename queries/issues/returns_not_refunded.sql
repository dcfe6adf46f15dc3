-- Returns that came back and were not refunded, the oldest first: money owed to customers.
-- Grain: one row per returned line. Reads: int_matching_returns, int_data_end.
create or replace view returns_not_refunded as
select
    owed.return_id,
    owed.source,
    owed.incident_key,
    owed.order_key,
    owed.order_name,
    owed.sku,
    owed.product,
    owed.warehouse,
    owed.channel,
    owed.received_date,
    int_data_end.last_date - owed.received_date as open_days,
    owed.unit_price_cents * coalesce(owed.quantity, 1) as owed_cents,
    owed.currency
from int_matching_returns as owed
cross join int_data_end
where
    not owed.is_refunded
    and (getvariable('start') is null or owed.received_date >= getvariable('start')::date)
    and (getvariable('until') is null or owed.received_date < getvariable('until')::date)
order by owed.received_date, owed.return_id, owed.sku;

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
