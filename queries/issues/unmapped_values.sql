-- Values that say nothing to the rules yet, the most frequent first: what to map next. Whole history.
-- Grain: one row per kind, scheme and value. Reads: int_unmapped_values.
create or replace view unmapped_values as
select
    value_kind,
    scheme,
    value,
    signal_count,
    last_seen_date
from int_unmapped_values;

comment on view unmapped_values is 'Tags, reasons and channels that no mapping knows, most frequent first.';
comment on column unmapped_values.value_kind is 'tag, reason (ticked or inspected) or channel.';
comment on column unmapped_values.scheme is 'Vocabulary it belongs to; NULL for tags.';
comment on column unmapped_values.value is 'The value as the tool writes it.';
comment on column unmapped_values.signal_count is 'How often it occurs, in the whole history.';
comment on column unmapped_values.last_seen_date is 'Day it was last seen (UTC).';
