-- Incidents that several signals tell of, that somebody decided, or of which the records together tell more: all votes
-- of all their signals and findings laid together, best first, and a person's decision before them.
-- Grain: one row per such incident. Reads: int_signals, int_verdicts, int_findings, int_decisions.
create or replace temp table int_shared_incidents as
select
    signals.incident_key,
    min(signals.order_ref) as order_ref,
    min(signals.order_key) as order_key,
    min(signals.line_key) as line_key,
    list_concat(
        if(coalesce(bool_or(decisions.is_incident), false), [any_value(decisions.vote)], []),
        list_sort(
            list_distinct(list_concat(flatten(list(verdicts.votes)), any_value(findings.votes)))
        )
    ) as votes,
    count(*)::integer as signal_count,
    list_sort(list(distinct signals.kind)) as kinds,
    min(signals.occurred_at) as first_at,
    max(signals.occurred_at) as last_at,
    arg_min(signals.source, (signals.occurred_at, signals.signal_key)) as source,
    arg_min(signals.link_evidence, (signals.occurred_at, signals.signal_key)) as link_evidence,
    arg_min(signals.order_evidence, (signals.occurred_at, signals.signal_key)) as order_evidence,
    arg_min(signals.sku, (signals.occurred_at, signals.signal_key)) as sku,
    arg_min(signals.channel, (signals.occurred_at, signals.signal_key)) as channel,
    arg_min(signals.warehouse, (signals.occurred_at, signals.signal_key)) as warehouse,
    arg_min(signals.carrier, (signals.occurred_at, signals.signal_key)) as carrier
from int_signals as signals
left join int_verdicts as verdicts
    on
        signals.ballot is not distinct from verdicts.ballot
        and signals.subject_cause is not distinct from verdicts.subject_cause
        and signals.text_cause is not distinct from verdicts.text_cause
        and signals.is_fulfilled_by_third_party = verdicts.is_fulfilled_by_third_party
left join int_findings as findings on signals.incident_key = findings.incident_key
left join int_decisions as decisions on signals.incident_key = decisions.incident_key
where not signals.is_alone or findings.incident_key is not null or decisions.incident_key is not null
group by signals.incident_key;
