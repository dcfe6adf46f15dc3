-- Every signal with the cause that its own evidence gives it; the best vote wins. Nothing said: cause 'unknown',
-- evidence 'none'. A ticket that is an incident by itself is kept as that incident: its signal would say it again,
-- unless a person decided the incident's cause.
-- Grain: one row per signal. Reads: int_signals, int_verdicts, int_decisions.
create or replace temp view build_signals as
select
    signals.signal_key,
    signals.incident_key,
    signals.order_ref,
    signals.order_key,
    signals.line_key,
    signals.kind,
    signals.source,
    substr(signals.signal_key, length(signals.kind) + 2) as record_id,
    signals.occurred_at,
    coalesce(verdicts.cause, 'unknown') as cause,
    coalesce(verdicts.party, 'unknown') as party,
    coalesce(verdicts.evidence, 'none') as evidence,
    coalesce(verdicts.evidence_rank, 9) as evidence_rank,
    verdicts.confidence,
    signals.amount_cents,
    signals.currency,
    signals.link_evidence,
    signals.order_evidence,
    signals.is_alone and signals.kind = 'ticket' and decisions.incident_key is null as is_its_incident
from int_signals as signals
left join int_decisions as decisions on signals.incident_key = decisions.incident_key
left join int_verdicts as verdicts
    on
        signals.ballot is not distinct from verdicts.ballot
        and signals.subject_cause is not distinct from verdicts.subject_cause
        and signals.text_cause is not distinct from verdicts.text_cause
        and signals.is_fulfilled_by_third_party = verdicts.is_fulfilled_by_third_party;
