-- Tags of tickets, each with whether its ticket passes every filter, the period included. Filters look at the incident
-- that a ticket is about, so a ticket about none passes no filter but the period; on the order basis the day is that of
-- its order. Where only the period is chosen no ticket is looked up.
-- Grain: one row per ticket and tag. Reads: ticket_tags, int_matching_tickets.
create or replace view int_matching_tags as
with chosen as (
    select ticket_record_id
    from int_matching_tickets
    where
        on_date is not null
        and in_period(on_date)
)

select
    *,
    in_period(created_date) as is_chosen
from ticket_tags
where
    coalesce(getvariable('basis'), 'event') = 'event'
    and not (
        is_filtered('channels')
        or is_filtered('causes')
        or is_filtered('families')
        or is_filtered('parties')
        or filters_lines()
    )

union all

select
    tags.*,
    chosen.ticket_record_id is not null as is_chosen
from ticket_tags as tags
left join chosen on tags.ticket_record_id = chosen.ticket_record_id
where
    getvariable('basis') = 'order'
    or is_filtered('channels')
    or is_filtered('causes')
    or is_filtered('families')
    or is_filtered('parties')
    or filters_lines();
