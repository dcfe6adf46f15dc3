-- Whether orders left in time, by warehouse: against the day that their channel promised, else the hours agreed with
-- the warehouse. Counted are orders whose deadline passed before the last day of the data; one that has not left by
-- then is late by at least the time so far.
-- Grain: one row per warehouse for the whole period (week_start_date is NULL), and one per warehouse and week.
-- Reads: int_matching_dispatches, int_data_end, rule_service_levels, settings.
create or replace view dispatch_punctuality as
-- read twice below: all orders quicker anew, those of some articles quicker kept, since keys are slow to look up
with looked_up as materialized (
    select *
    from int_matching_dispatches
    where filters_articles()
),

dispatched as not materialized (
    select *
    from int_matching_dispatches
    where not filters_articles()

    union all

    select *
    from looked_up
),

judged as not materialized (
    select
        dispatches.warehouse,
        dispatches.on_date,
        dispatches.due_hour,
        dispatches.late_hours,
        dispatches.outcome,
        if(dispatches.due_date >= int_data_end.last_date, dispatches.outcome // 10 * 10 + 4, dispatches.outcome)
        ::tinyint as outcome_so_far
    from dispatched as dispatches
    cross join int_data_end
    where
        in_period(dispatches.on_date)
        and coalesce(dispatches.fulfilled_by, '') <> 'marketplace'
),

daily as (
    select
        warehouse,
        date_trunc('week', on_date)::date as week_start_date,
        outcome_so_far > 10 as is_promised,
        ['on_time', 'late', 'waiting', 'not_due', 'unknown'][outcome_so_far % 10] as state,
        count(*) as order_count
    from judged
    group by warehouse, on_date, outcome_so_far
),

weekly as (
    select
        warehouse,
        week_start_date,
        sum(order_count) as order_count,
        coalesce(sum(order_count) filter (where state = 'on_time'), 0) as on_time_count,
        coalesce(sum(order_count) filter (where state = 'late'), 0) as late_count,
        coalesce(sum(order_count) filter (where state = 'waiting'), 0) as waiting_count,
        coalesce(sum(order_count) filter (where state = 'not_due'), 0) as not_due_count,
        coalesce(sum(order_count) filter (where state = 'unknown'), 0) as unknown_count,
        coalesce(
            sum(order_count) filter (where is_promised and state in ('on_time', 'late', 'waiting')), 0
        ) as promised_count
    from daily
    group by warehouse, week_start_date
),

counted as (
    select
        warehouse,
        week_start_date,
        grouping(week_start_date) = 1 as is_whole_period,
        sum(order_count)::bigint as order_count,
        sum(on_time_count)::bigint as on_time_count,
        sum(late_count)::bigint as late_count,
        sum(waiting_count)::bigint as waiting_count,
        sum(not_due_count)::bigint as not_due_count,
        sum(unknown_count)::bigint as unknown_count,
        sum(promised_count)::bigint as promised_count
    from weekly
    group by grouping sets ((warehouse), (warehouse, week_start_date))
),

overdue as (
    select
        *,
        date_trunc('week', on_date)::date as week_start_date
    from judged
    where outcome in (2, 3, 12, 13) and outcome_so_far = outcome
),

behind as (
    select
        overdue.warehouse,
        overdue.week_start_date,
        grouping(overdue.week_start_date) = 1 as is_whole_period,
        quantile_cont(
            coalesce(
                overdue.late_hours,
                epoch(timezone('UTC', timezone(settings.zone, int_data_end.last_date::timestamp))) / 3600
                - overdue.due_hour
            ),
            0.9
        ) as p90_late_hours
    from overdue
    cross join int_data_end
    cross join settings
    group by grouping sets ((overdue.warehouse), (overdue.warehouse, overdue.week_start_date))
)

select
    counted.warehouse,
    counted.week_start_date,
    counted.order_count,
    counted.on_time_count,
    counted.late_count,
    counted.waiting_count,
    counted.not_due_count,
    counted.unknown_count,
    counted.promised_count,
    counted.on_time_count
    / nullif(counted.on_time_count + counted.late_count + counted.waiting_count, 0) as on_time_share,
    behind.p90_late_hours,
    (
        select arg_max(levels.on_time_percent, (levels.warehouse is not null, levels.valid_from)) / 100
        from rule_service_levels as levels
        where
            levels.error = 'dispatch'
            and levels.on_time_percent is not null
            and (levels.warehouse is null or upper(trim(levels.warehouse)) = upper(trim(counted.warehouse)))
            and (
                levels.valid_from is null
                or levels.valid_from <= coalesce(counted.week_start_date, getvariable('until')::date, date '9999-01-01')
            )
    ) as agreed_on_time_share
from counted
left join behind
    on
        counted.warehouse is not distinct from behind.warehouse
        and counted.week_start_date is not distinct from behind.week_start_date
        and counted.is_whole_period = behind.is_whole_period
where counted.is_whole_period or counted.week_start_date is not null
order by counted.warehouse, counted.week_start_date nulls first;

comment on view dispatch_punctuality is 'Orders that left in time, late or not yet, by warehouse and week, against promise or agreement.';
comment on column dispatch_punctuality.warehouse is 'Warehouse; NULL when not known.';
comment on column dispatch_punctuality.week_start_date is 'Monday of the week of the deadline (or of the order, by the date basis); NULL in the row of the whole period.';
comment on column dispatch_punctuality.order_count is 'Orders, without those cancelled before they left and those that a marketplace ships.';
comment on column dispatch_punctuality.on_time_count is 'Left by their deadline.';
comment on column dispatch_punctuality.late_count is 'Left after it.';
comment on column dispatch_punctuality.waiting_count is 'Had not left on the last day of the data, their deadline passed.';
comment on column dispatch_punctuality.not_due_count is 'Their deadline had not passed.';
comment on column dispatch_punctuality.unknown_count is 'No deadline is known, or not when they left.';
comment on column dispatch_punctuality.promised_count is 'Those judged by their channel''s promise; the others by the hours agreed.';
comment on column dispatch_punctuality.on_time_share is 'On time, of all whose deadline passed and of which it is known.';
comment on column dispatch_punctuality.p90_late_hours is 'Nine late orders of ten were late by at most so many hours; those still waiting count with the time so far.';
comment on column dispatch_punctuality.agreed_on_time_share is 'Share on time that was agreed (service_levels); NULL when none is.';
