-- Returned lines with every stage that is known, newest first, and what is wrong with each. They count on the day of
-- their request, else of their reception (of their order, on the order basis). The variable `return_list` keeps one
-- kind: owed, refund_unknown, partial, early, never_received, not_restocked, contradicted, withdrawn; `row_limit` the
-- first so many.
-- Grain: one row per returned line. Reads: int_matching_returns.
create or replace view return_lines as
with dated as (
    select
        *,
        if(
            getvariable('basis') = 'order', order_date, coalesce(requested_date, received_date, refunded_date)
        ) as on_date
    from int_matching_returns
    where
        case coalesce(getvariable('return_list'), '')
            when '' then true
            when 'owed' then is_owed
            when 'refund_unknown' then is_refund_unknown
            when 'partial' then is_partial
            when 'early' then refunded_before in ('received', 'inspected')
            when 'never_received' then refunded_before = 'never_received'
            when 'not_restocked' then is_never_restocked
            when 'contradicted' then verdict = 'contradicted'
            when 'withdrawn' then is_withdrawn and received_date is not null
        end
)

select
    on_date,
    return_id,
    source,
    incident_key,
    order_key,
    order_name,
    sku,
    product,
    supplier,
    warehouse,
    channel,
    country,
    reported_cause,
    condition_raw,
    found_cause,
    verdict,
    disposition,
    decision,
    requested_at,
    dropped_off_at,
    received_at,
    inspected_at,
    restocked_at,
    refunded_at,
    is_refunded,
    is_owed,
    is_partial,
    is_withdrawn,
    is_never_restocked,
    refunded_before,
    quantity,
    value_cents,
    refunded_cents,
    currency
from dated
where in_period(on_date)
order by on_date desc, incident_key, return_number
limit coalesce(getvariable('row_limit')::bigint, 1000000000);

comment on view return_lines is 'Returned lines with every stage that is known, newest first.';
comment on column return_lines.on_date is 'Day it counts on: of its request, else its reception, else its refund; of its order on the order basis.';
comment on column return_lines.return_id is 'Number of the return.';
comment on column return_lines.source is 'Tool that told of it first.';
comment on column return_lines.incident_key is 'Key of its incident.';
comment on column return_lines.order_key is 'Key of its order.';
comment on column return_lines.order_name is 'Number of its order.';
comment on column return_lines.sku is 'Article.';
comment on column return_lines.product is 'Name of the article.';
comment on column return_lines.supplier is 'Supplier of the article.';
comment on column return_lines.warehouse is 'Warehouse that received it, else the one that shipped it.';
comment on column return_lines.channel is 'Where it was sold.';
comment on column return_lines.country is 'Country it was shipped to.';
comment on column return_lines.reported_cause is 'Cause that the ticked reason means; NULL when none was ticked or nobody mapped it.';
comment on column return_lines.condition_raw is 'What the inspection wrote.';
comment on column return_lines.found_cause is 'Cause that the inspection found; NULL when it found none.';
comment on column return_lines.verdict is 'The reason against the inspection: agreed, contradicted, undecidable, no_reason, not_understood or not_inspected.';
comment on column return_lines.disposition is 'What was decided, in the tool''s words.';
comment on column return_lines.decision is 'What that means by the rules of return_decisions; NULL when not told or not understood.';
comment on column return_lines.requested_at is 'Asked for, or its label made (UTC).';
comment on column return_lines.dropped_off_at is 'Handed to the carrier (UTC).';
comment on column return_lines.received_at is 'Received (UTC).';
comment on column return_lines.inspected_at is 'Inspected (UTC).';
comment on column return_lines.restocked_at is 'Put back into stock (UTC).';
comment on column return_lines.refunded_at is 'First refunded (UTC); NULL also when refunded at a time that is not told.';
comment on column return_lines.is_refunded is 'Whether any money is known to have been given back.';
comment on column return_lines.is_owed is 'Received, not refunded, and nothing else given instead.';
comment on column return_lines.is_partial is 'Refunded less than half of the price.';
comment on column return_lines.is_withdrawn is 'Declined by the shop or withdrawn by the customer.';
comment on column return_lines.is_never_restocked is 'Found resellable and not put back into stock.';
comment on column return_lines.refunded_before is 'What the refund did not wait for: received, inspected, or never_received; NULL when in order.';
comment on column return_lines.quantity is 'Pieces; NULL when not told.';
comment on column return_lines.value_cents is 'Price of the pieces, before discounts; NULL when not known.';
comment on column return_lines.refunded_cents is 'Refunded for its order line; NULL when no amount is known.';
comment on column return_lines.currency is 'Currency of the amounts.';
