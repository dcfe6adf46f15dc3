-- Tags that a fact contradicts, case by case, newest first: what to look at together with the team, to mend the tag's
-- definition or its training.
-- Grain: one row per ticket and tag. Reads: int_matching_tags, incidents.
create or replace view tag_contradictions as
select
    tags.created_date,
    tags.tag,
    tags.cause,
    tags.fact_cause,
    tags.source,
    tags.team,
    incidents.order_key,
    incidents.order_name,
    tags.incident_key
from int_matching_tags as tags
inner join incidents on tags.incident_key = incidents.incident_key
where tags.is_chosen and not tags.is_borne_out
order by tags.created_date desc, tags.ticket_record_id, tags.tag;

comment on view tag_contradictions is 'Tags that a fact of the same incident contradicts.';
comment on column tag_contradictions.created_date is 'Day of the ticket.';
comment on column tag_contradictions.tag is 'Tag as written.';
comment on column tag_contradictions.cause is 'Cause that the tag means.';
comment on column tag_contradictions.fact_cause is 'Cause that the best fact of the incident names.';
comment on column tag_contradictions.source is 'Tool of the ticket.';
comment on column tag_contradictions.team is 'Team of the ticket; NULL when not told.';
comment on column tag_contradictions.order_key is 'Key of the order; NULL when not known.';
comment on column tag_contradictions.order_name is 'Number of the order.';
comment on column tag_contradictions.incident_key is 'Key of the incident.';
