-- Incidents that a ticket tells of and whose cause nobody knows, with the subject of their first ticket: what a cause
-- can be suggested for. A ticket whose tag means no cause on purpose is not among them. Whoever shipped stands for the
-- causes that whoever shipped answers for.
-- Grain: one row per incident. Reads: incidents, signals, raw_tickets, ticket_tags, settings.
create or replace view tickets_without_cause as
with causeless as (
    select *
    from incidents
    where cause = any(['unknown', 'other']) and list_contains(kinds, 'ticket')
),

told as (
    select
        signals.incident_key,
        list(signals.signal_key order by signals.signal_key <> signals.incident_key, signals.signal_key)
            as signal_keys,
        arg_min(signals.record_id, (signals.occurred_at, signals.signal_key))
        filter (where signals.kind = 'ticket') as record_id
    from signals
    semi join causeless on signals.incident_key = causeless.incident_key
    group by signals.incident_key
),

-- one without a signal beside it is the ticket that it is called by: all_signals
about as (
    select
        causeless.* exclude (kinds),
        coalesce(told.signal_keys, [causeless.incident_key]) as signal_keys,
        if(told.incident_key is null, substr(causeless.incident_key, length('ticket/') + 1), told.record_id)
            as record_id
    from causeless
    left join told on causeless.incident_key = told.incident_key
)

select
    about.incident_key,
    about.signal_keys,
    tickets.subject,
    about.event_date,
    about.cause,
    about.party,
    about.order_key,
    about.order_name,
    if(
        about.fulfilled_by in ('3pl', 'marketplace')
        or coalesce(list_contains(settings.third_party_warehouses, upper(trim(about.warehouse))), false),
        '3pl',
        'merchant'
    ) as fulfiller_party
from about
cross join settings
inner join raw_tickets as tickets on about.record_id = tickets.record_id
where
    length(trim(tickets.subject)) >= 3
    and tickets.record_id not in (
        select ticket_tags.ticket_record_id
        from ticket_tags
        where ticket_tags.is_mapped and ticket_tags.cause is null
    )
order by about.event_date desc, about.incident_key;

comment on view tickets_without_cause is 'Incidents without a known cause that a ticket with a subject tells of.';
comment on column tickets_without_cause.incident_key is 'Key of the incident.';
comment on column tickets_without_cause.signal_keys is 'Its signals, the one it is called by first.';
comment on column tickets_without_cause.subject is 'Subject of its first ticket.';
comment on column tickets_without_cause.event_date is 'Day of its first signal, in the shop''s zone.';
comment on column tickets_without_cause.cause is 'What the rules say: unknown or other.';
comment on column tickets_without_cause.party is 'Who they blame.';
comment on column tickets_without_cause.order_key is 'Key of its order; NULL when not known.';
comment on column tickets_without_cause.order_name is 'Number of its order.';
comment on column tickets_without_cause.fulfiller_party is 'Who shipped it: the 3PL or the merchant.';
