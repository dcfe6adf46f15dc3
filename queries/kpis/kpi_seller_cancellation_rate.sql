-- Orders of which the seller's side cancelled a line, as labels declare it, of all orders. A cancellation that a
-- label puts on the customer, a payment or the marketplace does not count.
-- Grain: one row per week. Reads: int_matching_cancellations, int_exposure_days.
create or replace view kpi_seller_cancellation_rate as
with cancelled as (
    select
        date_trunc('week', on_date)::date as week_start_date,
        count(distinct order_key) as numerator
    from int_matching_cancellations
    where is_seller_declared and on_date is not null
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
    'seller_cancellation_rate' as title,
    'share' as unit,
    'lower' as better,
    week_start_date,
    coalesce(cancelled.numerator, 0) as numerator,
    coalesce(exposed.denominator, 0) as denominator
from cancelled
full join exposed using (week_start_date)
where
    week_start_date is not null
    and in_period(week_start_date)
order by week_start_date;

comment on view kpi_seller_cancellation_rate is 'Orders of which the seller''s side cancelled a line, as labels declare it, of all orders. A cancellation that a label puts on the customer, a payment or the marketplace does not count.';
comment on column kpi_seller_cancellation_rate.title is 'Name of the KPI, as a key of the texts.';
comment on column kpi_seller_cancellation_rate.unit is 'Unit of numerator divided by denominator.';
comment on column kpi_seller_cancellation_rate.better is 'lower or higher.';
comment on column kpi_seller_cancellation_rate.week_start_date is 'Monday of the week.';
comment on column kpi_seller_cancellation_rate.numerator is 'Distinct orders with a cancellation whose label names the seller''s side.';
comment on column kpi_seller_cancellation_rate.denominator is 'Orders of the week; 0 when none are loaded.';
