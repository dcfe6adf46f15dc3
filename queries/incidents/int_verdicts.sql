-- What a signal's evidence comes to: all votes, best first, and the cause they make. Millions of signals share a few
-- thousand combinations of evidence, so each is judged once.
-- 'unknown' and 'other' blame nobody: they are never secondary causes and never in conflict.
-- Grain: one row per combination of evidence found in signals. Reads: int_signals, int_ballots, int_word_votes.
create or replace temp table int_verdicts as
with combinations as (
    select distinct
        ballot,
        subject_cause,
        text_cause,
        is_fulfilled_by_third_party
    from int_signals
    where ballot is not null or subject_cause is not null or text_cause is not null
),

voted as (
    select
        combinations.*,
        if(
            combinations.is_fulfilled_by_third_party,
            list_concat(
                ballots.votes_of_third_party, subjects.votes_of_third_party, texts.votes_of_third_party
            ),
            list_concat(ballots.votes, subjects.votes, texts.votes)
        ).list_distinct().list_sort() as votes
    from combinations
    left join int_ballots as ballots on combinations.ballot = ballots.ballot
    left join int_word_votes as subjects on combinations.subject_cause = subjects.cause
    left join int_word_votes as texts on combinations.text_cause = texts.cause
)

select
    *,
    votes[1].cause as cause,
    votes[1].party as party,
    votes[1].rank::integer as evidence_rank,
    case votes[1].rank
        when 1 then 'decision'
        when 2 then 'fact'
        when 3 then 'tag'
        when 4 then 'reason'
        when 5 then 'words'
        when 6 then 'default'
    end as evidence,
    case votes[1].doubt when 1 then 'high' when 2 then 'medium' else 'low' end as confidence
from voted
where len(votes) > 0;
