-- Incidents week by week of each cause, everywhere and in each place where it can be put right, over three years: what
-- rising series are looked for in. Series that were quiet for half a year are left out, they cannot be rising.
-- Grain: one row per cause, place and week with an incident. Reads: incidents, int_place_kinds.
create or replace table int_rising_weeks as
with bounds as (
    select
        date_trunc('week', max(event_date))::date as last_week_date,
        (date_trunc('week', max(event_date)) - interval 156 week)::date as first_week_date
    from incidents
    where event_date <= current_date + 1 -- a date in the future is a typing error
),

-- one pass for each kind of place
weekly as (
    select
        incidents.cause,
        any_value(incidents.family) as family,
        case
            when grouping(incidents.sku) = 0 then 'sku'
            when grouping(incidents.supplier) = 0 then 'supplier'
            when grouping(incidents.warehouse) = 0 then 'warehouse'
            when grouping(incidents.carrier) = 0 then 'carrier'
            when grouping(incidents.channel) = 0 then 'channel'
            else 'all'
        end as place_kind,
        coalesce(
            incidents.sku, incidents.supplier, incidents.warehouse, incidents.carrier, incidents.channel
        ) as place,
        date_trunc('week', incidents.event_date)::date as week_start_date,
        count(*) as incident_count
    from incidents
    cross join bounds
    where incidents.event_date >= bounds.first_week_date and incidents.cause not in ('unknown', 'other')
    group by grouping sets (
        (incidents.cause, week_start_date),
        (incidents.cause, week_start_date, incidents.sku),
        (incidents.cause, week_start_date, incidents.supplier),
        (incidents.cause, week_start_date, incidents.warehouse),
        (incidents.cause, week_start_date, incidents.carrier),
        (incidents.cause, week_start_date, incidents.channel)
    )
),

series as (
    select
        weekly.cause,
        weekly.place_kind,
        weekly.place,
        weekly.week_start_date,
        weekly.incident_count
    from weekly
    left join int_place_kinds as kinds on weekly.family = kinds.family and weekly.place_kind = kinds.place_kind
    where weekly.place_kind = 'all' or (kinds.family is not null and weekly.place is not null)
),

lively as (
    select
        series.cause,
        series.place_kind,
        series.place
    from series
    cross join bounds
    where series.week_start_date >= bounds.last_week_date - 182
    group by series.cause, series.place_kind, series.place
    having sum(series.incident_count) >= 5
)

select series.*
from series
inner join lively
    on
        series.cause = lively.cause
        and series.place_kind = lively.place_kind
        and series.place is not distinct from lively.place;
