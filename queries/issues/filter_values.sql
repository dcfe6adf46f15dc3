-- What each filter can be set to, in the whole history.
-- Grain: one row per dimension and value. Reads: int_filter_values.
create or replace view filter_values as
select
    dimension,
    value,
    incident_count
from int_filter_values;

comment on view filter_values is 'Values of each filter, with their incidents in the whole history.';
comment on column filter_values.dimension is 'Filter: channel, cause, family, party, sku, supplier, warehouse, carrier or country.';
comment on column filter_values.value is 'Value of the filter.';
comment on column filter_values.incident_count is 'Incidents with this value.';
