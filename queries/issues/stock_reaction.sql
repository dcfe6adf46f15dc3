-- How long it takes until stock is set right after a first stock-out cancellation: median and 90th percentile by
-- Kaplan-Meier, in which runs still open count for as long as they are known to last. A percentile that the data
-- do not reach is NULL: longer than anything seen.
-- Grain: one row. Reads: stock_desync.
create or replace view stock_reaction as
with durations as (
    select
        coalesce(reaction_minutes, open_minutes) as minutes,
        not still_open as is_over
    from stock_desync
    where is_counted
),

times as (
    select
        minutes,
        count(*) filter (where is_over) as over_count,
        sum(count(*)) over (
            order by minutes desc
        ) as at_risk_count
    from durations
    group by minutes
),

survival as (
    select
        minutes,
        over_count,
        product(1 - over_count / at_risk_count) over (
            order by minutes
        ) as open_share
    from times
)

select
    (select count(*) from stock_desync) as run_count,
    (select count(*) from durations) as counted_run_count,
    (select count(*) from durations where not durations.is_over) as open_run_count,
    min(minutes) filter (where over_count > 0 and open_share <= 0.5 + 1e-9) as median_minutes,
    min(minutes) filter (where over_count > 0 and open_share <= 0.1 + 1e-9) as p90_minutes
from survival;

comment on view stock_reaction is 'How long it takes until stock is set right: median and 90th percentile, open runs included.';
comment on column stock_reaction.run_count is 'Runs of stock-outs of the period.';
comment on column stock_reaction.counted_run_count is 'Those of which stock was counted afterwards: the others tell nothing.';
comment on column stock_reaction.open_run_count is 'Of the counted ones, those still open.';
comment on column stock_reaction.median_minutes is 'Minutes after which half of the runs were set right; NULL when that was not reached.';
comment on column stock_reaction.p90_minutes is 'Minutes after which nine in ten were set right; NULL when that was not reached.';
