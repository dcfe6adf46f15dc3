-- The words by which tools say why, one by one: reasons and tags, as they were written, and when.
-- Grain: one row per record and label. Reads: raw_tickets, raw_returns, raw_cancellations, raw_refunds, raw_claims.
create or replace view int_told_labels as
select
    'ticket' as kind,
    source,
    account,
    created_at as occurred_at,
    unnest(tags) as label
from raw_tickets
union all
select
    'ticket' as kind,
    source,
    account,
    created_at as occurred_at,
    unnest(reason_raw) as label
from raw_tickets
union all
select
    'return' as kind,
    source,
    account,
    coalesce(requested_at, label_at, received_at, refunded_at) as occurred_at,
    reason_raw as label
from raw_returns
union all
select
    'cancellation' as kind,
    source,
    account,
    cancelled_at as occurred_at,
    reason_raw as label
from raw_cancellations
union all
select
    'refund' as kind,
    source,
    account,
    refunded_at as occurred_at,
    reason_raw as label
from raw_refunds
union all
select
    'claim' as kind,
    source,
    account,
    opened_at as occurred_at,
    reason_raw as label
from raw_claims;
