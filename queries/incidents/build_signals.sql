-- Every signal with the cause that its own evidence gives it; the best vote wins. Nothing said: cause 'unknown',
-- evidence 'none'.
-- Grain: one row per signal. Reads: int_signals, int_verdicts.
create or replace temp view build_signals as
select
    signals.signal_key,
    signals.incident_key,
    signals.order_ref,
    signals.order_key,
    signals.line_key,
    signals.kind,
    signals.source,
    signals.account,
    signals.record_id,
    signals.file_id,
    signals.row_number,
    signals.occurred_at,
    signals.is_date_only,
    signals.channel,
    signals.sku,
    signals.quantity,
    coalesce(verdicts.cause, 'unknown') as cause,
    coalesce(verdicts.party, 'unknown') as party,
    coalesce(verdicts.evidence, 'none') as evidence,
    coalesce(verdicts.evidence_rank, 9) as evidence_rank,
    verdicts.confidence,
    signals.reason_raw,
    signals.reason_scheme,
    signals.tags,
    signals.subject,
    signals.amount_cents,
    signals.currency,
    signals.link,
    signals.link_evidence
from int_signals as signals
left join int_verdicts as verdicts
    on
        signals.ballot is not distinct from verdicts.ballot
        and signals.subject_cause is not distinct from verdicts.subject_cause
        and signals.text_cause is not distinct from verdicts.text_cause
        and signals.is_fulfilled_by_third_party = verdicts.is_fulfilled_by_third_party;
