-- Tickets whose cause a person, a fact, a tag or a ticked reason tells, with their subject: what suggestions are learnt
-- from. Causes that rest on words alone are left out: a machine would learn our own list of phrases. Tickets whose tags
-- mean no cause on purpose (a question before buying) teach what is no incident.
-- Grain: one row per ticket. Reads: all_signals, raw_tickets, ticket_tags.
create or replace view tickets_to_learn_from as
with no_incidents as (
    select ticket_record_id
    from ticket_tags
    group by ticket_record_id
    having bool_and(is_mapped and cause is null)
)

select
    signals.signal_key,
    tickets.subject,
    nullif(signals.cause, 'unknown') as cause,
    tickets.created_at
from all_signals as signals
inner join raw_tickets as tickets on signals.record_id = tickets.record_id
left join no_incidents on tickets.record_id = no_incidents.ticket_record_id
where
    signals.kind = 'ticket'
    and (
        signals.evidence in ('decision', 'fact', 'tag', 'reason') and signals.cause not in ('unknown', 'other')
        or signals.cause = 'unknown' and no_incidents.ticket_record_id is not null
    )
    and length(trim(tickets.subject)) >= 3
order by tickets.created_at, signals.signal_key;

comment on view tickets_to_learn_from is 'Tickets with a subject and a cause that more than words tell.';
comment on column tickets_to_learn_from.signal_key is 'Key of the ticket.';
comment on column tickets_to_learn_from.subject is 'Its subject, without e-mail addresses and telephone numbers.';
comment on column tickets_to_learn_from.cause is 'Cause that the ticket alone names; NULL when its tags mean none on purpose.';
comment on column tickets_to_learn_from.created_at is 'When it was opened (UTC).';
