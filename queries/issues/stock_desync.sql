-- Articles sold without stock: from the first stock-out cancellation of the period to the first count of stock after
-- the last one, how many lines were still ordered and how many had to be cancelled. A count below zero is not a
-- correction. Without a count after it, it is still open as far as anyone can tell.
-- Grain: one row per SKU and channel. Reads: filtered_incidents, int_matching_lines, raw_stock_levels, settings.
create or replace view stock_desync as
with cancelled as (
    select
        upper(trim(incidents.sku)) as sku_key,
        incidents.channel,
        arg_max(incidents.sku, incidents.last_at) as sku,
        arg_max(incidents.product, incidents.last_at) as product,
        min(incidents.first_at) as first_at,
        max(incidents.last_at) as last_at,
        count(*) as cancelled_line_count,
        sum(incidents.quantity)::bigint as unit_count,
        sum(incidents.cost_cents)
        filter (
            where incidents.currency = coalesce(getvariable('currency'), settings.main_currency)
        )::bigint as cost_cents
    from filtered_incidents as incidents
    cross join settings
    where
        incidents.cause in ('stock_out', 'stock_desync')
        and incidents.sku is not null
        and list_contains(incidents.kinds, 'cancellation')
    group by upper(trim(incidents.sku)), incidents.channel
),

set_right as (
    select
        cancelled.sku_key,
        cancelled.channel,
        min(levels.at) as set_right_at
    from cancelled
    inner join raw_stock_levels as levels
        on
            cancelled.sku_key = upper(trim(levels.sku))
            and cancelled.last_at <= levels.at
    where coalesce(levels.available, levels.on_hand) >= 0
    group by cancelled.sku_key, cancelled.channel
),

ordered as (
    select
        cancelled.sku_key,
        cancelled.channel,
        count(*) as ordered_line_count
    from cancelled
    left join set_right
        on cancelled.sku_key = set_right.sku_key and cancelled.channel is not distinct from set_right.channel
    inner join int_matching_lines as lines
        on
            cancelled.sku = lines.sku
            and cancelled.channel is not distinct from lines.channel
            and cancelled.first_at < lines.order_at
    where set_right.set_right_at is null or lines.order_at < set_right.set_right_at
    group by cancelled.sku_key, cancelled.channel
)

select
    cancelled.sku,
    cancelled.product,
    cancelled.channel,
    cancelled.first_at,
    cancelled.last_at,
    set_right.set_right_at,
    set_right.set_right_at is null as still_open,
    coalesce(ordered.ordered_line_count, 0) as ordered_line_count,
    cancelled.cancelled_line_count,
    cancelled.unit_count,
    date_diff('minute', cancelled.first_at, set_right.set_right_at) as reaction_minutes,
    cancelled.cost_cents
from cancelled
left join set_right
    on cancelled.sku_key = set_right.sku_key and cancelled.channel is not distinct from set_right.channel
left join ordered
    on cancelled.sku_key = ordered.sku_key and cancelled.channel is not distinct from ordered.channel
order by cancelled.cancelled_line_count desc, cancelled.sku, cancelled.channel;

comment on view stock_desync is 'Articles sold without stock, by channel: since when, how many, still open.';
comment on column stock_desync.sku is 'Article.';
comment on column stock_desync.product is 'Name of the article.';
comment on column stock_desync.channel is 'Where it was sold; NULL when not known.';
comment on column stock_desync.first_at is 'First stock-out cancellation of the period (UTC).';
comment on column stock_desync.last_at is 'Last stock-out cancellation of the period (UTC).';
comment on column stock_desync.set_right_at is 'First count of stock, not below zero, after the last one (UTC); NULL when there is none.';
comment on column stock_desync.still_open is 'Whether no such count exists: open as far as the files tell.';
comment on column stock_desync.ordered_line_count is 'Lines ordered after the first cancellation and before it was set right; 0 also when no orders are loaded.';
comment on column stock_desync.cancelled_line_count is 'Lines cancelled for want of stock.';
comment on column stock_desync.unit_count is 'Pieces cancelled; NULL when not told.';
comment on column stock_desync.reaction_minutes is 'From the first cancellation until it was set right; NULL while open.';
comment on column stock_desync.cost_cents is 'Refunded, minor units of the currency asked for; NULL when no amount is known.';
