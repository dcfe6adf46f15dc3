-- What each tag is used for and whether facts bear it out. A tag is one whatever its capitals, accents and signs: its
-- spellings are listed. A tag unused for 90 days is one that nobody gave in the 90 days before the data end. Filters
-- choose the tickets that are counted; what a tag is (meaning, spellings, last use) is told of all tickets.
-- Grain: one row per tag. Reads: int_matching_tags, int_data_end.
create or replace view tag_use as
with used as (
    select
        tag_code,
        arg_min(tag, tag) as tag,
        list_sort(list_distinct(list(tag))) as spellings,
        bool_or(is_mapped) as is_mapped,
        any_value(cause) as cause,
        count(*) filter (where is_chosen) as ticket_count,
        max(created_date) as last_used_date,
        count(is_borne_out) filter (where is_chosen) as checked_count,
        count(*) filter (where is_chosen and not is_borne_out) as contradicted_count,
        mode(fact_cause) filter (where is_chosen and not is_borne_out) as contradicting_cause
    from int_matching_tags
    where tag_code is not null
    group by tag_code
)

select
    used.tag_code,
    used.tag,
    used.spellings,
    len(used.spellings) as spelling_count,
    used.is_mapped,
    used.cause,
    used.ticket_count,
    used.last_used_date,
    used.last_used_date < int_data_end.last_date - 90 as is_unused,
    if(used.cause is null, null, count(*) over (partition by used.cause)) as synonym_count,
    used.checked_count,
    used.contradicted_count,
    used.contradicted_count / nullif(used.checked_count, 0) as contradicted_share,
    used.contradicting_cause
from used
cross join int_data_end
order by used.ticket_count desc, used.tag_code;

comment on view tag_use is 'Tags with their use, spellings, meaning, and how often facts contradict them.';
comment on column tag_use.tag_code is 'The tag without its capitals, accents and signs.';
comment on column tag_use.tag is 'One of its spellings.';
comment on column tag_use.spellings is 'All spellings met, in the whole history.';
comment on column tag_use.spelling_count is 'How many.';
comment on column tag_use.is_mapped is 'Whether anybody said what it means.';
comment on column tag_use.cause is 'Cause it means; NULL when it means none, or nobody said.';
comment on column tag_use.ticket_count is 'Tickets that pass the filters and bear it.';
comment on column tag_use.last_used_date is 'Day of the last ticket of all that bears it.';
comment on column tag_use.is_unused is 'Whether that is more than 90 days before the data end.';
comment on column tag_use.synonym_count is 'Tags that mean the same cause, this one included; NULL without a cause.';
comment on column tag_use.checked_count is 'Of these, tickets where a fact can check it.';
comment on column tag_use.contradicted_count is 'Those where all facts blame another party.';
comment on column tag_use.contradicted_share is 'Contradicted of checked; NULL when no fact can check it.';
comment on column tag_use.contradicting_cause is 'The cause that these facts name most often.';
