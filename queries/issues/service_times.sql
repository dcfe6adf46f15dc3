-- How long customers waited for a first answer and for the end of their matter, in calendar and in business hours: half
-- of them no longer than the median, nine in ten no longer than the 90th percentile. Tickets that still wait are in no
-- delay: they are counted beside it. Tickets of the period are those opened in it.
-- Grain: one row per contact channel, per team, per tool, and one for all. Reads: int_served_tickets.
create or replace view service_times as
with cut as (
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
        count(*) as ticket_count,
        count(*) filter (where reply_state = 'answered') as answered_count,
        count(*) filter (where reply_state = 'waiting') as waiting_count,
        count(*) filter (where reply_state = 'automatic') as automatic_reply_count,
        count(*) filter (where reply_state in ('closed', 'not_told')) as reply_unknown_count,
        quantile_cont(reply_seconds, [0.5, 0.9]) as reply_seconds,
        count(reply_business_seconds) as reply_business_count,
        quantile_cont(reply_business_seconds, [0.5, 0.9]) as reply_business_seconds,
        count(*) filter (where resolution_state = 'solved') as solved_count,
        count(*) filter (where resolution_state = 'open') as open_count,
        count(*) filter (where resolution_state = 'automatic') as closed_by_rule_count,
        count(*) filter (where resolution_state = 'not_told') as resolution_unknown_count,
        quantile_cont(resolution_seconds, [0.5, 0.9]) filter (where resolution_state = 'solved') as resolution_seconds,
        quantile_cont(resolution_business_seconds, [0.5, 0.9])
        filter (where resolution_state = 'solved') as resolution_business_seconds,
        count(*) filter (where reply_promise = 'met') as reply_met_count,
        count(*) filter (where reply_promise = 'missed') as reply_missed_count,
        count(*) filter (where reply_promise = 'missed' and reply_state = 'waiting') as waiting_late_count,
        count(*) filter (where reply_promise in ('not_due', 'unknown')) as reply_undecided_count,
        count(*) filter (where resolution_promise = 'met') as resolution_met_count,
        count(*) filter (where resolution_promise = 'missed') as resolution_missed_count,
        count(*) filter (where resolution_promise = 'missed' and resolution_state = 'open') as open_late_count,
        count(*) filter (where resolution_promise in ('not_due', 'unknown')) as resolution_undecided_count
    from int_served_tickets
    group by grouping sets ((), (contact_channel), (team), (source))
)

select
    cut,
    value,
    ticket_count,
    answered_count,
    waiting_count,
    automatic_reply_count,
    reply_unknown_count,
    reply_seconds[1] / 3600 as reply_median_hours,
    reply_seconds[2] / 3600 as reply_p90_hours,
    reply_business_count,
    reply_business_seconds[1] / 3600 as reply_median_business_hours,
    reply_business_seconds[2] / 3600 as reply_p90_business_hours,
    solved_count,
    open_count,
    closed_by_rule_count,
    resolution_unknown_count,
    resolution_seconds[1] / 3600 as resolution_median_hours,
    resolution_seconds[2] / 3600 as resolution_p90_hours,
    resolution_business_seconds[1] / 3600 as resolution_median_business_hours,
    resolution_business_seconds[2] / 3600 as resolution_p90_business_hours,
    reply_met_count,
    reply_missed_count,
    waiting_late_count,
    reply_undecided_count,
    reply_met_count / nullif(reply_met_count + reply_missed_count, 0) as reply_met_share,
    resolution_met_count,
    resolution_missed_count,
    open_late_count,
    resolution_undecided_count,
    resolution_met_count / nullif(resolution_met_count + resolution_missed_count, 0) as resolution_met_share
from cut
where ticket_count > 0
order by cut, ticket_count desc, value;

comment on view service_times is 'First reply and full resolution by contact channel, team and tool, with what is still waiting and what was promised.';
comment on column service_times.cut is 'What the row is about: all, channel, team or tool.';
comment on column service_times.value is 'The channel, team or tool; NULL for all, and where it is not told.';
comment on column service_times.ticket_count is 'Tickets that customers opened in the period; spam, merged, deleted and outbound ones are not among them.';
comment on column service_times.answered_count is 'Those that a person answered, and it is known when.';
comment on column service_times.waiting_count is 'Those without an answer that are not solved: they wait, and are in no delay.';
comment on column service_times.automatic_reply_count is 'Those answered within a second: by a machine, and by a person nobody knows when.';
comment on column service_times.reply_unknown_count is 'Those closed without an answer that is told of, or of a tool that tells of none.';
comment on column service_times.reply_median_hours is 'Half of the answered ones were answered within so many hours (calendar); NULL when none was.';
comment on column service_times.reply_p90_hours is 'Nine in ten of the answered ones were answered within so many hours (calendar).';
comment on column service_times.reply_business_count is 'Answered ones whose opening hours are known.';
comment on column service_times.reply_median_business_hours is 'The median in business hours; NULL when no opening hours are known.';
comment on column service_times.reply_p90_business_hours is 'The 90th percentile in business hours.';
comment on column service_times.solved_count is 'Tickets that are solved, and it is known when.';
comment on column service_times.open_count is 'Tickets that are not solved.';
comment on column service_times.closed_by_rule_count is 'Tickets closed within a second: by a rule, not by a person.';
comment on column service_times.resolution_unknown_count is 'Tickets that are solved nobody knows when, or of a tool that tells of no end.';
comment on column service_times.resolution_median_hours is 'Half of the solved ones were solved for good within so many hours (calendar), the customer''s own silence included.';
comment on column service_times.resolution_p90_hours is 'Nine in ten of the solved ones were solved within so many hours (calendar).';
comment on column service_times.resolution_median_business_hours is 'The median in business hours; NULL when no opening hours are known.';
comment on column service_times.resolution_p90_business_hours is 'The 90th percentile in business hours.';
comment on column service_times.reply_met_count is 'Tickets answered within what the shop promised; 0 without a promise.';
comment on column service_times.reply_missed_count is 'Tickets answered later than promised, or that still wait and are older than that.';
comment on column service_times.waiting_late_count is 'Those of them that still wait.';
comment on column service_times.reply_undecided_count is 'Tickets with a promise that are not due yet, or of which it is not known.';
comment on column service_times.reply_met_share is 'Met of met and missed; NULL without a promise.';
comment on column service_times.resolution_met_count is 'Tickets solved within what the shop promised; 0 without a promise.';
comment on column service_times.resolution_missed_count is 'Tickets solved later than promised, or still open and older than that.';
comment on column service_times.open_late_count is 'Those of them that are still open.';
comment on column service_times.resolution_undecided_count is 'Tickets with a promise that are not due yet, or of which it is not known.';
comment on column service_times.resolution_met_share is 'Met of met and missed; NULL without a promise.';
