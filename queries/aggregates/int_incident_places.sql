-- The day of the first incident ever of a cause in each place where it can be put right.
-- Grain: one row per cause and place. Reads: incidents, int_place_kinds.
create or replace table int_incident_places as
with placed as (
    select
        incidents.cause,
        kinds.place_kind,
        place_of(kinds.place_kind, incidents) as place,
        incidents.event_date
    from incidents
    inner join int_place_kinds as kinds
        on
            incidents.family = kinds.family
            and kinds.is_listed
            and (
                not kinds.is_last_resort
                or coalesce(incidents.sku, incidents.supplier, incidents.warehouse, incidents.carrier) is null
            )
)

select
    cause,
    place_kind,
    place,
    min(event_date) as first_seen_date
from placed
where place is not null
group by cause, place_kind, place;
