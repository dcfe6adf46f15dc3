-- Incidents week by week of each cause, everywhere and in each place where it can be put right, over three years: what
-- rising series are looked for in. Series that were quiet for half a year are left out, they cannot be rising.
-- Grain: one row per cause, place and week with an incident. Reads: incidents, int_series_kinds.
create or replace table int_rising_weeks as
with bounds as (
    select
        date_trunc('week', max(event_date))::date as last_week_date,
        (date_trunc('week', max(event_date)) - interval 156 week)::date as first_week_date
    from incidents
    where event_date <= current_date + 1 -- a date in the future is a typing error
),

series as (
    select
        incidents.cause,
        kinds.place_kind,
        place_of(kinds.place_kind, incidents) as place,
        date_trunc('week', incidents.event_date)::date as week_start_date,
        count(*) as incident_count
    from incidents
    inner join int_series_kinds as kinds on incidents.cause = kinds.cause
    where incidents.event_date >= (select bounds.first_week_date from bounds)
    group by incidents.cause, kinds.place_kind, place, week_start_date
    having kinds.place_kind = 'all' or place is not null
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
