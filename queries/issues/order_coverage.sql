-- How many incidents of the period name no order that is loaded: they are counted, and no rate of orders explains them.
-- Grain: one row, none without incidents. Reads: filtered_incidents.
create or replace view order_coverage as
select
    count(*)::bigint as incident_count,
    count(*) filter (where order_key is null or starts_with(order_key, 'ref/'))::bigint as unlinked_count
from filtered_incidents
having count(*) > 0;

comment on view order_coverage is 'Incidents of the period, and those of them whose order is not loaded.';
comment on column order_coverage.incident_count is 'Incidents under the filters.';
comment on column order_coverage.unlinked_count is 'Those that name no order, or one that is not loaded.';
