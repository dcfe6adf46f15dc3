-- Refunded as not received, and then delivered after all or sent again: what the customer has twice. Whether it was
-- charged again is in no file. To be looked at, never charged without the customer's consent.
-- Grain: one row per incident. Reads: int_delivery_cases.
create or replace view paid_twice as
select
    incident_key,
    order_key,
    order_name,
    cause,
    channel,
    carrier,
    product,
    if(replaced_at is not null, 'replaced', 'delivered') as how,
    refunded_at,
    coalesce(replaced_at, delivered_at) as second_at,
    refunded_cents,
    currency
from int_delivery_cases
where is_double_payment
order by refunded_cents desc nulls last, refunded_at desc, incident_key;

comment on view paid_twice is 'Refunded as not received, and then delivered after all or sent again.';
comment on column paid_twice.incident_key is 'Key of the incident.';
comment on column paid_twice.order_key is 'Key of its order.';
comment on column paid_twice.order_name is 'Number of its order as the shop shows it.';
comment on column paid_twice.cause is 'not_received or lost_in_transit.';
comment on column paid_twice.channel is 'Where it was sold.';
comment on column paid_twice.carrier is 'Carrier.';
comment on column paid_twice.product is 'Name of the article.';
comment on column paid_twice.how is 'delivered: the carrier delivered it after the refund; replaced: a parcel was sent again.';
comment on column paid_twice.refunded_at is 'First refund (UTC).';
comment on column paid_twice.second_at is 'Delivery, or dispatch of the parcel sent again (UTC).';
comment on column paid_twice.refunded_cents is 'Refunded, minor units; NULL when no amount is known.';
comment on column paid_twice.currency is 'Currency of the amount.';
