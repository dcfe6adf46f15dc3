-- What each helpdesk tells of its tickets, and up to when: a tool that never tells of an answer, a rating or a ticket
-- opened again says nothing by its silence. How old an open ticket is can be said up to the last thing its tool told.
-- Grain: one row per source and account. Reads: ticket_service.
create or replace table int_ticket_tools as
select
    source,
    account,
    count(*) as ticket_count,
    count(*) filter (where is_excluded) as excluded_count,
    max(greatest(created_at, coalesce(solved_at, created_at), created_at + to_seconds(coalesce(reply_seconds, 0))))
        as latest_at,
    bool_or(has_moment) as tells_moments,
    bool_or(reply_seconds is not null) as tells_replies,
    bool_or(is_solved) as tells_solutions,
    bool_or(reopened_count is not null) as tells_reopened,
    bool_or(agent_reply_count is not null) as tells_reply_counts,
    bool_or(csat is not null) as tells_ratings,
    bool_or(team is not null) as tells_teams,
    count(distinct calendar_key) as calendar_count,
    bool_or(reply_business_seconds is not null or created_business_second is not null) as has_hours
from ticket_service
group by source, account
order by source, account;
