-- Runs of stock-outs that reach into the period and of which a line passes the filters.
-- Grain: one row per run. Reads: int_stock_runs, int_stock_out_lines, int_matching_cancellations, settings.
create or replace view int_matching_runs as
with passing as (
    select distinct short.run_key
    from int_stock_out_lines as short
    semi join int_matching_cancellations as cancellations on short.incident_key = cancellations.incident_key
)

select
    runs.*,
    timezone(settings.zone, timezone('UTC', runs.first_at))::date as first_date,
    timezone(settings.zone, timezone('UTC', runs.last_at))::date as last_date
from int_stock_runs as runs
semi join passing on runs.run_key = passing.run_key
cross join settings
where
    (
        getvariable('start') is null
        or timezone(settings.zone, timezone('UTC', coalesce(runs.set_right_at, runs.last_at)))::date
        >= getvariable('start')::date
    )
    and (
        getvariable('until') is null
        or timezone(settings.zone, timezone('UTC', runs.first_at))::date < getvariable('until')::date
    );
