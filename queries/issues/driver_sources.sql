-- Which tools told of the incidents of the period and of the time just before it, and since when each of them tells.
-- Grain: one row per tool. Reads: matching_incidents, incidents, int_driver_windows.
create or replace view driver_sources as
with first_days as (
    select
        source,
        min(event_date) as first_date,
        max(event_date) as last_date
    from incidents
    group by source
)

select
    told.source,
    first_days.first_date,
    first_days.last_date,
    first_days.first_date >= windows.base_date as is_new,
    count(*) filter (where told.on_date >= windows.start_date) as incident_count,
    count(*) filter (where told.on_date < windows.start_date) as before_count
from matching_incidents as told
cross join int_driver_windows as windows
inner join first_days on told.source = first_days.source
where
    told.on_date < windows.until_date
    and told.on_date >= windows.start_date - windows.day_count
group by all
order by incident_count desc, told.source;

comment on view driver_sources is 'Which tools told of the incidents of the period and just before it.';
comment on column driver_sources.source is 'Tool.';
comment on column driver_sources.first_date is 'Day of its first incident of any cause.';
comment on column driver_sources.last_date is 'Day of its last one.';
comment on column driver_sources.is_new is 'Whether it was first heard of after the time that says what to expect had begun.';
comment on column driver_sources.incident_count is 'Incidents of the period.';
comment on column driver_sources.before_count is 'Incidents of the time of equal length before it.';
