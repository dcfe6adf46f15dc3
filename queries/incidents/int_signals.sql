-- Signals with their incident, their order and what speaks for a cause. What else their records say stays in the raw_
-- tables, where a view that shows it finds it by the record.
-- A signal that names no order is an incident by itself and takes none of the costly steps.
-- Grain: one row per signal. Reads: stg_signals, int_placed_signals, int_ballots, int_subject_causes,
-- int_phrase_list_causes.
create or replace temp table int_signals as
select
    signals.signal_key,
    coalesce(placed.incident_key, signals.signal_key) as incident_key,
    coalesce(placed.is_alone, true) as is_alone,
    placed.ref as order_ref,
    placed.order_key,
    placed.line_key,
    signals.kind,
    signals.source,
    coalesce(signals.occurred_at, placed.occurred_at) as occurred_at,
    signals.channel,
    signals.sku,
    signals.quantity,
    signals.amount_cents,
    signals.currency,
    signals.warehouse,
    signals.carrier,
    case
        when not placed.is_loaded then 'order_not_loaded'
        else placed.line_evidence
    end as link_evidence,
    placed.order_evidence,
    coalesce(placed.is_about_the_order, false) as is_about_the_order,
    -- what the evidence says is counted out once for all signals that share it: int_verdicts
    if(placed.is_told_already, null, ballots.ballot) as ballot,
    if(placed.is_told_already, null, subjects.cause) as subject_cause,
    if(placed.is_told_already, null, texts.cause) as text_cause,
    coalesce(lower(signals.fulfilled_by) in ('3pl', 'marketplace'), placed.is_fulfilled_by_third_party, false)
        as is_fulfilled_by_third_party
from stg_signals as signals
left join int_placed_signals as placed on signals.signal_key = placed.signal_key
left join int_ballots as ballots
    on
        signals.tags is not distinct from ballots.tags
        and signals.reasons is not distinct from ballots.reasons
        and signals.reason_scheme is not distinct from ballots.reason_scheme
        and signals.fact_code is not distinct from ballots.fact_code
        and signals.fact_scheme is not distinct from ballots.fact_scheme
left join int_subject_causes as subjects on signals.subject = subjects.subject
left join int_phrase_list_causes as texts on signals.phrases = texts.phrases;
