-- How often customers have to write about one incident: a contact after the first is a repeated one, whatever period
-- the first fell in.
-- What they took is told where the shop says how long a ticket keeps somebody busy.
-- Grain: one row per cause. Reads: int_served_tickets, rule_cost_handling.
create or replace view repeated_contacts as
with handling as (
    select
        coalesce(valid_from, date '0001-01-01') as valid_from,
        coalesce(
            lead(valid_from) over (order by coalesce(valid_from, date '0001-01-01')), date '9999-12-31'
        ) as valid_until,
        minutes,
        minutes * hourly_cost / 60 as ticket_cents
    from rule_cost_handling
    where kind = 'ticket'
)

select
    tickets.cause,
    any_value(tickets.family) as family,
    any_value(tickets.party) as party,
    count(*) as contact_count,
    count(*) filter (where tickets.contact_number = 1) as first_contact_count,
    count(*) filter (where tickets.contact_number > 1) as repeated_contact_count,
    count(*) filter (where tickets.contact_number > 1) / count(*) as repeated_share,
    max(tickets.contact_number)::bigint as most_contacts,
    if(
        count(handling.minutes) filter (where tickets.contact_number > 1)
        = count(*) filter (where tickets.contact_number > 1),
        coalesce(sum(handling.minutes) filter (where tickets.contact_number > 1), 0) / 60,
        null
    ) as repeated_hours,
    if(
        count(handling.minutes) filter (where tickets.contact_number > 1)
        = count(*) filter (where tickets.contact_number > 1),
        coalesce(round(sum(handling.ticket_cents) filter (where tickets.contact_number > 1)), 0)::bigint,
        null
    ) as repeated_cost_cents
from int_served_tickets as tickets
left join handling
    on tickets.created_date >= handling.valid_from and tickets.created_date < handling.valid_until
where tickets.incident_key is not null
group by tickets.cause
order by repeated_contact_count desc, contact_count desc, tickets.cause;

comment on view repeated_contacts is 'Contacts and repeated contacts by root cause.';
comment on column repeated_contacts.cause is 'Root cause of the incident.';
comment on column repeated_contacts.family is 'Family of the cause.';
comment on column repeated_contacts.party is 'Who can put it right; where that varies, one of them.';
comment on column repeated_contacts.contact_count is 'Tickets of the period about incidents of this cause.';
comment on column repeated_contacts.first_contact_count is 'Those that were the first about their incident.';
comment on column repeated_contacts.repeated_contact_count is 'Those that were not.';
comment on column repeated_contacts.repeated_share is 'Repeated ones of all.';
comment on column repeated_contacts.most_contacts is 'The most tickets that one incident had so far.';
comment on column repeated_contacts.repeated_hours is 'Working hours that repeated contacts took, as the shop assumes it; NULL where it assumes nothing.';
comment on column repeated_contacts.repeated_cost_cents is 'What those hours cost, minor units of the main currency; NULL where nothing is assumed.';
