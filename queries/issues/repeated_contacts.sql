-- How often customers have to write about one incident: a contact after the first is a repeated one, whatever period
-- the first fell in.
-- Grain: one row per cause. Reads: int_served_tickets.
create or replace view repeated_contacts as
select
    cause,
    any_value(family) as family,
    any_value(party) as party,
    count(*) as contact_count,
    count(*) filter (where contact_number = 1) as first_contact_count,
    count(*) filter (where contact_number > 1) as repeated_contact_count,
    count(*) filter (where contact_number > 1) / count(*) as repeated_share,
    max(contact_number)::bigint as most_contacts,
    count(*) filter (where reply_state = 'waiting') as waiting_count
from int_served_tickets
where incident_key is not null
group by cause
order by repeated_contact_count desc, contact_count desc, cause;

comment on view repeated_contacts is 'Contacts and repeated contacts by root cause.';
comment on column repeated_contacts.cause is 'Root cause of the incident.';
comment on column repeated_contacts.family is 'Family of the cause.';
comment on column repeated_contacts.party is 'Who can put it right; where that varies, one of them.';
comment on column repeated_contacts.contact_count is 'Tickets of the period about incidents of this cause.';
comment on column repeated_contacts.first_contact_count is 'Those that were the first about their incident.';
comment on column repeated_contacts.repeated_contact_count is 'Those that were not.';
comment on column repeated_contacts.repeated_share is 'Repeated ones of all.';
comment on column repeated_contacts.most_contacts is 'The most tickets that one incident had so far.';
comment on column repeated_contacts.waiting_count is 'Those without an answer yet.';
