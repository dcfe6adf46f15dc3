-- What the shop promised its customers, and how often it kept to it, by channel. Tickets not due yet and those of which
-- it is not known are counted apart, in no share.
-- Grain: one row per promise and contact channel. Reads: int_served_tickets.
create or replace view service_promises as
with promised as (
    select
        'first_reply' as measure,
        contact_channel,
        reply_target_clock as clock,
        reply_target_seconds as target_seconds,
        reply_target_share as target_share,
        reply_promise as promise,
        reply_state = 'waiting' as is_open
    from int_served_tickets
    where reply_target_seconds is not null
    union all
    select
        'resolution' as measure,
        contact_channel,
        resolution_target_clock,
        resolution_target_seconds,
        resolution_target_share,
        resolution_promise,
        resolution_state = 'open'
    from int_served_tickets
    where resolution_target_seconds is not null
),

counted as (
    select
        measure,
        contact_channel,
        clock,
        target_seconds,
        target_share,
        count(*) as ticket_count,
        count(*) filter (where promise = 'met') as met_count,
        count(*) filter (where promise = 'missed') as missed_count,
        count(*) filter (where promise = 'missed' and is_open) as late_open_count,
        count(*) filter (where promise = 'not_due') as not_due_count,
        count(*) filter (where promise = 'unknown') as unknown_count
    from promised
    group by measure, contact_channel, clock, target_seconds, target_share
)

select
    measure,
    contact_channel as channel,
    clock,
    target_seconds / 3600 as target_hours,
    target_share,
    ticket_count,
    met_count,
    missed_count,
    late_open_count,
    not_due_count,
    unknown_count,
    met_count / nullif(met_count + missed_count, 0) as met_share,
    met_count / nullif(met_count + missed_count, 0) >= target_share as is_kept
from counted
order by measure, ticket_count desc, channel;

comment on view service_promises is 'Promises met and missed, by measure and contact channel.';
comment on column service_promises.measure is 'What was promised: first_reply or resolution.';
comment on column service_promises.channel is 'Where the customers wrote; NULL when not told.';
comment on column service_promises.clock is 'Whether the promise is in business or calendar hours.';
comment on column service_promises.target_hours is 'Hours promised.';
comment on column service_promises.target_share is 'Share of tickets that the shop aims at; NULL when it says none.';
comment on column service_promises.ticket_count is 'Tickets of the period under the promise.';
comment on column service_promises.met_count is 'Those answered or solved in time.';
comment on column service_promises.missed_count is 'Those that were late, or still wait and are older than promised.';
comment on column service_promises.late_open_count is 'Those of them that still wait.';
comment on column service_promises.not_due_count is 'Those that still wait and are not late yet.';
comment on column service_promises.unknown_count is 'Those of which it is not known: no opening hours, or a tool that does not tell.';
comment on column service_promises.met_share is 'Met of met and missed; NULL when there is none.';
comment on column service_promises.is_kept is 'Whether that reaches the share aimed at; NULL when either is not known.';
