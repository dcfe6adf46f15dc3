-- Articles sold without stock, run by run: from the first stock-out cancellation to the first count of stock after the
-- last one, how many lines were still ordered and how many had to be cancelled. Two weeks without such a cancellation
-- end a run. A count below zero is no correction; without a count it is open as far as anyone can tell.
-- Grain: one row per SKU, channel and run. Reads: filtered_incidents, int_matching_lines, raw_stock_levels, settings.
create or replace view stock_desync as
with cancellations as (
    select
        incidents.*,
        upper(trim(incidents.sku)) as sku_key,
        incidents.first_at - lag(incidents.last_at) over (
            partition by upper(trim(incidents.sku)), incidents.channel
            order by incidents.first_at, incidents.incident_key
        ) > interval 14 days as is_new_run
    from filtered_incidents as incidents
    where
        incidents.cause in ('stock_out', 'stock_desync')
        and incidents.sku is not null
        and list_contains(incidents.kinds, 'cancellation')
),

numbered as (
    select
        *,
        count(*) filter (where is_new_run) over (
            partition by sku_key, channel
            order by first_at, incident_key
            rows unbounded preceding
        ) as run
    from cancellations
),

runs as (
    select
        numbered.sku_key,
        numbered.channel,
        numbered.run,
        arg_max(numbered.sku, numbered.last_at) as sku,
        arg_max(numbered.product, numbered.last_at) as product,
        min(numbered.first_at) as first_at,
        max(numbered.last_at) as last_at,
        count(*) as cancelled_line_count,
        sum(numbered.quantity)::bigint as unit_count,
        sum(numbered.cost_cents)
        filter (
            where numbered.currency = coalesce(getvariable('currency'), settings.main_currency)
        )::bigint as cost_cents
    from numbered
    cross join settings
    group by numbered.sku_key, numbered.channel, numbered.run
),

set_right as (
    select
        runs.sku_key,
        runs.channel,
        runs.run,
        min(levels.at) as set_right_at
    from runs
    inner join raw_stock_levels as levels
        on
            runs.sku_key = upper(trim(levels.sku))
            and runs.last_at <= levels.at
    where coalesce(levels.available, levels.on_hand) >= 0
    group by runs.sku_key, runs.channel, runs.run
),

ended as (
    select
        runs.*,
        set_right.set_right_at
    from runs
    left join set_right
        on
            runs.sku_key = set_right.sku_key
            and runs.channel is not distinct from set_right.channel
            and runs.run = set_right.run
),

ordered as (
    select
        ended.sku_key,
        ended.channel,
        ended.run,
        count(*) as ordered_line_count
    from ended
    inner join int_matching_lines as lines
        on
            ended.sku = lines.sku
            and ended.channel is not distinct from lines.channel
            and ended.first_at < lines.order_at
    where ended.set_right_at is null or lines.order_at < ended.set_right_at
    group by ended.sku_key, ended.channel, ended.run
)

select
    ended.sku,
    ended.product,
    ended.channel,
    ended.first_at,
    ended.last_at,
    ended.set_right_at,
    ended.set_right_at is null as still_open,
    coalesce(ordered.ordered_line_count, 0) as ordered_line_count,
    ended.cancelled_line_count,
    ended.unit_count,
    date_diff('minute', ended.first_at, ended.set_right_at) as reaction_minutes,
    ended.cost_cents
from ended
left join ordered
    on
        ended.sku_key = ordered.sku_key
        and ended.channel is not distinct from ordered.channel
        and ended.run = ordered.run
order by ended.last_at desc, ended.cancelled_line_count desc, ended.sku, ended.channel;

comment on view stock_desync is 'Articles sold without stock, by channel and run: since when, how many, still open.';
comment on column stock_desync.sku is 'Article.';
comment on column stock_desync.product is 'Name of the article.';
comment on column stock_desync.channel is 'Where it was sold; NULL when not known.';
comment on column stock_desync.first_at is 'First stock-out cancellation of the run (UTC).';
comment on column stock_desync.last_at is 'Last stock-out cancellation of the run (UTC).';
comment on column stock_desync.set_right_at is 'First count of stock, not below zero, after the last one (UTC); NULL when there is none.';
comment on column stock_desync.still_open is 'Whether no such count exists: open as far as the files tell.';
comment on column stock_desync.ordered_line_count is 'Lines ordered after the first cancellation and before it was set right; 0 also when no orders are loaded.';
comment on column stock_desync.cancelled_line_count is 'Lines cancelled for want of stock.';
comment on column stock_desync.unit_count is 'Pieces cancelled; NULL when not told.';
comment on column stock_desync.reaction_minutes is 'From the first cancellation until it was set right; NULL while open.';
comment on column stock_desync.cost_cents is 'Refunded, minor units of the currency asked for; NULL when no amount is known.';
