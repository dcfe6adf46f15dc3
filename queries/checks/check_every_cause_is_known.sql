-- Causes in the facts that no cause file describes.
-- Grain: one row per cause. Reads: incidents, ref_causes.
create or replace view check_every_cause_is_known as
select
    incidents.cause,
    count(*) as incident_count
from incidents
anti join ref_causes on incidents.cause = ref_causes.cause
where incidents.cause not in ('unknown', 'other')
group by incidents.cause;

comment on view check_every_cause_is_known is 'Causes in the facts that no cause file describes.';
comment on column check_every_cause_is_known.cause is 'The cause.';
comment on column check_every_cause_is_known.incident_count is 'Incidents that have it.';
