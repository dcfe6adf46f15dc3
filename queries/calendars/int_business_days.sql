-- The opening hours of each calendar (a schedule in a time zone, with the public holidays of a region) as days of UTC:
-- when it was open on that day, and for how many seconds before it. A moment's place on the business clock is then
-- found by its day alone, and business time between two moments is a difference. Hours are the clock on the wall: days
-- on which it is put forward or back are an hour shorter or longer. An opening that reaches past midnight belongs to
-- the day on which it begins; openings that overlap count once. A zone that nobody knows makes no calendar.
-- Grain: one row per calendar and day (UTC). Reads: rule_service_schedules, rule_business_hours, rule_holidays,
-- settings.
create or replace table int_business_days as
with zones as (
    select zone_names.name as zone
    from pg_timezone_names() as zone_names
),

calendars as (
    select distinct
        concat_ws(
            '/', rules.schedule, coalesce(rules.zone, settings.zone), coalesce(rules.holidays, '')
        ) as calendar_key,
        rules.schedule,
        coalesce(rules.zone, settings.zone) as zone,
        rules.holidays
    from rule_service_schedules as rules
    cross join settings
    inner join zones on coalesce(rules.zone, settings.zone) = zones.zone
    where rules.schedule in (select hours.schedule from rule_business_hours as hours)
),

timetables as (
    select
        schedule,
        valid_from,
        lead(valid_from) over (
            partition by schedule
            order by valid_from nulls first
        ) as valid_until
    from rule_business_hours
    group by schedule, valid_from
),

days as (
    select
        calendars.calendar_key,
        calendars.schedule,
        calendars.zone,
        calendars.holidays,
        unnest(generate_series(timestamp '2015-01-01', timestamp '2035-12-31', interval 1 day))::date as date
    from calendars
),

dated as (
    select
        *,
        isodow(date) as weekday
    from days
),

openings as (
    select
        dated.calendar_key,
        timezone('UTC', timezone(dated.zone, dated.date + hours.opens::time)) as opened_at,
        timezone(
            'UTC',
            timezone(
                dated.zone,
                dated.date + hours.closes::time + if(hours.closes > hours.opens, interval 0 day, interval 1 day)
            )
        ) as closed_at
    from dated
    inner join timetables
        on
            dated.schedule = timetables.schedule
            and coalesce(dated.date >= timetables.valid_from, true)
            and coalesce(dated.date < timetables.valid_until, true)
    inner join rule_business_hours as hours
        on
            dated.schedule = hours.schedule
            and timetables.valid_from is not distinct from hours.valid_from
            and dated.weekday = hours.weekday
    anti join rule_holidays as holidays on dated.holidays = holidays.region and dated.date = holidays.day
),

apart as (
    select
        calendar_key,
        greatest(
            opened_at,
            max(closed_at) over (
                partition by calendar_key
                order by opened_at, closed_at
                rows between unbounded preceding and 1 preceding
            )
        ) as opened_at,
        closed_at
    from openings
),

by_day as (
    select
        calendar_key,
        opened_at,
        closed_at,
        unnest(
            generate_series(
                date_trunc('day', opened_at),
                date_trunc('day', closed_at - interval 1 second),
                interval 1 day
            )
        ) as day_at
    from apart
    where opened_at < closed_at
),

spans as (
    select
        calendar_key,
        day_at::date as date,
        date_diff('second', day_at, greatest(opened_at, day_at)) as opened_second,
        date_diff('second', day_at, least(closed_at, day_at + interval 1 day)) as closed_second
    from by_day
),

opened as (
    select
        calendar_key,
        date,
        list(opened_second order by opened_second) as opened_seconds,
        list(closed_second order by closed_second) as closed_seconds,
        sum(closed_second - opened_second)::bigint as open_seconds
    from spans
    group by calendar_key, date
)

select
    days.calendar_key,
    days.schedule,
    days.date,
    opened.opened_seconds,
    opened.closed_seconds,
    coalesce(
        sum(opened.open_seconds) over (
            partition by days.calendar_key
            order by days.date
            rows between unbounded preceding and 1 preceding
        ),
        0
    )::bigint as before_seconds
from days
left join opened on days.calendar_key = opened.calendar_key and days.date = opened.date
order by days.calendar_key, days.date;
