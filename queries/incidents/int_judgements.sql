-- What each distinct list of votes comes to: cause, secondary causes, conflict. Millions of incidents share few lists.
-- 'unknown' and 'other' blame nobody: they are never a secondary cause and never in conflict.
-- Grain: one row per list of votes. Reads: int_verdicts, int_shared_incidents.
create or replace temp table int_judgements as
with lists as (
    select votes
    from int_verdicts
    union
    select votes
    from int_shared_incidents
),

told as (
    select
        votes,
        votes[1].cause as cause,
        votes[1].party as party,
        votes[1].rank as rank,
        list_filter(votes, lambda vote: vote.weak = 0) as real_votes
    from lists
)

select
    votes,
    coalesce(cause, 'unknown') as cause,
    coalesce(party, 'unknown') as party,
    coalesce(rank, 9)::integer as evidence_rank,
    case coalesce(rank, 9)
        when 1 then 'decision'
        when 2 then 'fact'
        when 3 then 'tag'
        when 4 then 'reason'
        when 5 then 'words'
        when 6 then 'default'
        else 'none'
    end as evidence,
    list_sort(
        list_distinct(
            list_filter(list_transform(real_votes, lambda vote: vote.cause), lambda other: other <> told.cause)
        )
    ) as secondary_causes,
    len(
        list_distinct(
            list_filter(list_transform(real_votes, lambda vote: vote.party), lambda one: one <> 'unknown')
        )
    ) > 1 as has_conflict
from told;
