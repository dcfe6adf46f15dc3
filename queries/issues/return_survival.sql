-- What part of the returned lines still waits for a stage at the end of each day, from 0 on: the line of a survival
-- picture. By place when the variable `place_kind` names one; one stage when `stage` does. It ends where nobody is
-- left to watch, and after 60 days.
-- Grain: one row per stage, place and whole day. Reads: int_return_survival.
create or replace view return_survival as
with reach as (
    select
        stage,
        place,
        max(days) as longest_days
    from int_return_survival
    where days is not null
    group by stage, place
),

days as (
    select
        stage,
        place,
        unnest(range(0, least(ceil(longest_days)::bigint, 60) + 1)) as day
    from reach
),

steps as (
    select
        stage,
        place,
        ceil(days)::bigint as day,
        arg_max(waiting_share, days) as waiting_share,
        sum(done_count)::bigint as done_count,
        max(at_risk_count) as at_risk_count
    from int_return_survival
    where days is not null
    group by stage, place, ceil(days)::bigint
)

select
    days.stage,
    days.place,
    days.day,
    coalesce(
        last_value(steps.waiting_share ignore nulls) over (
            partition by days.stage, days.place
            order by days.day
            rows unbounded preceding
        ),
        1.0
    ) as waiting_share,
    first_value(steps.at_risk_count ignore nulls) over (
        partition by days.stage, days.place
        order by days.day
        rows between current row and unbounded following
    ) as at_risk_count
from days
left join steps
    on
        days.stage = steps.stage
        and days.place is not distinct from steps.place
        and days.day = steps.day
order by days.stage, days.place, days.day;

comment on view return_survival is 'What part of the returned lines still waits for a stage after so many days (Kaplan-Meier).';
comment on column return_survival.stage is 'dropped_off and received are counted from the request; inspected, restocked and refunded from reception; whole from request to refund.';
comment on column return_survival.place is 'Warehouse, article, supplier, channel or reason, as place_kind asks; NULL for all, or where it is not known.';
comment on column return_survival.day is 'Days since the wait began, from 0.';
comment on column return_survival.waiting_share is 'Part of the lines that still waits at the end of that day, from 0 to 1.';
comment on column return_survival.at_risk_count is 'Lines that were still seen waiting when that day began.';
