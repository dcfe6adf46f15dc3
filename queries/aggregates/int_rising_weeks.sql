-- Incidents week by week of each cause, everywhere and in each place where it can be put right, over three years: what
-- rising series are looked for in. Series that were quiet for half a year are left out, they cannot be rising.
-- Grain: one row per cause, place and week with an incident. Reads: incidents, int_series_kinds.
create or replace temp macro weeks_in_places(kind) as table (
    select
        cause,
        kind as place_kind,
        place_of(kind, incidents) as place,
        date_trunc('week', event_date)::date as week_start_date,
        count(*) as incident_count
    from incidents
    where
        event_date >= (
            select date_trunc('week', max(told.event_date)) - interval 156 week
            from incidents as told
            where told.event_date <= current_date + 1 -- a date in the future is a typing error
        )
        and cause in (select kinds.cause from int_series_kinds as kinds where kinds.place_kind = kind)
        and (kind = 'all' or place_of(kind, incidents) is not null)
    group by cause, place, week_start_date
);

create or replace table int_rising_weeks as
-- a search for each kind of place: it reads few columns, and where a shop knows of no lot, none
with series as (
    from weeks_in_places('all')
    union all
    from weeks_in_places('lot')
    union all
    from weeks_in_places('sku')
    union all
    from weeks_in_places('supplier')
    union all
    from weeks_in_places('region')
    union all
    from weeks_in_places('warehouse')
    union all
    from weeks_in_places('carrier')
    union all
    from weeks_in_places('channel')
),

bounds as (
    select date_trunc('week', max(event_date))::date as last_week_date
    from incidents
    where event_date <= current_date + 1
),

lively as (
    select
        cause,
        place_kind,
        place
    from series
    where week_start_date >= (select bounds.last_week_date - 182 from bounds)
    group by cause, place_kind, place
    having sum(incident_count) >= 5
)

select series.*
from series
inner join lively
    on
        series.cause = lively.cause
        and series.place_kind = lively.place_kind
        and series.place is not distinct from lively.place;
