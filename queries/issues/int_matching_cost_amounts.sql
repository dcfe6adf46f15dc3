-- What each incident that passes every filter cost, the period included.
-- Grain: one row per incident. Reads: int_cost_amounts.
create or replace view int_matching_cost_amounts as
select *
from int_cost_amounts
where
    if(getvariable('basis') = 'order', order_date, event_date) is not null
    and in_period(if(getvariable('basis') = 'order', order_date, event_date))
    and passes_incident(int_cost_amounts);
