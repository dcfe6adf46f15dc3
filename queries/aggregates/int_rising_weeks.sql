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

-- a search for each kind of place: it reads few columns, and where a shop knows of no lot, none
series as (
    select
        cause,
        'all' as place_kind,
        null as place,
        date_trunc('week', event_date)::date as week_start_date,
        count(*) as incident_count
    from incidents
    where
        event_date >= (select bounds.first_week_date from bounds)
        and cause in (select kinds.cause from int_series_kinds as kinds where kinds.place_kind = 'all')
    group by cause, week_start_date
    union all
    select
        cause,
        'lot' as place_kind,
        place_of('lot', incidents) as place,
        date_trunc('week', event_date)::date as week_start_date,
        count(*) as incident_count
    from incidents
    where
        event_date >= (select bounds.first_week_date from bounds)
        and cause in (select kinds.cause from int_series_kinds as kinds where kinds.place_kind = 'lot')
        and place_of('lot', incidents) is not null
    group by cause, place, week_start_date
    union all
    select
        cause,
        'sku' as place_kind,
        place_of('sku', incidents) as place,
        date_trunc('week', event_date)::date as week_start_date,
        count(*) as incident_count
    from incidents
    where
        event_date >= (select bounds.first_week_date from bounds)
        and cause in (select kinds.cause from int_series_kinds as kinds where kinds.place_kind = 'sku')
        and place_of('sku', incidents) is not null
    group by cause, place, week_start_date
    union all
    select
        cause,
        'supplier' as place_kind,
        place_of('supplier', incidents) as place,
        date_trunc('week', event_date)::date as week_start_date,
        count(*) as incident_count
    from incidents
    where
        event_date >= (select bounds.first_week_date from bounds)
        and cause in (select kinds.cause from int_series_kinds as kinds where kinds.place_kind = 'supplier')
        and place_of('supplier', incidents) is not null
    group by cause, place, week_start_date
    union all
    select
        cause,
        'region' as place_kind,
        place_of('region', incidents) as place,
        date_trunc('week', event_date)::date as week_start_date,
        count(*) as incident_count
    from incidents
    where
        event_date >= (select bounds.first_week_date from bounds)
        and cause in (select kinds.cause from int_series_kinds as kinds where kinds.place_kind = 'region')
        and place_of('region', incidents) is not null
    group by cause, place, week_start_date
    union all
    select
        cause,
        'warehouse' as place_kind,
        place_of('warehouse', incidents) as place,
        date_trunc('week', event_date)::date as week_start_date,
        count(*) as incident_count
    from incidents
    where
        event_date >= (select bounds.first_week_date from bounds)
        and cause in (select kinds.cause from int_series_kinds as kinds where kinds.place_kind = 'warehouse')
        and place_of('warehouse', incidents) is not null
    group by cause, place, week_start_date
    union all
    select
        cause,
        'carrier' as place_kind,
        place_of('carrier', incidents) as place,
        date_trunc('week', event_date)::date as week_start_date,
        count(*) as incident_count
    from incidents
    where
        event_date >= (select bounds.first_week_date from bounds)
        and cause in (select kinds.cause from int_series_kinds as kinds where kinds.place_kind = 'carrier')
        and place_of('carrier', incidents) is not null
    group by cause, place, week_start_date
    union all
    select
        cause,
        'channel' as place_kind,
        place_of('channel', incidents) as place,
        date_trunc('week', event_date)::date as week_start_date,
        count(*) as incident_count
    from incidents
    where
        event_date >= (select bounds.first_week_date from bounds)
        and cause in (select kinds.cause from int_series_kinds as kinds where kinds.place_kind = 'channel')
        and place_of('channel', incidents) is not null
    group by cause, place, week_start_date
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
