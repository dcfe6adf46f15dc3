-- Every signal with the cause that its own evidence gives it; the best vote wins. Nothing said: cause 'unknown',
-- evidence 'none'.
-- Grain: one row per signal. Reads: int_signals.
create or replace temp view build_signals as
select
    signal_key,
    incident_key,
    order_ref,
    order_key,
    line_key,
    kind,
    source,
    account,
    record_id,
    file_id,
    row_number,
    occurred_at,
    is_date_only,
    channel,
    sku,
    quantity,
    coalesce(votes[1].cause, 'unknown') as cause,
    coalesce(votes[1].party, 'unknown') as party,
    case coalesce(votes[1].rank, 9)
        when 1 then 'decision'
        when 2 then 'fact'
        when 3 then 'tag'
        when 4 then 'reason'
        when 5 then 'words'
        when 6 then 'default'
        else 'none'
    end as evidence,
    coalesce(votes[1].rank, 9)::integer as evidence_rank,
    case votes[1].doubt when 1 then 'high' when 2 then 'medium' when 3 then 'low' end as confidence,
    reason_raw,
    reason_scheme,
    tags,
    subject,
    amount_cents,
    currency,
    link,
    link_evidence
from int_signals;
