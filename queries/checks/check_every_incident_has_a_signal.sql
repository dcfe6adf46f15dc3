-- Incidents without any signal: there should be none.
-- Grain: one row per incident. Reads: incidents, all_signals.
create or replace view check_every_incident_has_a_signal as
select incidents.incident_key
from incidents
anti join all_signals on incidents.incident_key = all_signals.incident_key;

comment on view check_every_incident_has_a_signal is 'Incidents without any signal: there should be none.';
comment on column check_every_incident_has_a_signal.incident_key is 'The incident.';
