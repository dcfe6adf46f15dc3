-- The chosen period, the time before it that says what to expect, and how many days after its order an incident of
-- the chosen causes shows: a tenth of them by the first of `delays`, nine tenths by the last. The base is the 12 weeks
-- before the period, or as long as the period if that is longer, as far as there are data.
-- Grain: one row, none without a period. Reads: matching_incidents, int_incident_days, int_exposure_sums,
-- int_data_end, ref_causes.
create or replace view int_driver_windows as
with chosen as (
    select
        getvariable('start')::date as start_date,
        least(coalesce(getvariable('until')::date, '9999-12-31'), int_data_end.last_date + 1) as until_date
    from int_data_end
    where getvariable('start') is not null
),

lengths as (
    select
        start_date,
        until_date,
        (until_date - start_date)::integer as day_count,
        start_date - greatest(84, until_date - start_date)::integer as base_date
    from chosen
    where until_date > start_date
),

told as (
    select
        quantile_disc(
            least((incidents.event_date - incidents.order_date)::integer, 60), [0.1, 0.3, 0.5, 0.7, 0.9]
        ) filter (
            where incidents.order_date <= incidents.event_date
        ) as delays,
        min(ref_causes.exposure) as exposure,
        count(distinct coalesce(ref_causes.exposure, 'orders')) as exposure_count
    from lengths
    inner join matching_incidents as incidents
        on lengths.base_date <= incidents.on_date and lengths.until_date > incidents.on_date
    left join ref_causes on incidents.cause = ref_causes.cause
),

begins as (
    select
        (
            select min(int_incident_days.date)
            from int_incident_days
            where int_incident_days.date_basis = coalesce(getvariable('basis'), 'event')
        ) as incident_date,
        (
            select min(int_exposure_sums.date)
            from int_exposure_sums
            where int_exposure_sums.date_basis = 'order'
        ) as order_date
),

delayed as (
    select
        -- causes that are counted against different things are all set against confirmed lines
        if(exposure_count = 1, exposure, 'lines_confirmed') as exposure,
        if(coalesce(getvariable('basis'), 'event') = 'order' or delays is null, [0], delays) as delays
    from told
)

select
    lengths.start_date,
    lengths.until_date,
    lengths.day_count,
    least(lengths.day_count, 28) as block_days,
    greatest(lengths.base_date, begins.incident_date, begins.order_date + delayed.delays[-1])::date as base_date,
    delayed.delays,
    delayed.exposure
from lengths
cross join delayed
cross join begins;
