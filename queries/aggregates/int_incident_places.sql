-- The day of the first incident ever of a cause in each place where it can be put right.
-- Grain: one row per cause and place. Reads: incidents, int_place_kinds.
create or replace table int_incident_places as
with listed as (
    select *
    from int_place_kinds
    where is_listed
),

-- a search for each kind of place: it reads few columns, and where a shop knows of no supplier, none
placed as (
    select
        incidents.cause,
        'lot' as place_kind,
        place_of('lot', incidents) as place,
        min(incidents.event_date) as first_seen_date
    from incidents
    inner join listed on incidents.family = listed.family
    where
        listed.place_kind = 'lot'
        and place_of('lot', incidents) is not null
        and (
            not listed.is_last_resort
            or coalesce(incidents.sku, incidents.supplier, incidents.warehouse, incidents.carrier) is null
        )
    group by incidents.cause, place
    union all
    select
        incidents.cause,
        'sku' as place_kind,
        place_of('sku', incidents) as place,
        min(incidents.event_date) as first_seen_date
    from incidents
    inner join listed on incidents.family = listed.family
    where
        listed.place_kind = 'sku'
        and place_of('sku', incidents) is not null
        and (
            not listed.is_last_resort
            or coalesce(incidents.sku, incidents.supplier, incidents.warehouse, incidents.carrier) is null
        )
    group by incidents.cause, place
    union all
    select
        incidents.cause,
        'supplier' as place_kind,
        place_of('supplier', incidents) as place,
        min(incidents.event_date) as first_seen_date
    from incidents
    inner join listed on incidents.family = listed.family
    where
        listed.place_kind = 'supplier'
        and place_of('supplier', incidents) is not null
        and (
            not listed.is_last_resort
            or coalesce(incidents.sku, incidents.supplier, incidents.warehouse, incidents.carrier) is null
        )
    group by incidents.cause, place
    union all
    select
        incidents.cause,
        'region' as place_kind,
        place_of('region', incidents) as place,
        min(incidents.event_date) as first_seen_date
    from incidents
    inner join listed on incidents.family = listed.family
    where
        listed.place_kind = 'region'
        and place_of('region', incidents) is not null
        and (
            not listed.is_last_resort
            or coalesce(incidents.sku, incidents.supplier, incidents.warehouse, incidents.carrier) is null
        )
    group by incidents.cause, place
    union all
    select
        incidents.cause,
        'warehouse' as place_kind,
        place_of('warehouse', incidents) as place,
        min(incidents.event_date) as first_seen_date
    from incidents
    inner join listed on incidents.family = listed.family
    where
        listed.place_kind = 'warehouse'
        and place_of('warehouse', incidents) is not null
        and (
            not listed.is_last_resort
            or coalesce(incidents.sku, incidents.supplier, incidents.warehouse, incidents.carrier) is null
        )
    group by incidents.cause, place
    union all
    select
        incidents.cause,
        'carrier' as place_kind,
        place_of('carrier', incidents) as place,
        min(incidents.event_date) as first_seen_date
    from incidents
    inner join listed on incidents.family = listed.family
    where
        listed.place_kind = 'carrier'
        and place_of('carrier', incidents) is not null
        and (
            not listed.is_last_resort
            or coalesce(incidents.sku, incidents.supplier, incidents.warehouse, incidents.carrier) is null
        )
    group by incidents.cause, place
    union all
    select
        incidents.cause,
        'channel' as place_kind,
        place_of('channel', incidents) as place,
        min(incidents.event_date) as first_seen_date
    from incidents
    inner join listed on incidents.family = listed.family
    where
        listed.place_kind = 'channel'
        and place_of('channel', incidents) is not null
        and (
            not listed.is_last_resort
            or coalesce(incidents.sku, incidents.supplier, incidents.warehouse, incidents.carrier) is null
        )
    group by incidents.cause, place
)

select *
from placed;
