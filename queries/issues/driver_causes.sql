-- How each cause of the selection fared: incidents of the period, and what its own rate of before makes expect of the
-- lines of the period. When several causes are chosen, one of them may explain the rise.
-- Grain: one row per cause. Reads: matching_incidents, int_matching_lines, int_driver_days, int_driver_windows.
create or replace view driver_causes as
with sold as (
    select
        sum(days.weight * lines.is_confirmed::integer) filter (where days.block = 0) as now_count,
        sum(days.weight * lines.is_confirmed::integer) filter (where days.block > 0) as before_count
    from int_matching_lines as lines
    inner join int_driver_days as days on lines.order_date = days.date
),

told as (
    select
        incidents.cause,
        count(*) filter (where incidents.on_date >= windows.start_date) as incident_count,
        count(*) filter (where incidents.on_date < windows.start_date) as before_count
    from matching_incidents as incidents
    cross join int_driver_windows as windows
    where incidents.on_date >= windows.base_date and incidents.on_date < windows.until_date
    group by incidents.cause
)

select
    told.cause,
    told.incident_count,
    told.before_count,
    sold.now_count / nullif(sold.before_count, 0) as exposure_ratio,
    told.before_count * sold.now_count / nullif(sold.before_count, 0) as expected_count
from told
cross join sold
order by told.incident_count - told.before_count * sold.now_count / nullif(sold.before_count, 0) desc, told.cause;

comment on view driver_causes is 'How each cause of the selection fared against its own rate of before.';
comment on column driver_causes.cause is 'Root cause.';
comment on column driver_causes.incident_count is 'Incidents of the period.';
comment on column driver_causes.before_count is 'Incidents of the time that says what to expect.';
comment on column driver_causes.exposure_ratio is 'Confirmed lines of the period for one of that time; NULL without lines.';
comment on column driver_causes.expected_count is 'Incidents that the rate of before makes expect; NULL without lines.';
