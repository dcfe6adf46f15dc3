-- Labels that put stock back on sale that was not there: the customer is named, the piece goes back on sale, and
-- the same SKU is soon cancelled for want of stock. A count above what was put back, in between, is a true restock
-- and leaves it out; so does a request of the customer's.
-- Grain: one row per incident with such a cancellation. Reads: int_period_cancellations.
create or replace view cancellation_restocks as
select
    incident_key,
    order_key,
    order_name,
    sku,
    product,
    channel,
    quantity,
    cancelled_at,
    stock_out_after_at,
    date_diff('minute', cancelled_at, stock_out_after_at) as minutes_to_stock_out,
    verdict
from int_period_cancellations
where stock_out_after_at is not null
order by cancelled_at desc, incident_key;

comment on view cancellation_restocks is 'Labels that put stock back on sale that was not there.';
comment on column cancellation_restocks.incident_key is 'Key of the incident.';
comment on column cancellation_restocks.order_key is 'Key of its order.';
comment on column cancellation_restocks.order_name is 'Number of its order.';
comment on column cancellation_restocks.sku is 'Article.';
comment on column cancellation_restocks.product is 'Name of the article.';
comment on column cancellation_restocks.channel is 'Where it was sold.';
comment on column cancellation_restocks.quantity is 'Pieces put back on sale; NULL when not told.';
comment on column cancellation_restocks.cancelled_at is 'When it was cancelled (UTC).';
comment on column cancellation_restocks.stock_out_after_at is 'Next cancellation of the SKU for want of stock (UTC).';
comment on column cancellation_restocks.minutes_to_stock_out is 'Minutes between the two.';
comment on column cancellation_restocks.verdict is 'What facts say of the label: contradicted or undetermined.';
