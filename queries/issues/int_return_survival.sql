-- The product-limit (Kaplan-Meier) estimate of what part of the lines still waits for a stage after so many days; those
-- that still wait at the end of the data count as long as they have been seen to wait. Days are told to a tenth.
-- Of lines that end and lines that are lost sight of on one day, the first are taken first, as usual. Waits without
-- days are one row, which is in no estimate.
-- Grain: one row per stage, place and number of days at which a wait ended or was lost sight of. Reads:
-- int_return_waits.
create or replace view int_return_survival as
with counted as (
    select
        stage,
        place,
        days,
        count(*) filter (where is_done) as done_count,
        count(*) as left_count,
        count(*) filter (where is_too_early) as too_early_count,
        count(*) filter (where is_late) as late_count,
        count(*) filter (where not is_late) as in_time_count,
        count(*) filter (where has_target and is_late is null) as undetermined_count
    from int_return_waits
    group by stage, place, days
),

at_risk as (
    select
        *,
        sum(left_count) over (
            partition by stage, place
            order by days nulls first
            rows between current row and unbounded following
        )::bigint as at_risk_count
    from counted
)

select
    *,
    product(if(days is null, 1.0, 1.0 - done_count / at_risk_count)) over (
        partition by stage, place
        order by days nulls first
        rows unbounded preceding
    ) as waiting_share
from at_risk;
