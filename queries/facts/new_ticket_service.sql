-- How each ticket was served: when it came, was first answered and solved, in calendar and in opening seconds, whether
-- it was opened again, how many answers it took, what the customer thought of it, and which incident it is about.
-- A first answer within a second of the ticket is a machine's and no answer; a ticket closed that fast was closed by a
-- rule. Where the tool does not say when it was answered, its messages do. The order's next ticket is kept, so that a
-- view can say whether the first one settled the matter.
-- What the shop promises of it is kept with it: of the promises for its channel, else for all, the latest before it.
-- Kept by: ticket_record_id, sorted by created_date.
-- Grain: one row per ticket. Reads: touched_tickets, raw_messages, near_signals, near_incidents, ref_channels,
-- rule_service_schedules, rule_sla_targets, int_business_days, settings.
create or replace temp view new_ticket_service as
with tickets as (
    select
        record_id as ticket_record_id,
        ticket_id,
        source,
        account,
        created_at,
        first_reply_at,
        solved_at,
        reopened_count,
        reply_count,
        lower(status) as status,
        channel,
        channel_raw,
        csat,
        agent_team,
        coalesce(is_excluded, false) as is_excluded,
        excluded_because,
        -- a day without a time is no moment to measure from
        not list_contains(coalesce(date_only, []), 'created_at') as has_moment,
        list_contains(coalesce(date_only, []), 'first_reply_at') as has_reply_day_only,
        list_contains(coalesce(date_only, []), 'solved_at') as has_solved_day_only
    from touched_tickets
    where created_at is not null
),

written as (
    select
        tickets.ticket_record_id,
        min(messages.sent_at) filter (
            where
            messages.author = 'agent'
            and messages.sent_at > tickets.created_at + interval 1 second
        ) as agent_at,
        min(messages.sent_at) filter (
            where messages.author = 'customer' and messages.sent_at > tickets.solved_at
        ) as customer_again_at,
        count(*) filter (where messages.author = 'agent') as agent_count,
        -- some tools hand over the last messages only
        min(messages.sent_at) <= tickets.created_at + interval 1 minute as is_whole
    from tickets
    inner join raw_messages as messages
        on tickets.ticket_record_id = concat_ws('/', messages.source, messages.account, messages.ticket_id)
    where coalesce(messages.is_public, true) and messages.author in ('agent', 'customer')
    group by tickets.ticket_record_id, tickets.created_at
),

ticket_signals as (
    select
        signals.record_id,
        signals.incident_key
    from near_signals as signals
    where signals.kind = 'ticket'
),

told as (
    select
        tickets.*,
        incidents.incident_key,
        incidents.order_key,
        incidents.order_name,
        incidents.order_date,
        incidents.cause,
        incidents.family,
        incidents.party,
        incidents.sku,
        incidents.supplier,
        incidents.warehouse,
        incidents.carrier,
        incidents.channel as order_channel,
        incidents.country
    from tickets
    left join ticket_signals on tickets.ticket_record_id = ticket_signals.record_id
    -- a ticket that is an incident by itself bears its name
    left join near_incidents as incidents
        on
            not tickets.is_excluded
            and coalesce(ticket_signals.incident_key, 'ticket/' || tickets.ticket_record_id)
            = incidents.incident_key
),

-- every ticket of the same orders, those of other loads included
contacts as (
    select
        signals.record_id,
        signals.incident_key,
        signals.order_key,
        signals.occurred_at
    from near_signals as signals
    where signals.kind = 'ticket' and signals.order_key is not null
    union all
    select
        substr(incident_key, length('ticket/') + 1),
        incident_key,
        order_key,
        first_at
    from near_incidents
    where
        signal_count = 1
        and kinds = ['ticket']
        and order_key is not null
),

in_turn as (
    select
        record_id,
        lag(occurred_at) over of_order as previous_contact_at,
        lead(occurred_at) over of_order as next_contact_at,
        row_number() over (
            partition by incident_key
            order by occurred_at, record_id
        ) as contact_number
    from contacts
    window of_order as (
        partition by order_key
        order by occurred_at, record_id
    )
),

-- these few read the tickets' own columns, so that their whole rows need not be kept for a second reader
words as (
    select distinct
        source,
        channel_raw
    from touched_tickets
),

desks as (
    select distinct
        source,
        account,
        agent_team
    from touched_tickets
),

shop_channels as (
    select
        named.source,
        named.channel_raw,
        coalesce(
            any_value(shop.channel) filter (where shop.source is not null), any_value(shop.channel)
        ) as channel
    from words as named
    inner join ref_channels as shop
        on
            normal_code(named.channel_raw) = shop.code
            and (shop.source is null or named.source = shop.source)
    where shop.origin = 'shop'
    group by named.source, named.channel_raw
),

-- whose hours a ticket falls in: the row that says most of it
calendars as (
    select
        served.source,
        served.account,
        served.agent_team,
        arg_max(
            concat_ws(
                '/', rules.schedule, coalesce(rules.zone, settings.zone), coalesce(rules.holidays, '')
            ),
            4 * (rules.team is not null)::integer
            + 2 * (rules.account is not null)::integer
            + (rules.tool is not null)::integer
        ) as calendar_key
    from desks as served
    cross join settings
    inner join rule_service_schedules as rules
        on
            (rules.tool is null or lower(rules.tool) = served.source)
            and (rules.account is null or lower(rules.account) = lower(served.account))
            and (rules.team is null or lower(rules.team) = lower(trim(served.agent_team)))
    group by served.source, served.account, served.agent_team
),

-- the promises of a channel and day: thousands of tickets share them
promised as (
    select distinct
        coalesce(shop_channels.channel, tickets.channel) as contact_channel,
        tickets.created_at::date as created_day
    from touched_tickets as tickets
    left join shop_channels
        on tickets.source = shop_channels.source and tickets.channel_raw = shop_channels.channel_raw
),

targets as (
    select
        promised.contact_channel,
        promised.created_day,
        rules.measure,
        arg_max(
            {'clock': rules.clock, 'seconds': (rules.hours * 3600)::bigint, 'share': rules.share},
            (rules.channel is not null, coalesce(rules.valid_from, date '0001-01-01'))
        ) as target
    from promised
    inner join rule_sla_targets as rules
        on
            (rules.channel is null or lower(rules.channel) = promised.contact_channel)
            and (rules.valid_from is null or promised.created_day >= rules.valid_from)
    group by promised.contact_channel, promised.created_day, rules.measure
),

measured as (
    select
        told.*,
        reply_targets.target as reply_target,
        resolution_targets.target as resolution_target,
        coalesce(shop_channels.channel, told.channel) as contact_channel,
        in_turn.previous_contact_at,
        in_turn.next_contact_at,
        coalesce(in_turn.contact_number, if(told.incident_key is null, null, 1)) as contact_number,
        written.customer_again_at,
        coalesce(told.reply_count, if(written.is_whole, written.agent_count, null)) as agent_reply_count,
        calendars.calendar_key,
        told.solved_at is not null and coalesce(told.status, 'solved') not in ('open', 'pending')
        or coalesce(told.status in ('solved', 'closed'), false) as is_solved,
        told.first_reply_at <= told.created_at + interval 1 second and not told.has_reply_day_only
            as has_automatic_reply,
        if(
            told.has_moment,
            coalesce(
                if(
                    not told.has_reply_day_only and told.first_reply_at > told.created_at + interval 1 second,
                    told.first_reply_at,
                    null
                ),
                written.agent_at
            ),
            null
        ) as replied_at,
        told.solved_at <= told.created_at + interval 1 second and not told.has_solved_day_only
            as is_closed_by_rule,
        if(
            told.has_moment
            and not told.has_solved_day_only
            and told.solved_at > told.created_at + interval 1 second,
            told.solved_at,
            null
        ) as ended_at
    from told
    left join written on told.ticket_record_id = written.ticket_record_id
    left join in_turn on told.ticket_record_id = in_turn.record_id
    left join shop_channels on told.source = shop_channels.source and told.channel_raw = shop_channels.channel_raw
    left join targets as reply_targets
        on
            coalesce(shop_channels.channel, told.channel) is not distinct from reply_targets.contact_channel
            and told.created_at::date = reply_targets.created_day
            and reply_targets.measure = 'first_reply'
    left join targets as resolution_targets
        on
            coalesce(shop_channels.channel, told.channel) is not distinct from resolution_targets.contact_channel
            and told.created_at::date = resolution_targets.created_day
            and resolution_targets.measure = 'resolution'
    left join calendars
        on
            told.source = calendars.source
            and told.account = calendars.account
            and told.agent_team is not distinct from calendars.agent_team
),

-- each moment's place on the business clock: the opening seconds of all days before, and those of its own day
clocked as (
    select
        measured.*,
        created_days.before_seconds
        + coalesce(list_sum(list_transform(
            created_days.closed_seconds, lambda x: least(x, date_diff('second', created_days.date, measured.created_at))
        )), 0)
        - coalesce(list_sum(list_transform(
            created_days.opened_seconds, lambda x: least(x, date_diff('second', created_days.date, measured.created_at))
        )), 0) as created_business_second,
        replied_days.before_seconds
        + coalesce(list_sum(list_transform(
            replied_days.closed_seconds, lambda x: least(x, date_diff('second', replied_days.date, measured.replied_at))
        )), 0)
        - coalesce(list_sum(list_transform(
            replied_days.opened_seconds, lambda x: least(x, date_diff('second', replied_days.date, measured.replied_at))
        )), 0) as replied_business_second,
        ended_days.before_seconds
        + coalesce(list_sum(list_transform(
            ended_days.closed_seconds, lambda x: least(x, date_diff('second', ended_days.date, measured.ended_at))
        )), 0)
        - coalesce(list_sum(list_transform(
            ended_days.opened_seconds, lambda x: least(x, date_diff('second', ended_days.date, measured.ended_at))
        )), 0) as ended_business_second
    from measured
    left join int_business_days as created_days
        on
            measured.has_moment
            and measured.calendar_key = created_days.calendar_key
            and measured.created_at::date = created_days.date
    left join int_business_days as replied_days
        on measured.calendar_key = replied_days.calendar_key and measured.replied_at::date = replied_days.date
    left join int_business_days as ended_days
        on measured.calendar_key = ended_days.calendar_key and measured.ended_at::date = ended_days.date
)

select
    clocked.ticket_record_id,
    clocked.ticket_id,
    clocked.source,
    clocked.account,
    clocked.agent_team as team,
    clocked.contact_channel,
    clocked.created_at,
    timezone(settings.zone, timezone('UTC', clocked.created_at))::date as created_date,
    clocked.solved_at,
    timezone(settings.zone, timezone('UTC', clocked.solved_at))::date as solved_date,
    clocked.is_excluded,
    clocked.excluded_because,
    clocked.is_solved,
    coalesce(clocked.has_automatic_reply, false) as has_automatic_reply,
    coalesce(clocked.is_closed_by_rule, false) as is_closed_by_rule,
    clocked.has_moment,
    date_diff('second', clocked.created_at, clocked.replied_at) as reply_seconds,
    (clocked.replied_business_second - clocked.created_business_second)::bigint as reply_business_seconds,
    if(clocked.is_solved, date_diff('second', clocked.created_at, clocked.ended_at), null) as resolution_seconds,
    if(clocked.is_solved, clocked.ended_business_second - clocked.created_business_second, null)::bigint
        as resolution_business_seconds,
    clocked.calendar_key,
    clocked.created_business_second::bigint as created_business_second,
    clocked.reply_target.clock as reply_target_clock,
    clocked.reply_target.seconds as reply_target_seconds,
    clocked.reply_target.share as reply_target_share,
    clocked.resolution_target.clock as resolution_target_clock,
    clocked.resolution_target.seconds as resolution_target_seconds,
    clocked.resolution_target.share as resolution_target_share,
    clocked.reopened_count,
    clocked.agent_reply_count,
    clocked.csat,
    clocked.previous_contact_at,
    clocked.next_contact_at,
    clocked.customer_again_at,
    clocked.contact_number,
    clocked.incident_key,
    clocked.order_key,
    clocked.order_name,
    clocked.order_date,
    clocked.cause,
    clocked.family,
    clocked.party,
    clocked.sku,
    clocked.supplier,
    clocked.warehouse,
    clocked.carrier,
    clocked.order_channel as channel,
    clocked.country
from clocked
cross join settings;
