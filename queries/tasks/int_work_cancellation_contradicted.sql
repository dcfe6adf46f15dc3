-- To do: look at cancellations "at the customer's request" that the facts contradict, while marketplaces count them.
-- Grain: one row per incident with a cancellation. Reads: cancellation_cases, int_work_since.
create or replace view int_work_cancellation_contradicted as
select
    'cancellation_contradicted' as kind,
    incident_key as item,
    incident_key,
    order_key,
    order_name as reference,
    sku,
    product,
    channel,
    cause,
    'merchant' as party,
    amount_cents,
    currency,
    cancelled_date as since_date,
    null::date as due_date
from cancellation_cases
where
    verdict = 'contradicted'
    and cancelled_date >= (
        select coalesce(max(int_work_since.since_date), date '-infinity')
        from int_work_since
        where int_work_since.kind = 'cancellation_contradicted'
    );
