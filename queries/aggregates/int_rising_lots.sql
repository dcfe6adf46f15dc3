-- The lots of int_rising_weeks with incidents of late, and the articles that each holds. A lot has no past of its own
-- to be judged by: it is held against its articles from other lots.
-- Grain: one row per lot and SKU. Reads: lines, incidents, int_rising_weeks.
create or replace table int_rising_lots as
with bounds as (
    select max(week_start_date) - 56 as first_date
    from int_rising_weeks
),

places as (
    select
        cause,
        place
    from int_rising_weeks
    where place_kind = 'lot' and week_start_date >= (select bounds.first_date from bounds)
    group by cause, place
    having sum(incident_count) >= 3 -- with fewer none is told (analysis/rising.py)
),

labels as (
    select distinct
        incidents.lot,
        places.place
    from incidents
    inner join places on place_of('lot', incidents) = places.place
    where incidents.lot is not null and incidents.event_date >= (select bounds.first_date from bounds)
)

select distinct
    labels.place,
    labels.lot,
    lines.sku
from lines
inner join labels on lines.lot = labels.lot and place_of('lot', lines) = labels.place
where lines.sku is not null;
