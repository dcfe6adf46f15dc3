-- Mass cancellations: many lines of one SKU within hours (how many, and in how many, is a rule of the shop), with
-- the price they were sold at against the usual one, and who was told.
-- Grain: one row per mass cancellation. Reads: int_period_cancellations, settings.
create or replace view cancellation_bursts as
select
    burst_key,
    any_value(sku) as sku,
    any_value(product) as product,
    list_sort(list_distinct(list(channel))) as channels,
    min(cancelled_at) as first_at,
    max(cancelled_at) as last_at,
    count(*) as cancellation_count,
    count(distinct order_key) as order_count,
    sum(amount_cents) filter (
        where currency = coalesce(getvariable('currency'), settings.main_currency)
    )::bigint as amount_cents,
    median(price_ratio) as price_ratio,
    median(sold_price_cents) filter (
        where currency = coalesce(getvariable('currency'), settings.main_currency)
    )::bigint as sold_price_cents,
    median(usual_price_cents) filter (
        where currency = coalesce(getvariable('currency'), settings.main_currency)
    )::bigint as usual_price_cents,
    count(*) filter (where has_abnormal_price) * 2 > count(*) as has_abnormal_price,
    count(*) filter (where declared = 'customer') as customer_label_count,
    count(*) filter (where verdict = 'contradicted') as contradicted_count,
    count(*) filter (where is_contacted) as contacted_count,
    count(is_contacted) as contact_known_count
from int_period_cancellations
cross join settings
where burst_key is not null
group by burst_key
order by cancellation_count desc, burst_key;

comment on view cancellation_bursts is 'Mass cancellations of one SKU, with their price against the usual one.';
comment on column cancellation_bursts.burst_key is 'Key of the mass cancellation: its SKU and its beginning.';
comment on column cancellation_bursts.sku is 'Article.';
comment on column cancellation_bursts.product is 'Name of the article.';
comment on column cancellation_bursts.channels is 'Where it was sold.';
comment on column cancellation_bursts.first_at is 'First cancellation (UTC).';
comment on column cancellation_bursts.last_at is 'Last cancellation (UTC).';
comment on column cancellation_bursts.cancellation_count is 'Cancellations.';
comment on column cancellation_bursts.order_count is 'Distinct orders.';
comment on column cancellation_bursts.amount_cents is 'Price of the lines, minor units of the currency asked for; NULL when not known.';
comment on column cancellation_bursts.price_ratio is 'Median of the price sold at divided by the usual one; NULL when no usual price is known.';
comment on column cancellation_bursts.sold_price_cents is 'Median price sold at of lines with a usual price, minor units of the currency asked for; NULL in others.';
comment on column cancellation_bursts.usual_price_cents is 'Their usual price, minor units of the currency asked for; NULL in others.';
comment on column cancellation_bursts.has_abnormal_price is 'Whether most of its lines were sold far from the usual price: a price error.';
comment on column cancellation_bursts.customer_label_count is 'Cancellations whose label names the customer.';
comment on column cancellation_bursts.contradicted_count is 'Of them, those that facts contradict.';
comment on column cancellation_bursts.contacted_count is 'Cancellations before which somebody wrote to the customer in person.';
comment on column cancellation_bursts.contact_known_count is 'Cancellations of which a tool would tell that.';
