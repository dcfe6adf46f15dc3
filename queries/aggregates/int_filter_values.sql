-- How many incidents each value of each filter has, in the whole history.
-- Grain: one row per dimension and value. Reads: incidents.
create or replace table int_filter_values as
with counted as (
    select
        'channel' as dimension,
        channel as value,
        count(*) as incident_count
    from incidents
    where channel is not null
    group by all
    union all
    select
        'cause' as dimension,
        cause as value,
        count(*) as incident_count
    from incidents
    where cause is not null
    group by all
    union all
    select
        'family' as dimension,
        family as value,
        count(*) as incident_count
    from incidents
    where family is not null
    group by all
    union all
    select
        'party' as dimension,
        party as value,
        count(*) as incident_count
    from incidents
    where party is not null
    group by all
    union all
    select
        'sku' as dimension,
        sku as value,
        count(*) as incident_count
    from incidents
    where sku is not null
    group by all
    union all
    select
        'supplier' as dimension,
        supplier as value,
        count(*) as incident_count
    from incidents
    where supplier is not null
    group by all
    union all
    select
        'warehouse' as dimension,
        warehouse as value,
        count(*) as incident_count
    from incidents
    where warehouse is not null
    group by all
    union all
    select
        'carrier' as dimension,
        carrier as value,
        count(*) as incident_count
    from incidents
    where carrier is not null
    group by all
    union all
    select
        'country' as dimension,
        country as value,
        count(*) as incident_count
    from incidents
    where country is not null
    group by all
)

select *
from counted
order by dimension, incident_count desc, value;
