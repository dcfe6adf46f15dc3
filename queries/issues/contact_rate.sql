-- How many customers write, week by week or month by month. Gross: contacts for the orders placed in the week. Net:
-- orders that were written about, each once a week, for the orders placed in it. Contacts without an order are in the
-- gross one only. On the order basis contacts count in the week of their order.
-- Grain: one row per week or month. Reads: int_matching_tickets, int_placed_orders, int_periods.
create or replace view contact_rate as
with contacts as (
    select
        date_trunc(if(getvariable('grain') = 'month', 'month', 'week'), on_date)::date as period_start_date,
        count(*) as contact_count,
        count(distinct hash(order_key)) filter (where order_key is not null) as contacting_order_count,
        count(*) filter (where order_key is null) as without_order_count
    from int_matching_tickets
    where in_period(on_date)
    group by period_start_date
),

orders_known as (
    select count(*) > 0 as is_any
    from int_placed_orders
)

select
    int_periods.period_start_date,
    coalesce(contacts.contact_count, 0) as contact_count,
    coalesce(contacts.contacting_order_count, 0) as contacting_order_count,
    coalesce(contacts.without_order_count, 0) as without_order_count,
    -- no order at all under these filters: how many there were is not known, rather than none
    if(orders_known.is_any, coalesce(order_days.order_count, 0), null) as order_count,
    coalesce(contacts.contact_count, 0) / nullif(order_days.order_count, 0) as gross_rate,
    coalesce(contacts.contacting_order_count, 0) / nullif(order_days.order_count, 0) as net_rate,
    int_periods.is_complete
from int_periods
cross join orders_known
left join contacts on int_periods.period_start_date = contacts.period_start_date
left join int_placed_orders as order_days on int_periods.period_start_date = order_days.period_start_date
order by int_periods.period_start_date;

comment on view contact_rate is 'Contacts, orders written about and orders placed, by week or month.';
comment on column contact_rate.period_start_date is 'Monday of the week, or first day of the month.';
comment on column contact_rate.contact_count is 'Tickets that customers opened; 0 in a quiet week.';
comment on column contact_rate.contacting_order_count is 'Orders that at least one of them is about.';
comment on column contact_rate.without_order_count is 'Contacts that name no order, or whose order was not found: in the gross rate only.';
comment on column contact_rate.order_count is 'Orders placed; NULL when no orders are loaded for these filters.';
comment on column contact_rate.gross_rate is 'Contacts for one order placed; NULL without orders.';
comment on column contact_rate.net_rate is 'Orders written about for one order placed; NULL without orders.';
comment on column contact_rate.is_complete is 'Whether the data reach the last day of the week or month, and the period chosen does not cut it.';
