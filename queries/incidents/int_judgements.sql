-- What each distinct list of votes comes to: cause, secondary causes, conflict. Millions of incidents share few lists.
-- 'unknown' and 'other' blame nobody: they are never a secondary cause and never in conflict. What a person decided
-- is in conflict with nothing any more.
-- Grain: one row per list of votes. Reads: int_verdicts, int_shared_incidents, ref_causes.
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
        votes[1].doubt as doubt,
        list_filter(votes, lambda vote: vote.weak = 0) as real_votes
    from lists
),

compared as (
    select
        * exclude (real_votes),
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
    from told
)

select
    compared.votes,
    coalesce(compared.cause, 'unknown') as cause,
    coalesce(compared.party, 'unknown') as party,
    coalesce(ref_causes.family, 'unknown') as family,
    coalesce(compared.rank, 9)::integer as evidence_rank,
    case coalesce(compared.rank, 9)
        when 1 then 'decision'
        when 2 then 'fact'
        when 3 then 'tag'
        when 4 then 'reason'
        when 5 then 'words'
        when 6 then 'default'
        else 'none'
    end as evidence,
    case compared.doubt when 1 then 'high' when 2 then 'medium' when 3 then 'low' end as confidence,
    compared.secondary_causes,
    compared.has_conflict and coalesce(compared.rank, 9) > 1 as has_conflict
from compared
left join ref_causes on compared.cause = ref_causes.cause;
