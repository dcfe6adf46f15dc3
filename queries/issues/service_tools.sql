-- What each helpdesk tells of its tickets, so that a figure without a base is known to be silence and no zero.
-- Grain: one row per source and account. Reads: int_ticket_tools, settings.
create or replace view service_tools as
select
    tools.source,
    tools.account,
    tools.ticket_count,
    tools.excluded_count,
    timezone(settings.zone, timezone('UTC', tools.latest_at))::date as latest_date,
    tools.tells_replies,
    tools.tells_solutions,
    tools.tells_reopened,
    tools.tells_reply_counts,
    tools.tells_ratings,
    tools.tells_teams,
    tools.has_hours
from int_ticket_tools as tools
cross join settings
order by tools.ticket_count desc, tools.source, tools.account;

comment on view service_tools is 'What each helpdesk tells of its tickets, and up to when.';
comment on column service_tools.source is 'Tool.';
comment on column service_tools.account is 'Account of the tool.';
comment on column service_tools.ticket_count is 'Tickets loaded, those left out of all figures included.';
comment on column service_tools.excluded_count is 'Those left out: spam, merged, deleted or outbound.';
comment on column service_tools.latest_date is 'Day of the last thing it tells of, in the shop''s zone.';
comment on column service_tools.tells_replies is 'Whether it tells when a ticket was first answered.';
comment on column service_tools.tells_solutions is 'Whether it tells which tickets are solved.';
comment on column service_tools.tells_reopened is 'Whether it counts how often a ticket was opened again.';
comment on column service_tools.tells_reply_counts is 'Whether it counts the answers of agents.';
comment on column service_tools.tells_ratings is 'Whether it tells what customers thought.';
comment on column service_tools.tells_teams is 'Whether it tells the team.';
comment on column service_tools.has_hours is 'Whether opening hours are known for any of its tickets.';
