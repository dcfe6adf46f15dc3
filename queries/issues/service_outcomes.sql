-- What became of solved tickets: opened again, settled at the first contact, with one answer, and what customers
-- thought of it. Tickets of the period are those solved in it; those solved less than seven days before their
-- tool's last news are not judged yet, and counted.
-- Grain: one row per contact channel, per team, per tool, and one for all. Reads: int_solved_tickets.
create or replace view service_outcomes as
select
    case
        when grouping(contact_channel) = 0 then 'channel'
        when grouping(team) = 0 then 'team'
        when grouping(source) = 0 then 'tool'
        else 'all'
    end as cut,
    case
        when grouping(contact_channel) = 0 then contact_channel
        when grouping(team) = 0 then team
        when grouping(source) = 0 then source
    end as value,
    count(*) as solved_count,
    count(*) filter (where not is_ripe) as too_early_count,
    count(*) filter (where is_ripe and is_reopened) as reopened_count,
    count(*) filter (where is_ripe and is_reopened is not null) as reopened_base_count,
    count(*) filter (where is_ripe and is_settled_at_once) as settled_at_once_count,
    count(*) filter (where is_ripe and is_settled_at_once is not null) as settled_base_count,
    count(*) filter (where is_ripe and order_key is null) as without_order_count,
    count(*) filter (where is_one_touch) as one_touch_count,
    count(is_one_touch) as one_touch_base_count,
    count(*) filter (where is_satisfied) as satisfied_count,
    count(is_satisfied) as rating_count,
    count(*) filter (where tells_ratings) as rateable_count
from int_solved_tickets
group by grouping sets ((), (contact_channel), (team), (source))
having count(*) > 0
order by cut, solved_count desc, value;

comment on view service_outcomes is 'Reopened, one-touch, settled at the first contact and CSAT of solved tickets, by contact channel, team and tool.';
comment on column service_outcomes.cut is 'What the row is about: all, channel, team or tool.';
comment on column service_outcomes.value is 'The channel, team or tool; NULL for all, and where it is not told.';
comment on column service_outcomes.solved_count is 'Tickets solved in the period by a person.';
comment on column service_outcomes.too_early_count is 'Those solved less than seven days before their tool''s last news: not judged yet.';
comment on column service_outcomes.reopened_count is 'Tickets old enough that were opened again at least once, as their tool counts it.';
comment on column service_outcomes.reopened_base_count is 'Tickets old enough whose tool counts that.';
comment on column service_outcomes.settled_at_once_count is 'Tickets old enough whose customer did not come back about the order within seven days: an approximation.';
comment on column service_outcomes.settled_base_count is 'Tickets old enough that name an order.';
comment on column service_outcomes.without_order_count is 'Tickets old enough without an order: whether the customer came back is not known.';
comment on column service_outcomes.one_touch_count is 'Tickets solved with exactly one public answer of an agent.';
comment on column service_outcomes.one_touch_base_count is 'Tickets whose answers are counted.';
comment on column service_outcomes.satisfied_count is 'Ratings of 4 or 5 of 5, or the good one of two.';
comment on column service_outcomes.rating_count is 'Ratings.';
comment on column service_outcomes.rateable_count is 'Solved tickets of tools that tell of ratings: the base of the response rate.';
