-- The usual price of a cancelled line's SKU: the median over the 30 days before its order, in the same currency, of
-- at least three lines that were not cancelled themselves (a wrong price must not become the usual one). Only for
-- lines whose label names the customer, and for those in a mass cancellation.
-- Grain: one row per SKU, currency and day of order. Reads: cancelled_lines, int_cancellation_bursts, lines.
create or replace table int_cancellation_prices as
with wanted as (
    select distinct
        cancelled.sku_key,
        cancelled.currency,
        cancelled.order_date
    from cancelled_lines as cancelled
    left join int_cancellation_bursts as bursts
        on
            cancelled.incident_key = bursts.incident_key
            and cancelled.line_key is not distinct from bursts.line_key
    where
        cancelled.sku_key is not null
        and cancelled.unit_price_cents is not null
        and (cancelled.declared = 'customer' or bursts.incident_key is not null)
),

sold as (
    select
        upper(trim(lines.sku)) as sku_key,
        lines.currency,
        lines.order_date,
        lines.unit_price_cents,
        count(*) as line_count
    from lines
    anti join cancelled_lines on lines.line_key = cancelled_lines.line_key
    where upper(trim(lines.sku)) in (select wanted.sku_key from wanted) and lines.unit_price_cents is not null
    group by all
),

prices as (
    select
        wanted.sku_key,
        wanted.currency,
        wanted.order_date,
        sold.unit_price_cents,
        sum(sold.line_count) as line_count
    from wanted
    inner join sold
        on
            wanted.sku_key = sold.sku_key
            and wanted.currency = sold.currency
            and sold.order_date >= wanted.order_date - 30
            and wanted.order_date > sold.order_date
    group by all
),

added_up as (
    select
        *,
        sum(line_count) over (partition by sku_key, currency, order_date) as total_count,
        sum(line_count) over (
            partition by sku_key, currency, order_date
            order by unit_price_cents
        ) as count_up_to
    from prices
)

select
    sku_key,
    currency,
    order_date,
    min(unit_price_cents) filter (where 2 * count_up_to >= total_count) as usual_price_cents
from added_up
where total_count >= 3
group by sku_key, currency, order_date;
