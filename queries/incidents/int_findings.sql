-- What was found in the records together, in favour of a cause of an incident: a vote as good as a fact of its own
-- records, for a cause that no single record names.
-- Grain: one row per incident with findings. Reads: int_signals, ref_findings, ref_causes.
create or replace temp table int_findings as
select
    signals.incident_key,
    list_sort(list(distinct {
        'weak': 0::tinyint,
        'rank': 2::tinyint,
        'doubt': 1::tinyint,
        'cause': findings.cause,
        'party': ref_causes.party
    })) as votes
from ref_findings as findings
inner join int_signals as signals on findings.signal_key = signals.signal_key
inner join ref_causes on findings.cause = ref_causes.cause
group by signals.incident_key;
