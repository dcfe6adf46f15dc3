-- How long each stage of a return takes, and how many still wait for it: the days after which half and nine tenths of
-- the lines have it, with those that still wait counted in (Kaplan-Meier). The mean of finished waits is beside it,
-- because it looks best exactly when a backlog builds. By place when the variable `place_kind` names one.
-- Grain: one row per stage and place. Reads: int_return_survival.
create or replace view return_stages as
select
    stage,
    place,
    sum(left_count)::bigint as line_count,
    sum(done_count)::bigint as done_count,
    sum(left_count - done_count)::bigint as open_count,
    sum(too_early_count)::bigint as too_early_count,
    coalesce(sum(left_count - too_early_count) filter (where days is null), 0)::bigint as undated_count,
    -- a hair's breadth for the rounding of products: 0.5 is reached by 0.5
    min(days) filter (where waiting_share <= 0.5 + 1e-9) as median_days,
    min(days) filter (where waiting_share <= 0.1 + 1e-9) as p90_days,
    max(days) as longest_days,
    sum(days * done_count) / nullif(sum(done_count) filter (where days is not null), 0) as finished_mean_days,
    sum(late_count)::bigint as late_count,
    sum(in_time_count)::bigint as in_time_count,
    sum(undetermined_count)::bigint as undetermined_count,
    sum(late_count) / nullif(sum(late_count + in_time_count), 0) as late_share
from int_return_survival
group by stage, place
order by
    list_position(['dropped_off', 'received', 'inspected', 'restocked', 'refunded', 'whole'], stage),
    line_count desc,
    place;

comment on view return_stages is 'How long each stage of a return takes, with those that still wait for it counted in.';
comment on column return_stages.stage is 'dropped_off and received are counted from the request; inspected, restocked and refunded from reception; whole from request to refund.';
comment on column return_stages.place is 'Warehouse, article, supplier, channel or reason, as place_kind asks; NULL for all, or where it is not known.';
comment on column return_stages.line_count is 'Returned lines that began to wait for it in the period, told by tools that ever tell of the stage.';
comment on column return_stages.done_count is 'Of them, those that reached it.';
comment on column return_stages.open_count is 'Of them, those that still waited at the end of the data.';
comment on column return_stages.too_early_count is 'Reached before the stage that it should follow; in no median.';
comment on column return_stages.undated_count is 'Reached at a time that is not told; in no median.';
comment on column return_stages.median_days is 'Days after which half of the lines have it (Kaplan-Meier); NULL while less than half have.';
comment on column return_stages.p90_days is 'Days after which nine in ten have it (Kaplan-Meier); NULL while fewer have.';
comment on column return_stages.longest_days is 'Longest wait that was seen, ended or not.';
comment on column return_stages.finished_mean_days is 'Mean of the waits that are over: flattering when a backlog builds.';
comment on column return_stages.late_count is 'Reached after the target, or still waiting beyond it.';
comment on column return_stages.in_time_count is 'Reached by the target.';
comment on column return_stages.undetermined_count is 'Have a target, and cannot be judged: still waiting within it, or reached at an unknown time.';
comment on column return_stages.late_share is 'Late ones of those that can be judged; NULL when none can.';
