-- What customers wrote about orders that were cancelled, and when somebody answered in person. A ticket asks for a
-- cancellation when its words say so or when its cause is a change of mind, unless it denies having asked: then the
-- words of asking are part of the denial. Automatic messages are no answer.
-- Kept by: ticket_record_id, sorted by created_at.
-- Grain: one row per ticket about an order with a cancelled line. Reads: touched_tickets, raw_messages,
-- near_signals, near_incidents, cancelled_lines, ref_sayings.
create or replace temp view new_cancellation_tickets as
with linked as (
    select
        record_id as ticket_record_id,
        order_key,
        cause
    from near_signals
    where kind = 'ticket'
    union all
    -- a ticket that is an incident by itself is kept as that
    select
        substr(incident_key, length('ticket/') + 1),
        order_key,
        cause
    from near_incidents
    where signal_count = 1 and kinds = ['ticket']
),

chosen as (
    select *
    from linked
    semi join touched_tickets on linked.ticket_record_id = touched_tickets.record_id
    where linked.order_key in (select cancelled_lines.order_key from cancelled_lines)
),

tickets as (
    select
        chosen.ticket_record_id,
        chosen.order_key,
        chosen.cause,
        touched_tickets.source,
        touched_tickets.account,
        touched_tickets.ticket_id,
        touched_tickets.created_at,
        touched_tickets.first_reply_at,
        touched_tickets.phrases,
        ' ' || normal_text(touched_tickets.subject) || ' ' as words
    from chosen
    inner join touched_tickets on chosen.ticket_record_id = touched_tickets.record_id
),

said as (
    select
        tickets.ticket_record_id,
        bool_or(ref_sayings.saying = 'cancellation_asked') as asks,
        bool_or(ref_sayings.saying = 'cancellation_denied') as denies
    from tickets
    inner join ref_sayings
        on
            contains(tickets.words, ' ' || ref_sayings.phrase || ' ')
            or list_contains(tickets.phrases, ref_sayings.phrase)
    group by tickets.ticket_record_id
),

answered as (
    select
        messages.source,
        messages.account,
        messages.ticket_id,
        min(messages.sent_at) filter (
            where messages.author = 'agent' and coalesce(messages.is_public, true)
        ) as first_agent_at
    from raw_messages as messages
    semi join tickets
        on
            messages.source = tickets.source
            and messages.account = tickets.account
            and messages.ticket_id = tickets.ticket_id
    group by messages.source, messages.account, messages.ticket_id
)

select
    tickets.ticket_record_id,
    tickets.order_key,
    tickets.created_at,
    coalesce(said.denies, false) as denies,
    not coalesce(said.denies, false)
    and (
        coalesce(said.asks, false)
        or tickets.cause in ('changed_mind', 'cheaper_elsewhere', 'ordered_by_mistake')
    ) as asks,
    if(answered.ticket_id is null, tickets.first_reply_at, answered.first_agent_at) as first_agent_at
from tickets
left join said on tickets.ticket_record_id = said.ticket_record_id
left join answered
    on
        tickets.source = answered.source
        and tickets.account = answered.account
        and tickets.ticket_id = answered.ticket_id;
