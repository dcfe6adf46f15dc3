-- Tickets of the period with how they stand: answered, waiting (no answer yet, which is no delay of zero), answered by
-- a machine, closed without an answer that anything tells of, or of a tool that tells of no answers. What the shop
-- promised is met, missed (also by a ticket that still waits and is older than that), not due yet, or not known.
-- Grain: one row per ticket. Reads: int_matching_tickets, int_ticket_tools, int_business_days.
create or replace view int_served_tickets as
with clocks as (
    -- where the last thing that a tool told stands on each business clock
    select
        tools.source,
        tools.account,
        days.calendar_key,
        (
            days.before_seconds
            + coalesce(list_sum(list_transform(
                days.closed_seconds, lambda x: least(x, date_diff('second', days.date, tools.latest_at))
            )), 0)
            - coalesce(list_sum(list_transform(
                days.opened_seconds, lambda x: least(x, date_diff('second', days.date, tools.latest_at))
            )), 0)
        )::bigint as latest_business_second
    from int_ticket_tools as tools
    inner join int_business_days as days on tools.latest_at::date = days.date
),

aged as (
    select
        tickets.*,
        tools.tells_replies,
        tools.tells_solutions,
        tools.tells_reopened,
        tools.tells_ratings,
        case
            when tickets.reply_seconds is not null then 'answered'
            when tickets.has_automatic_reply then 'automatic'
            when not tools.tells_replies or not tickets.has_moment then 'not_told'
            when tickets.is_solved then 'closed'
            else 'waiting'
        end as reply_state,
        case
            when not tickets.is_solved then if(tools.tells_solutions, 'open', 'not_told')
            when tickets.is_closed_by_rule then 'automatic'
            when tickets.resolution_seconds is not null then 'solved'
            else 'not_told'
        end as resolution_state,
        date_diff('second', tickets.created_at, tools.latest_at) as age_seconds,
        clocks.latest_business_second - tickets.created_business_second as age_business_seconds
    from int_matching_tickets as tickets
    inner join int_ticket_tools as tools on tickets.source = tools.source and tickets.account = tools.account
    left join clocks
        on
            tickets.source = clocks.source
            and tickets.account = clocks.account
            and tickets.calendar_key = clocks.calendar_key
    where in_period(tickets.on_date)
),

-- on the clock that the promise names
timed as (
    select
        *,
        if(reply_target_clock = 'business', reply_business_seconds, reply_seconds) as reply_promise_seconds,
        if(reply_target_clock = 'business', age_business_seconds, age_seconds) as reply_promise_age,
        if(resolution_target_clock = 'business', resolution_business_seconds, resolution_seconds)
            as resolution_promise_seconds,
        if(resolution_target_clock = 'business', age_business_seconds, age_seconds) as resolution_promise_age
    from aged
)

select
    *,
    case
        when reply_target_seconds is null then null
        when reply_state = 'answered' and reply_promise_seconds <= reply_target_seconds then 'met'
        when reply_state = 'answered' and reply_promise_seconds > reply_target_seconds then 'missed'
        when reply_state = 'waiting' and reply_promise_age <= reply_target_seconds then 'not_due'
        when reply_state = 'waiting' and reply_promise_age > reply_target_seconds then 'missed'
        else 'unknown'
    end as reply_promise,
    case
        when resolution_target_seconds is null then null
        when resolution_state = 'solved' and resolution_promise_seconds <= resolution_target_seconds then 'met'
        when resolution_state = 'solved' and resolution_promise_seconds > resolution_target_seconds then 'missed'
        when resolution_state = 'open' and resolution_promise_age <= resolution_target_seconds then 'not_due'
        when resolution_state = 'open' and resolution_promise_age > resolution_target_seconds then 'missed'
        else 'unknown'
    end as resolution_promise
from timed;
