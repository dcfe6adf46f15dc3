-- Losses, damage and delays for 1,000 lines shipped.
-- Grain: one row per week. Reads: int_matching_days, int_exposure_days, settings.
create or replace view kpi_carrier_error_rate as
with counted as (
    select
        date_trunc('week', on_date)::date as week_start_date,
        sum(incident_count)::bigint as numerator
    from int_matching_days
    cross join settings
    where family = 'transport'
    group by date_trunc('week', on_date)::date
),

exposed as (
    select
        date_trunc('week', date)::date as week_start_date,
        sum(lines_shipped)::bigint as denominator
    from int_exposure_days
    group by date_trunc('week', date)::date
)

select
    'carrier_error_rate' as title,
    'per_1000' as unit,
    'lower' as better,
    week_start_date,
    coalesce(counted.numerator, 0) as numerator,
    coalesce(exposed.denominator, 0) as denominator
from counted
full join exposed using (week_start_date)
where
    week_start_date is not null
    and in_period(week_start_date)
order by week_start_date;

comment on view kpi_carrier_error_rate is 'Losses, damage and delays for 1,000 lines shipped.';
comment on column kpi_carrier_error_rate.title is 'Name of the KPI, as a key of the texts.';
comment on column kpi_carrier_error_rate.unit is 'Unit of numerator divided by denominator.';
comment on column kpi_carrier_error_rate.better is 'lower or higher.';
comment on column kpi_carrier_error_rate.week_start_date is 'Monday of the week.';
comment on column kpi_carrier_error_rate.numerator is 'Incidents of the family transport.';
comment on column kpi_carrier_error_rate.denominator is 'Lines shipped in the week; 0 when no orders are loaded.';
