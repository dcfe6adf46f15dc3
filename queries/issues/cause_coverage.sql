-- How much of what happened has a cause: the dashboard must not flatter itself.
-- Grain: one row. Reads: int_matching_days, int_unmapped_values.
create or replace view cause_coverage as
with counted as (
    select
        coalesce(sum(incident_count), 0)::bigint as incident_count,
        coalesce(sum(incident_count) filter (where cause = 'unknown'), 0)::bigint as unknown_count,
        coalesce(sum(incident_count) filter (where cause = 'other'), 0)::bigint as other_count
    from int_matching_days
    where in_period(on_date)
),

unmapped as (
    select
        count(*) as unmapped_value_count,
        coalesce(sum(signal_count), 0)::bigint as unmapped_signal_count
    from int_unmapped_values
)

select
    counted.incident_count,
    counted.unknown_count,
    counted.other_count,
    counted.unknown_count / nullif(counted.incident_count, 0) as unknown_share,
    counted.other_count / nullif(counted.incident_count, 0) as other_share,
    unmapped.unmapped_value_count,
    unmapped.unmapped_signal_count
from counted
cross join unmapped;

comment on view cause_coverage is 'How many incidents have no cause, and what is not mapped yet.';
comment on column cause_coverage.incident_count is 'Incidents of the period.';
comment on column cause_coverage.unknown_count is 'Those without a cause.';
comment on column cause_coverage.other_count is 'Those whose tool says ''other''.';
comment on column cause_coverage.unknown_share is 'Share without a cause, 0 to 1; NULL without incidents.';
comment on column cause_coverage.other_share is 'Share whose tool says ''other'', 0 to 1; NULL without incidents.';
comment on column cause_coverage.unmapped_value_count is 'Distinct values that no mapping knows, in the whole history.';
comment on column cause_coverage.unmapped_signal_count is 'How often they occur; one signal may hold several.';
