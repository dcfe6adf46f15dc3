-- What incidents cost in refunds for 1,000 orders, in the currency asked for; other currencies are left out.
-- Grain: one row per week. Reads: int_matching_days, int_exposure_days, settings.
create or replace view kpi_cost_rate as
with counted as (
    select
        date_trunc('week', on_date)::date as week_start_date,
        sum(cost_cents)::bigint as numerator
    from int_matching_days
    cross join settings
    where currency = coalesce(getvariable('currency'), settings.main_currency)
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
    'cost_rate' as title,
    'cents_per_1000' as unit,
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

comment on view kpi_cost_rate is 'What incidents cost in refunds for 1,000 orders, in the currency asked for; other currencies are left out.';
comment on column kpi_cost_rate.title is 'Name of the KPI, as a key of the texts.';
comment on column kpi_cost_rate.unit is 'Unit of numerator divided by denominator.';
comment on column kpi_cost_rate.better is 'lower or higher.';
comment on column kpi_cost_rate.week_start_date is 'Monday of the week.';
comment on column kpi_cost_rate.numerator is 'Refunded, minor units.';
comment on column kpi_cost_rate.denominator is 'Orders of the week; 0 when none are loaded.';
