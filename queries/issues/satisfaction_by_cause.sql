-- What customers thought of the service, by root cause: satisfied of those who answered, with the 95% interval of
-- Wilson, and how many answered at all. Few ratings say little: the interval shows it.
-- Grain: one row per cause. Reads: int_solved_tickets.
create or replace view satisfaction_by_cause as
with counted as (
    select
        cause,
        any_value(family) as family,
        count(*) filter (where is_satisfied) as satisfied_count,
        nullif(count(is_satisfied), 0) as rating_count,
        count(*) filter (where tells_ratings) as rateable_count
    from int_solved_tickets
    where cause is not null
    group by cause
),

-- the terms of Wilson's interval, at 1.96 standard deviations
spread as (
    select
        *,
        satisfied_count / rating_count + 1.9208 / rating_count as middle,
        1.96 * sqrt(
            satisfied_count / rating_count * (1 - satisfied_count / rating_count) / rating_count
            + 0.9604 / (rating_count * rating_count)
        ) as reach,
        1 + 3.8416 / rating_count as widening
    from counted
)

select
    cause,
    family,
    satisfied_count,
    coalesce(rating_count, 0) as rating_count,
    rateable_count,
    satisfied_count / rating_count as satisfied_share,
    (middle - reach) / widening as satisfied_low_share,
    (middle + reach) / widening as satisfied_high_share,
    coalesce(rating_count, 0) / rateable_count as response_share
from spread
where rateable_count > 0
order by coalesce(rating_count, 0) desc, rateable_count desc, cause;

comment on view satisfaction_by_cause is 'CSAT by root cause with its interval and the response rate.';
comment on column satisfaction_by_cause.cause is 'Root cause of the ticket''s incident.';
comment on column satisfaction_by_cause.family is 'Family of the cause.';
comment on column satisfaction_by_cause.satisfied_count is 'Ratings of 4 or 5 of 5, or the good one of two.';
comment on column satisfaction_by_cause.rating_count is 'Ratings.';
comment on column satisfaction_by_cause.rateable_count is 'Solved tickets of the period whose tool tells of ratings.';
comment on column satisfaction_by_cause.satisfied_share is 'Satisfied of those who rated; NULL without a rating.';
comment on column satisfaction_by_cause.satisfied_low_share is 'Lower end of its 95% interval (Wilson).';
comment on column satisfaction_by_cause.satisfied_high_share is 'Upper end of its 95% interval (Wilson).';
comment on column satisfaction_by_cause.response_share is 'Ratings of rateable tickets.';
