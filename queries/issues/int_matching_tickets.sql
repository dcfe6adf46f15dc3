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
    and passes_incident(ticket_service);
