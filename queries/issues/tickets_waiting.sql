-- Tickets that wait for a first answer or for their end, the longest first, with how long and whether that is longer
-- than promised. Their age is told up to the last thing that their tool told of.
-- Grain: one row per ticket. Reads: int_served_tickets.
create or replace view tickets_waiting as
select
    ticket_record_id,
    ticket_id,
    source,
    account,
    contact_channel,
    team,
    created_date,
    reply_state = 'waiting' as is_unanswered,
    age_seconds / 3600 as age_hours,
    age_business_seconds / 3600 as age_business_hours,
    if(reply_state = 'waiting', reply_target_seconds, resolution_target_seconds) / 3600 as target_hours,
    if(reply_state = 'waiting', reply_target_clock, resolution_target_clock) as target_clock,
    if(reply_state = 'waiting', reply_promise, resolution_promise) = 'missed' as is_late,
    contact_number,
    cause,
    order_key,
    order_name,
    incident_key
from int_served_tickets
where resolution_state = 'open'
order by is_unanswered desc, coalesce(is_late, false) desc, age_hours desc, ticket_record_id;

comment on view tickets_waiting is 'Open tickets, those without an answer first, longest waiting first.';
comment on column tickets_waiting.ticket_record_id is 'Record of the ticket.';
comment on column tickets_waiting.ticket_id is 'Number of the ticket in its tool.';
comment on column tickets_waiting.source is 'Tool that tells of it.';
comment on column tickets_waiting.account is 'Account of the tool.';
comment on column tickets_waiting.contact_channel is 'Where the customer wrote; NULL when not told.';
comment on column tickets_waiting.team is 'Team it is given to; NULL when not told.';
comment on column tickets_waiting.created_date is 'Day it was opened, in the shop''s zone.';
comment on column tickets_waiting.is_unanswered is 'Whether it still waits for its first answer.';
comment on column tickets_waiting.age_hours is 'Hours since it was opened (calendar), up to the last thing its tool told.';
comment on column tickets_waiting.age_business_hours is 'The same in business hours; NULL when no opening hours are known.';
comment on column tickets_waiting.target_hours is 'Hours promised for what it waits for; NULL without a promise.';
comment on column tickets_waiting.target_clock is 'Whether those are business or calendar hours.';
comment on column tickets_waiting.is_late is 'Whether it waits longer than promised; NULL without a promise.';
comment on column tickets_waiting.contact_number is 'Which contact about its incident it is; NULL without one.';
comment on column tickets_waiting.cause is 'Root cause of its incident.';
comment on column tickets_waiting.order_key is 'Key of its order; NULL when not known.';
comment on column tickets_waiting.order_name is 'Number of its order.';
comment on column tickets_waiting.incident_key is 'Key of its incident.';
