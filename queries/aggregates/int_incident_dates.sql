-- The days that incidents or their orders fall on: of those that a load touches, what is kept day by day is made anew.
-- Grain: one row per day. Reads: incidents.
create or replace view int_incident_dates as
select event_date as date
from incidents
where event_date is not null

union

select order_date as date
from incidents
where order_date is not null;
