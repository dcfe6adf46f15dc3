-- Lines cancelled for want of stock, each in its run: on one channel, until two weeks pass without another of the SKU.
-- Labels that name the customer count when facts contradict them and nothing was in stock: they hide a stock-out.
-- Grain: one row per cancelled line. Reads: cancelled_lines, int_cancellations.
create or replace table int_stock_out_lines as
with short as (
    select
        lines.incident_key,
        lines.line_key,
        lines.sku_key,
        lines.sku,
        lines.product,
        lines.supplier,
        lines.warehouse,
        lines.channel,
        lines.order_at,
        lines.cancelled_at,
        lines.quantity,
        lines.unit_price_cents,
        lines.currency,
        lines.incident_cost_cents,
        lines.cost_currency,
        coalesce(cancellations.verdict = 'contradicted', false) as is_hidden
    from cancelled_lines as lines
    inner join int_cancellations as cancellations on lines.incident_key = cancellations.incident_key
    where
        lines.sku_key is not null
        and lines.cancelled_at is not null
        and (
            lines.cause in ('stock_out', 'stock_desync')
            or (cancellations.verdict = 'contradicted' and cancellations.has_no_stock)
        )
),

parted as (
    select
        *,
        coalesce(
            cancelled_at - lag(cancelled_at) over (
                partition by sku_key, channel
                order by cancelled_at, incident_key, line_key
            ) > interval 14 days,
            true
        ) as is_new_run
    from short
),

numbered as (
    select
        *,
        count(*) filter (where is_new_run) over (
            partition by sku_key, channel
            order by cancelled_at, incident_key, line_key
            rows unbounded preceding
        ) as run
    from parted
)

select
    concat_ws('/', sku_key, channel, run) as run_key,
    * exclude (is_new_run, run)
from numbered;
