-- Incidents whose number of signals is not the one they say.
-- Grain: one row per incident. Reads: incidents, all_signals.
create or replace view check_signals_are_counted_once as
with counted as (
    select
        incident_key,
        count(*) as signal_count
    from all_signals
    group by incident_key
)

select
    incidents.incident_key,
    incidents.signal_count as told_count,
    counted.signal_count as found_count
from incidents
inner join counted on incidents.incident_key = counted.incident_key
where incidents.signal_count <> counted.signal_count;

comment on view check_signals_are_counted_once is 'Incidents whose number of signals is not the one they say.';
comment on column check_signals_are_counted_once.incident_key is 'The incident.';
comment on column check_signals_are_counted_once.told_count is 'Signals it says it has.';
comment on column check_signals_are_counted_once.found_count is 'Signals that name it.';
