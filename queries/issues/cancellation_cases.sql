-- Cancellations of the period with each piece of evidence for and against their label, newest first: why a label
-- is confirmed, contradicted or left open. `verdict` keeps those of one verdict.
-- Grain: one row per incident with a cancellation. Reads: int_period_cancellations.
create or replace view cancellation_cases as
select
    incident_key,
    order_key,
    order_name,
    cancelled_date,
    cancelled_at,
    sku,
    product,
    channel,
    line_count,
    declared,
    reason_raw,
    verdict,
    request_at,
    requested_by_customer,
    has_no_stock,
    stock_level,
    stock_at,
    has_abnormal_price,
    sold_price_cents,
    usual_price_cents,
    price_ratio,
    burst_line_count,
    denied_at,
    coalesce(has_no_stock, false)::integer
    + coalesce(has_abnormal_price, false)::integer
    + is_in_burst::integer
    + is_denied::integer as evidence_count,
    is_contacted,
    restocked,
    cause,
    amount_cents,
    currency
from int_period_cancellations
where getvariable('verdict') is null or verdict = getvariable('verdict')
order by on_date desc, cancelled_at desc, incident_key
limit getvariable('row_limit');

comment on view cancellation_cases is 'Cancellations of the period with the evidence for and against their label, newest first.';
comment on column cancellation_cases.incident_key is 'Key of the incident.';
comment on column cancellation_cases.order_key is 'Key of its order.';
comment on column cancellation_cases.order_name is 'Number of its order as the shop shows it.';
comment on column cancellation_cases.cancelled_date is 'Day of the cancellation, in the shop''s zone.';
comment on column cancellation_cases.cancelled_at is 'When it was cancelled (UTC); midnight when only a day is told.';
comment on column cancellation_cases.sku is 'Article; NULL for a whole order of several lines.';
comment on column cancellation_cases.product is 'Name of the article.';
comment on column cancellation_cases.channel is 'Where it was sold.';
comment on column cancellation_cases.line_count is 'Lines cancelled.';
comment on column cancellation_cases.declared is 'Who asked for it by its label: customer, seller, payment, marketplace or unknown.';
comment on column cancellation_cases.reason_raw is 'The reason as its tool gives it.';
comment on column cancellation_cases.verdict is 'Of a label that names the customer: confirmed, contradicted or undetermined; NULL for other labels.';
comment on column cancellation_cases.request_at is 'First ticket by which the customer asked for a cancellation before it (UTC); NULL when none is known.';
comment on column cancellation_cases.requested_by_customer is 'Whether the customer used the shop''s or marketplace''s own way to ask; NULL when its tool does not tell.';
comment on column cancellation_cases.has_no_stock is 'Whether nothing was in stock: counted at or below zero; NULL when no count is near.';
comment on column cancellation_cases.stock_level is 'Pieces available by the count that is nearest; NULL when there is none.';
comment on column cancellation_cases.stock_at is 'When that was counted (UTC).';
comment on column cancellation_cases.has_abnormal_price is 'Whether the price was far from the usual one; NULL when no usual price is known.';
comment on column cancellation_cases.sold_price_cents is 'Price it was sold at, minor units.';
comment on column cancellation_cases.usual_price_cents is 'Median price of the SKU in the 30 days before the order, minor units; NULL with fewer than 3 lines.';
comment on column cancellation_cases.price_ratio is 'Price sold at divided by the usual one.';
comment on column cancellation_cases.burst_line_count is 'Lines of the mass cancellation it is part of; NULL when it is part of none.';
comment on column cancellation_cases.denied_at is 'First ticket in which the customer denies having asked (UTC).';
comment on column cancellation_cases.evidence_count is 'How many facts speak against the label.';
comment on column cancellation_cases.is_contacted is 'Whether somebody wrote to the customer in person before; NULL when no tool would tell.';
comment on column cancellation_cases.restocked is 'Whether the piece was put back on sale; NULL when not told.';
comment on column cancellation_cases.cause is 'Root cause of the incident.';
comment on column cancellation_cases.amount_cents is 'Price of the lines cancelled, minor units; NULL when not known.';
comment on column cancellation_cases.currency is 'Currency of the amounts.';
