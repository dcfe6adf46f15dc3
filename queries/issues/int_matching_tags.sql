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
        and (getvariable('start') is null or on_date >= getvariable('start')::date)
        and (getvariable('until') is null or on_date < getvariable('until')::date)
)

select
    *,
    (getvariable('start') is null or created_date >= getvariable('start')::date)
    and (getvariable('until') is null or created_date < getvariable('until')::date) as is_chosen
from ticket_tags
where
    coalesce(getvariable('basis'), 'event') = 'event'
    and coalesce(len(getvariable('channels')::varchar[]), 0)
    + coalesce(len(getvariable('causes')::varchar[]), 0)
    + coalesce(len(getvariable('families')::varchar[]), 0)
    + coalesce(len(getvariable('parties')::varchar[]), 0)
    + coalesce(len(getvariable('skus')::varchar[]), 0)
    + coalesce(len(getvariable('suppliers')::varchar[]), 0)
    + coalesce(len(getvariable('warehouses')::varchar[]), 0)
    + coalesce(len(getvariable('carriers')::varchar[]), 0)
    + coalesce(len(getvariable('countries')::varchar[]), 0) = 0

union all

select
    tags.*,
    chosen.ticket_record_id is not null as is_chosen
from ticket_tags as tags
left join chosen on tags.ticket_record_id = chosen.ticket_record_id
where
    getvariable('basis') = 'order'
    or coalesce(len(getvariable('channels')::varchar[]), 0)
    + coalesce(len(getvariable('causes')::varchar[]), 0)
    + coalesce(len(getvariable('families')::varchar[]), 0)
    + coalesce(len(getvariable('parties')::varchar[]), 0)
    + coalesce(len(getvariable('skus')::varchar[]), 0)
    + coalesce(len(getvariable('suppliers')::varchar[]), 0)
    + coalesce(len(getvariable('warehouses')::varchar[]), 0)
    + coalesce(len(getvariable('carriers')::varchar[]), 0)
    + coalesce(len(getvariable('countries')::varchar[]), 0) > 0;
