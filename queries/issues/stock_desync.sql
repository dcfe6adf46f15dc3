-- Articles sold without stock, run by run: from the first stock-out cancellation on a channel to the moment the
-- stock was set right, how many lines were still ordered and how many had to be cancelled. Two weeks without such
-- a cancellation end a run. Runs that reach into the period, each as a whole.
-- Grain: one row per SKU, channel and run. Reads: int_matching_runs, int_stock_out_lines, int_data_end, settings.
create or replace view stock_desync as
with incidents as (
    select distinct
        run_key,
        incident_key,
        incident_cost_cents
    from int_stock_out_lines
    cross join settings
    where cost_currency = coalesce(getvariable('currency'), settings.main_currency)
),

costs as (
    select
        run_key,
        sum(incident_cost_cents)::bigint as cost_cents
    from incidents
    group by run_key
)

select
    runs.run_key,
    runs.sku,
    runs.product,
    runs.channel,
    runs.first_at,
    runs.last_at,
    runs.set_right_at,
    runs.is_counted,
    runs.is_counted and runs.set_right_at is null as still_open,
    runs.ordered_line_count,
    runs.cancelled_line_count,
    runs.late_line_count,
    runs.hidden_line_count,
    runs.unit_count,
    date_diff('minute', runs.first_at, runs.set_right_at) as reaction_minutes,
    if(
        runs.is_counted and runs.set_right_at is null,
        greatest(date_diff('minute', runs.first_at, int_data_end.last_date + interval 1 day), 0),
        null
    ) as open_minutes,
    costs.cost_cents
from int_matching_runs as runs
cross join int_data_end
left join costs on runs.run_key = costs.run_key
order by runs.last_at desc, runs.cancelled_line_count desc, runs.sku, runs.channel;

comment on view stock_desync is 'Articles sold without stock, by channel and run: since when, how many, still open.';
comment on column stock_desync.run_key is 'Key of the run: SKU, channel and its number.';
comment on column stock_desync.sku is 'Article.';
comment on column stock_desync.product is 'Name of the article.';
comment on column stock_desync.channel is 'Where it was sold; NULL when not known.';
comment on column stock_desync.first_at is 'First stock-out cancellation of the run (UTC).';
comment on column stock_desync.last_at is 'Last stock-out cancellation of the run (UTC).';
comment on column stock_desync.set_right_at is 'First count of stock, not below zero, after the last order that had to be cancelled (UTC); NULL when there is none.';
comment on column stock_desync.is_counted is 'Whether the stock of the SKU was counted at all after the first cancellation: without a count nobody can tell.';
comment on column stock_desync.still_open is 'Whether it was counted and never set right: open as far as the files tell.';
comment on column stock_desync.ordered_line_count is 'Lines ordered after the first cancellation and before it was set right; 0 also when no orders are loaded.';
comment on column stock_desync.cancelled_line_count is 'Lines cancelled for want of stock.';
comment on column stock_desync.late_line_count is 'Of them, those ordered after the first cancellation: they could have been spared.';
comment on column stock_desync.hidden_line_count is 'Of them, those whose label named the customer against the facts.';
comment on column stock_desync.unit_count is 'Pieces cancelled; NULL when not told.';
comment on column stock_desync.reaction_minutes is 'From the first cancellation until it was set right; NULL while open.';
comment on column stock_desync.open_minutes is 'From the first cancellation to the end of the data, while it is open; NULL otherwise.';
comment on column stock_desync.cost_cents is 'Refunded, minor units of the currency asked for; NULL when no amount is known.';
