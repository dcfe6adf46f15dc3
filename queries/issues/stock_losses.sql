-- Pieces that warehouses wrote off or could not find, by place and cause.
-- Grain: one row per warehouse and cause. Reads: filtered_incidents.
create or replace view stock_losses as
select
    warehouse,
    cause,
    party,
    count(*) as incident_count,
    sum(quantity)::bigint as unit_count,
    max(event_date) as last_date
from filtered_incidents
where list_contains(kinds, 'write_off')
group by warehouse, cause, party
order by unit_count desc nulls last, incident_count desc, warehouse, cause;

comment on view stock_losses is 'Pieces that warehouses wrote off or could not find.';
comment on column stock_losses.warehouse is 'Warehouse; NULL when not told.';
comment on column stock_losses.cause is 'Root cause.';
comment on column stock_losses.party is 'Who can put it right.';
comment on column stock_losses.incident_count is 'Incidents with a change of stock that reports a problem.';
comment on column stock_losses.unit_count is 'Pieces; NULL when not told.';
comment on column stock_losses.last_date is 'Last of them.';
