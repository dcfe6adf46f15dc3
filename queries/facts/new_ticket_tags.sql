-- The tags that agents gave each ticket, what each means, and whether a fact (an inspection, a scan, a stock record) of
-- the same incident bears it out: it does when it blames the same party, it contradicts the tag when all facts blame
-- others. Where there is no fact, or either blames nobody, nothing is said. A ticket without a tag has one row too.
-- Kept by: ticket_record_id, sorted by created_date.
-- Grain: one row per ticket and tag. Reads: touched_tickets, near_signals, ref_tags, ref_causes, settings.
create or replace temp view new_ticket_tags as
with tickets as (
    select
        record_id as ticket_record_id,
        source,
        agent_team as team,
        timezone(settings.zone, timezone('UTC', created_at))::date as created_date,
        coalesce(len(tags), 0) = 0 and coalesce(len(reason_raw), 0) = 0 as is_untagged,
        if(coalesce(len(tags), 0) = 0, [null], list_distinct(tags)) as tags,
        list_min(tags) as first_tag
    from touched_tickets
    cross join settings
    where created_at is not null and not coalesce(is_excluded, false)
),

tagged as (
    select
        * exclude (tags),
        unnest(tags) as tag
    from tickets
),

spelled as (
    select distinct tag
    from tagged
    where tag is not null
),

coded as (
    select
        tag,
        normal_code(tag) as tag_code,
        normal_code(regexp_extract(tag, '^.*(?:::|>)(.+)$', 1)) as last_code
    from spelled
),

meanings as (
    select
        tag,
        -- in a struct, because arg_min passes over rows without a cause, and 'no cause' is an answer here
        arg_min({'cause': nullif(cause, 'ignore')}, (if(origin = 'shop', 1, 2), coalesce(cause, ''))).cause as cause
    from ref_tags
    group by tag
),

meant as (
    select
        coded.tag,
        coded.tag_code,
        by_whole.tag is not null or by_last.tag is not null as is_mapped,
        if(by_whole.tag is not null, by_whole.cause, by_last.cause) as cause
    from coded
    left join meanings as by_whole on coded.tag_code = by_whole.tag
    left join meanings as by_last on coded.last_code = by_last.tag
),

ticket_signals as (
    select
        record_id,
        incident_key
    from near_signals
    where kind = 'ticket'
),

proven as (
    select
        incident_key,
        list_distinct(list(party)) as parties,
        arg_min(cause, (evidence_rank, signal_key)) as cause
    from near_signals
    where
        evidence = 'fact'
        and kind <> 'ticket'
        and party is not null
        and party <> 'unknown'
    group by incident_key
)

select
    tagged.ticket_record_id,
    tagged.source,
    tagged.team,
    tagged.created_date,
    tagged.tag,
    meant.tag_code,
    coalesce(meant.is_mapped, false) as is_mapped,
    meant.cause,
    tagged.is_untagged,
    coalesce(tagged.tag = tagged.first_tag, true) as is_first_of_ticket,
    coalesce(ticket_signals.incident_key, 'ticket/' || tagged.ticket_record_id) as incident_key,
    proven.cause as fact_cause,
    case
        when ref_causes.party is null or ref_causes.party = 'unknown' or proven.parties is null then null
        when ref_causes.party = 'fulfiller' then list_has_any(proven.parties, ['3pl', 'merchant'])
        else list_contains(proven.parties, ref_causes.party)
    end as is_borne_out
from tagged
left join meant on tagged.tag = meant.tag
left join ref_causes on meant.cause = ref_causes.cause
left join ticket_signals on tagged.ticket_record_id = ticket_signals.record_id
left join proven on ticket_signals.incident_key = proven.incident_key;
