-- To do: set right the stock of articles that were sold without any, and whose stock nobody counted since.
-- Grain: one row per run of stock-outs that is still open. Reads: stock_desync, settings.
create or replace view int_work_stock_wrong as
select
    'stock_wrong' as kind,
    concat_ws('/', sku, channel, first_at::date) as item,
    null::varchar as incident_key,
    null::varchar as order_key,
    sku as reference,
    sku,
    product,
    channel,
    'stock_desync' as cause,
    'merchant' as party,
    cost_cents as amount_cents,
    coalesce(getvariable('currency'), settings.main_currency) as currency,
    timezone(settings.zone, timezone('UTC', first_at))::date as since_date,
    null::date as due_date
from stock_desync
cross join settings
where still_open;
