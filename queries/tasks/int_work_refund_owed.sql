-- To do: refund what came back and was not refunded, by the day that the shop's rules allow for it.
-- Grain: one row per return and article. Reads: returns_not_refunded.
create or replace view int_work_refund_owed as
select
    'refund_owed' as kind,
    -- a return's number stays when its incident is called otherwise
    concat_ws('/', source, coalesce(return_id, incident_key), sku) as item,
    min(incident_key) as incident_key,
    min(order_key) as order_key,
    min(coalesce(order_name, return_id)) as reference,
    sku,
    min(product) as product,
    min(channel) as channel,
    null::varchar as cause,
    'merchant' as party,
    sum(owed_cents)::bigint as amount_cents,
    currency,
    min(received_date) as since_date,
    min(due_date) as due_date
from returns_not_refunded
group by item, sku, currency;
