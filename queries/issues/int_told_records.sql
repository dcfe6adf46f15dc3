-- The records that tell of incidents, in one shape: which tool and file each comes from, when it happened, and the
-- words by which its tool says why (reasons and tags, as they were written).
-- Grain: one row per record. Reads: raw_tickets, raw_returns, raw_cancellations, raw_refunds, raw_claims.
create or replace view int_told_records as
select
    'ticket' as kind,
    source,
    account,
    record_id,
    file_id,
    created_at as occurred_at,
    list_concat(coalesce(reason_raw, []), coalesce(tags, [])) as labels
from raw_tickets
union all
select
    'return' as kind,
    source,
    account,
    record_id,
    file_id,
    coalesce(requested_at, label_at, received_at, refunded_at) as occurred_at,
    if(reason_raw is null, [], [reason_raw]) as labels
from raw_returns
union all
select
    'cancellation' as kind,
    source,
    account,
    record_id,
    file_id,
    cancelled_at as occurred_at,
    if(reason_raw is null, [], [reason_raw]) as labels
from raw_cancellations
union all
select
    'refund' as kind,
    source,
    account,
    record_id,
    file_id,
    refunded_at as occurred_at,
    if(reason_raw is null, [], [reason_raw]) as labels
from raw_refunds
union all
select
    'claim' as kind,
    source,
    account,
    record_id,
    file_id,
    opened_at as occurred_at,
    if(reason_raw is null, [], [reason_raw]) as labels
from raw_claims;
