-- Incidents for 1,000 orders. Without orders the denominator is 0: show the count, not a rate.
-- Grain: one row per week. Reads: int_matching_days, int_exposure_days, settings.
create or replace view kpi_incident_rate as
with counted as (
    select
        date_trunc('week', on_date)::date as week_start_date,
        sum(incident_count)::bigint as numerator
    from int_matching_days
    cross join settings
    group by date_trunc('week', on_date)::date
),

exposed as (
    select
        date_trunc('week', date)::date as week_start_date,
        sum(order_count)::bigint as denominator
    from int_exposure_days
    group by date_trunc('week', date)::date
)

select
    'incident_rate' as title,
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

comment on view kpi_incident_rate is 'Incidents for 1,000 orders. Without orders the denominator is 0: show the count, not a rate.';
comment on column kpi_incident_rate.title is 'Name of the KPI, as a key of the texts.';
comment on column kpi_incident_rate.unit is 'Unit of numerator divided by denominator.';
comment on column kpi_incident_rate.better is 'lower or higher.';
comment on column kpi_incident_rate.week_start_date is 'Monday of the week.';
comment on column kpi_incident_rate.numerator is 'Incidents of the week.';
comment on column kpi_incident_rate.denominator is 'Orders of the week; 0 when none are loaded.';
