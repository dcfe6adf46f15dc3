-- How many incidents, on how many orders, for how much money, week by week or month by month. A quiet week is a row
-- that says 0. Amounts in another currency than the one asked for are counted, not added.
-- Grain: one row per week or month. Reads: int_matching_days, int_placed_orders, int_periods, settings.
create or replace view trend_total as
with incident_days as (
    select
        date_trunc(if(getvariable('grain') = 'month', 'month', 'week'), on_date)::date as period_start_date,
        sum(incident_count)::bigint as incident_count,
        sum(priced_count)
        filter (
            where currency = coalesce(getvariable('currency'), settings.main_currency)
        )::bigint as priced_count,
        sum(cost_cents)
        filter (
            where currency = coalesce(getvariable('currency'), settings.main_currency)
        )::bigint as cost_cents,
        sum(priced_count)
        filter (
            where currency is distinct from coalesce(getvariable('currency'), settings.main_currency)
        )::bigint as other_currency_count
    from int_matching_days
    cross join settings
    where in_period(on_date)
    group by period_start_date
),

orders_known as (
    select count(*) > 0 as is_any
    from int_placed_orders
)

select
    int_periods.period_start_date,
    coalesce(incident_days.incident_count, 0) as incident_count,
    -- no order at all under these filters: how many there were is not known, rather than none
    if(orders_known.is_any, coalesce(order_days.order_count, 0), null) as order_count,
    if(coalesce(incident_days.incident_count, 0) = 0, 0, incident_days.cost_cents) as cost_cents,
    coalesce(incident_days.other_currency_count, 0) as other_currency_count,
    int_periods.is_complete
from int_periods
cross join orders_known
left join incident_days on int_periods.period_start_date = incident_days.period_start_date
left join int_placed_orders as order_days on int_periods.period_start_date = order_days.period_start_date
order by int_periods.period_start_date;

comment on view trend_total is 'Incidents, orders and cost by week or month; quiet ones count 0.';
comment on column trend_total.period_start_date is 'Monday of the week, or first day of the month.';
comment on column trend_total.incident_count is 'Incidents; 0 in a quiet week.';
comment on column trend_total.order_count is 'Orders placed; NULL when no orders are loaded for these filters.';
comment on column trend_total.cost_cents is 'Refunded, minor units of the currency asked for; NULL when there were incidents and no amount is known.';
comment on column trend_total.other_currency_count is 'Incidents whose amount is in another currency: not in the cost.';
comment on column trend_total.is_complete is 'Whether the data reach the last day of the week or month, and the period chosen does not cut it.';
