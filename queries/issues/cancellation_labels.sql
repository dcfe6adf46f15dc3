-- What the labels of cancellations come to: each label, and what facts say of those that name the customer.
-- Grain: one row per label and verdict. Reads: int_period_cancellations, settings.
create or replace view cancellation_labels as
select
    declared,
    verdict,
    count(*) as cancellation_count,
    count(distinct order_key) as order_count,
    sum(line_count)::bigint as line_count,
    sum(amount_cents) filter (
        where currency = coalesce(getvariable('currency'), settings.main_currency)
    )::bigint as amount_cents,
    count(*) filter (
        where currency is distinct from coalesce(getvariable('currency'), settings.main_currency)
    ) as other_currency_count,
    count(*) filter (where has_no_stock) as no_stock_count,
    count(*) filter (where has_abnormal_price) as abnormal_price_count,
    count(*) filter (where is_in_burst) as burst_count,
    count(*) filter (where is_denied) as denied_count,
    count(*) filter (where has_request) as request_count,
    count(*) filter (where stock_level is null) as stock_unknown_count,
    count(*) filter (where price_ratio is null) as price_unknown_count
from int_period_cancellations
cross join settings
group by declared, verdict
order by declared, verdict;

comment on view cancellation_labels is 'Labels of cancellations, and what facts say of those that name the customer.';
comment on column cancellation_labels.declared is 'Who asked for it by its label: customer, seller, payment, marketplace or unknown.';
comment on column cancellation_labels.verdict is 'Of a label that names the customer: confirmed, contradicted or undetermined; NULL for other labels.';
comment on column cancellation_labels.cancellation_count is 'Cancellations.';
comment on column cancellation_labels.order_count is 'Distinct orders.';
comment on column cancellation_labels.line_count is 'Lines cancelled.';
comment on column cancellation_labels.amount_cents is 'Price of the lines cancelled, minor units of the currency asked for; NULL when not known.';
comment on column cancellation_labels.other_currency_count is 'Cancellations in another or an unknown currency: not in the amount.';
comment on column cancellation_labels.no_stock_count is 'Cancellations at a time when nothing was in stock.';
comment on column cancellation_labels.abnormal_price_count is 'Cancellations of a line sold far from its usual price.';
comment on column cancellation_labels.burst_count is 'Cancellations within a mass cancellation.';
comment on column cancellation_labels.denied_count is 'Cancellations that the customer denies having asked for.';
comment on column cancellation_labels.request_count is 'Cancellations that the customer is known to have asked for.';
comment on column cancellation_labels.stock_unknown_count is 'Cancellations without a stock count near.';
comment on column cancellation_labels.price_unknown_count is 'Cancellations without a usual price to compare with.';
