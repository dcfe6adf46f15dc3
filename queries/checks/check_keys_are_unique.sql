-- Keys that stand for more than one row.
-- Grain: one row per key. Reads: incidents, all_signals, lines.
create or replace view check_keys_are_unique as
with keys as (
    select
        'incidents' as table_name,
        incident_key as key
    from incidents
    union all
    select
        'signals' as table_name,
        signal_key as key
    from all_signals
    union all
    select
        'lines' as table_name,
        line_key as key
    from lines
)

select
    table_name,
    key,
    count(*) as row_count
from keys
group by table_name, key
having count(*) > 1;

comment on view check_keys_are_unique is 'Keys that stand for more than one row.';
comment on column check_keys_are_unique.table_name is 'Table.';
comment on column check_keys_are_unique.key is 'Key.';
comment on column check_keys_are_unique.row_count is 'Rows that bear it.';
