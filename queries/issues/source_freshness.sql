-- How far each tool's files reach, and how many of its signals found their order.
-- Grain: one row per source and kind. Reads: int_sources.
create or replace view source_freshness as
select
    source,
    kind,
    row_count,
    latest_at,
    latest_date,
    signal_count,
    linked_count,
    linked_count / nullif(signal_count, 0) as linked_share
from int_sources;

comment on view source_freshness is 'How far each tool''s files reach, and how many of its signals found their order.';
comment on column source_freshness.source is 'Tool.';
comment on column source_freshness.kind is 'Kind of record.';
comment on column source_freshness.row_count is 'Records loaded.';
comment on column source_freshness.latest_at is 'Latest event (UTC); NULL when these records have no time.';
comment on column source_freshness.latest_date is 'Day of the latest event, in the shop''s zone.';
comment on column source_freshness.signal_count is 'Signals made of these records; NULL when they are none.';
comment on column source_freshness.linked_count is 'Signals whose order is loaded.';
comment on column source_freshness.linked_share is 'Share of signals whose order is loaded, 0 to 1; NULL when they are no signals.';
