-- Lines that could not be had for 1,000 lines ordered. Hidden by false labels: see the cancellations that claim to be
-- the customer's wish.
-- Grain: one row per week. Reads: int_matching_days, int_exposure_days, settings.
create or replace view kpi_oversell_rate as
with counted as (
    select
        date_trunc('week', on_date)::date as week_start_date,
        sum(incident_count)::bigint as numerator
    from int_matching_days
    cross join settings
    where cause in ('stock_out', 'stock_desync')
    group by date_trunc('week', on_date)::date
),

exposed as (
    select
        date_trunc('week', date)::date as week_start_date,
        sum(lines_confirmed)::bigint as denominator
    from int_exposure_days
    group by date_trunc('week', date)::date
)

select
    'oversell_rate' as title,
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

comment on view kpi_oversell_rate is 'Lines that could not be had for 1,000 lines ordered. Hidden by false labels: see the cancellations that claim to be the customer''s wish.';
comment on column kpi_oversell_rate.title is 'Name of the KPI, as a key of the texts.';
comment on column kpi_oversell_rate.unit is 'Unit of numerator divided by denominator.';
comment on column kpi_oversell_rate.better is 'lower or higher.';
comment on column kpi_oversell_rate.week_start_date is 'Monday of the week.';
comment on column kpi_oversell_rate.numerator is 'Incidents of stock-out and wrong stock.';
comment on column kpi_oversell_rate.denominator is 'Confirmed lines of the week; 0 when no orders are loaded.';
