-- How far tags can be trusted: tickets that nobody tagged, whose tags say no more than 'other', or mean nothing to
-- anybody; and tags that a fact contradicts, of those that a fact can check. By team and tool, never by person.
-- Grain: one row per team, per tool, and one for all. Reads: int_matching_tags.
create or replace view tag_health as
with tickets as (
    select
        ticket_record_id,
        any_value(source) as source,
        any_value(team) as team,
        bool_or(is_untagged) as is_untagged,
        count(*) filter (where cause is not null and cause not in ('other', 'unknown')) > 0 as has_cause,
        count(*) filter (where cause in ('other', 'unknown')) > 0 as has_other,
        count(is_borne_out) as checked_count,
        count(*) filter (where not is_borne_out) as contradicted_count
    from int_matching_tags
    where is_chosen
    group by ticket_record_id
)

select
    case
        when grouping(team) = 0 then 'team'
        when grouping(source) = 0 then 'tool'
        else 'all'
    end as cut,
    case
        when grouping(team) = 0 then team
        when grouping(source) = 0 then source
    end as value,
    count(*) as ticket_count,
    count(*) filter (where is_untagged) as untagged_count,
    count(*) filter (where has_other and not has_cause) as other_count,
    count(*) filter (where not is_untagged and not has_other and not has_cause) as no_cause_count,
    sum(checked_count)::bigint as checked_count,
    sum(contradicted_count)::bigint as contradicted_count
from tickets
group by grouping sets ((), (team), (source))
having count(*) > 0
order by cut, ticket_count desc, value;

comment on view tag_health is 'Untagged, other, and contradicted tags, by team and tool.';
comment on column tag_health.cut is 'What the row is about: all, team or tool.';
comment on column tag_health.value is 'The team or tool; NULL for all, and where it is not told.';
comment on column tag_health.ticket_count is 'Tickets that pass the filters; spam, merged, deleted and outbound ones are not among them.';
comment on column tag_health.untagged_count is 'Those with neither a tag nor a reason.';
comment on column tag_health.other_count is 'Those whose tags say no more than other.';
comment on column tag_health.no_cause_count is 'Those that have tags, or a reason, of which no tag names a cause.';
comment on column tag_health.checked_count is 'Tags whose party a fact of the same incident can check.';
comment on column tag_health.contradicted_count is 'Those of them that the facts contradict.';
