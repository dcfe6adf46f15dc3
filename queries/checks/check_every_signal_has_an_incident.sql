-- Signals whose incident is missing: there should be none.
-- Grain: one row per signal. Reads: all_signals, incidents, dismissed_incidents.
create or replace view check_every_signal_has_an_incident as
select
    all_signals.signal_key,
    all_signals.incident_key
from all_signals
anti join incidents on all_signals.incident_key = incidents.incident_key
-- what a person said is no incident is kept apart
anti join dismissed_incidents on all_signals.incident_key = dismissed_incidents.incident_key;

comment on view check_every_signal_has_an_incident is 'Signals whose incident is missing: there should be none.';
comment on column check_every_signal_has_an_incident.signal_key is 'The signal.';
comment on column check_every_signal_has_an_incident.incident_key is 'The incident it names.';
