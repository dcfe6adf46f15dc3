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

weekly as (
    select
        cause,
        family,
        sku,
        supplier,
        warehouse,
        carrier,
        channel,
        date_trunc('week', event_date)::date as week_start_date,
        count(*) as incident_count
    from incidents
    cross join bounds
    where event_date >= bounds.first_week_date and cause not in ('unknown', 'other')
    group by all
),

placed as (
    select
        weekly.cause,
        'all' as place_kind,
        null as place,
        weekly.week_start_date,
        weekly.incident_count
    from weekly
    union all
    select
        weekly.cause,
        kinds.place_kind,
        case kinds.place_kind
            when 'sku' then weekly.sku
            when 'supplier' then weekly.supplier
            when 'warehouse' then weekly.warehouse
            when 'carrier' then weekly.carrier
            else weekly.channel
        end as place,
        weekly.week_start_date,
        weekly.incident_count
    from weekly
    inner join int_place_kinds as kinds on weekly.family = kinds.family
),

series as (
    select
        cause,
        place_kind,
        place,
        week_start_date,
        sum(incident_count)::bigint as incident_count
    from placed
    where place_kind = 'all' or place is not null
    group by cause, place_kind, place, week_start_date
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
