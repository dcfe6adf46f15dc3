-- Where incidents of a cause happen, and the day of the first one ever. A cause lives where its family can be put
-- right: a defect in an article or its supplier, a picking error in a warehouse, a loss with a carrier. Where neither
-- place is known, the channel stands for it.
-- Grain: one row per cause and place. Reads: incidents, int_place_kinds.
create or replace table int_incident_places as
with placed as (
    select
        incidents.cause,
        kinds.place_kind,
        case kinds.place_kind
            when 'sku' then incidents.sku
            when 'supplier' then incidents.supplier
            when 'warehouse' then incidents.warehouse
            when 'carrier' then incidents.carrier
            else incidents.channel
        end as place,
        incidents.event_date
    from incidents
    inner join int_place_kinds as kinds on incidents.family = kinds.family
)

-- not `group by all having place is not null`: DuckDB 2.0 then groups by the columns that place is made of
select
    cause,
    place_kind,
    place,
    min(event_date) as first_seen_date
from placed
where place is not null
group by cause, place_kind, place;
