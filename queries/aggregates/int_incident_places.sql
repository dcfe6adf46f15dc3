-- The day of the first incident ever of a cause in each place where it can be put right.
-- Grain: one row per cause and place. Reads: incidents, int_place_kinds.
create or replace temp macro first_in_places(kind) as table (
    select
        incidents.cause,
        kind as place_kind,
        place_of(kind, incidents) as place,
        min(incidents.event_date) as first_seen_date
    from incidents
    inner join int_place_kinds as kinds on incidents.family = kinds.family and kinds.place_kind = kind
    where
        kinds.is_listed
        and place_of(kind, incidents) is not null
        and (
            not kinds.is_last_resort
            or coalesce(incidents.sku, incidents.supplier, incidents.warehouse, incidents.carrier) is null
        )
    group by incidents.cause, place
);

-- a search for each kind of place: it reads few columns, and where a shop knows of no supplier, none
create or replace table int_incident_places as
from first_in_places('lot')
union all
from first_in_places('sku')
union all
from first_in_places('supplier')
union all
from first_in_places('region')
union all
from first_in_places('warehouse')
union all
from first_in_places('carrier')
union all
from first_in_places('channel');
