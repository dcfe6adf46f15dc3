-- The weeks (from Monday) or months that the chosen period touches, quiet ones included. A period is complete when
-- the data reach its last day and the filter does not cut it. Without a start, all begins with the first day of any
-- data: what a filter keeps was counted from there, if only as 0.
-- Grain: one row per week or month. Reads: int_incident_days, int_exposure_sums, int_data_end.
create or replace view int_periods as
with bounds as (
    select
        coalesce(
            getvariable('start')::date,
            least(
                (
                    select min(int_incident_days.date)
                    from int_incident_days
                    where int_incident_days.date_basis = coalesce(getvariable('basis'), 'event')
                ),
                (
                    select min(int_exposure_sums.date)
                    from int_exposure_sums
                    where int_exposure_sums.date_basis = coalesce(getvariable('basis'), 'event')
                )
            )
        ) as first_date,
        least(coalesce(getvariable('until')::date - 1, int_data_end.last_date), int_data_end.last_date) as last_date,
        int_data_end.last_date as data_end_date,
        if(getvariable('grain') = 'month', 'month', 'week') as grain,
        if(getvariable('grain') = 'month', interval 1 month, interval 7 day) as step
    from int_data_end
),

periods as (
    select
        unnest(
            generate_series(date_trunc(grain, first_date)::timestamp, last_date::timestamp, step)
        )::date as period_start_date,
        *
    from bounds
    where first_date <= last_date
)

select
    period_start_date,
    (period_start_date + step)::date as period_until_date,
    data_end_date >= (period_start_date + step)::date - 1
    and (getvariable('start') is null or period_start_date >= getvariable('start')::date)
    and (getvariable('until') is null or (period_start_date + step)::date <= getvariable('until')::date)
        as is_complete
from periods;
