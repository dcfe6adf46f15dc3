-- The lines of each run of stock-outs: when they were ordered and when cancelled.
-- Grain: one row per cancelled line. Reads: int_matching_runs, int_stock_out_lines.
create or replace view stock_run_lines as
select
    short.run_key,
    short.incident_key,
    short.order_at,
    short.cancelled_at,
    coalesce(runs.first_at < short.order_at, false) as is_late,
    short.is_hidden
from int_stock_out_lines as short
inner join int_matching_runs as runs on short.run_key = runs.run_key
order by short.run_key, short.cancelled_at, short.incident_key;

comment on view stock_run_lines is 'Lines of each run of stock-outs: when they were ordered and when cancelled.';
comment on column stock_run_lines.run_key is 'Key of the run.';
comment on column stock_run_lines.incident_key is 'Key of the incident.';
comment on column stock_run_lines.order_at is 'When it was ordered (UTC); NULL when not known.';
comment on column stock_run_lines.cancelled_at is 'When it was cancelled (UTC).';
comment on column stock_run_lines.is_late is 'Whether it was ordered after the first cancellation of the run.';
comment on column stock_run_lines.is_hidden is 'Whether its label named the customer against the facts.';
