-- Tickets that pass every filter but the period: those that customers opened, and that are no spam, copy or outbound
-- mail.
-- On the order basis a ticket counts on the day of its order.
-- Grain: one row per ticket. Reads: ticket_service.
create or replace view int_matching_tickets as
select
    *,
    if(getvariable('basis') = 'order', order_date, created_date) as on_date
from ticket_service
where
    not is_excluded
    and (
        coalesce(len(getvariable('channels')::varchar[]), 0) = 0
        or channel in getvariable('channels')::varchar[]
    )
    and (
        coalesce(len(getvariable('causes')::varchar[]), 0) = 0
        or cause in getvariable('causes')::varchar[]
    )
    and (
        coalesce(len(getvariable('families')::varchar[]), 0) = 0
        or family in getvariable('families')::varchar[]
    )
    and (
        coalesce(len(getvariable('parties')::varchar[]), 0) = 0
        or party in getvariable('parties')::varchar[]
    )
    and (
        coalesce(len(getvariable('skus')::varchar[]), 0) = 0
        or sku in getvariable('skus')::varchar[]
    )
    and (
        coalesce(len(getvariable('suppliers')::varchar[]), 0) = 0
        or supplier in getvariable('suppliers')::varchar[]
    )
    and (
        coalesce(len(getvariable('warehouses')::varchar[]), 0) = 0
        or warehouse in getvariable('warehouses')::varchar[]
    )
    and (
        coalesce(len(getvariable('carriers')::varchar[]), 0) = 0
        or carrier in getvariable('carriers')::varchar[]
    )
    and (
        coalesce(len(getvariable('countries')::varchar[]), 0) = 0
        or country in getvariable('countries')::varchar[]
    );
