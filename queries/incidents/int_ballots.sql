-- What tags, ticked reasons and facts say together: one vote for each cause they name, best first. Thousands of
-- signals share one ballot, so each is counted out once.
-- A vote is (is it 'other' or 'unknown', which never beat a real cause; rank of its evidence: 2 fact, 3 tag, 4 reason,
-- 5 words, 6 a default; doubt: 1 high confidence to 3 low; cause; party). Votes sort by that order.
-- 'fulfiller' is whoever shipped: `votes` names the merchant, `votes_of_third_party` the 3PL.
-- Grain: one row per combination of tags, reasons and fact. Reads: stg_signals, int_tag_causes, int_text_causes,
-- ref_codes, ref_causes.
create or replace temp table int_ballots as
with combinations as (
    select distinct
        tags,
        reasons,
        reason_scheme,
        fact_code,
        fact_scheme
    from stg_signals
    where len(tags) > 0 or len(reasons) > 0 or fact_code is not null
),

ballots as (
    select
        *,
        (row_number() over ())::integer as ballot
    from combinations
),

tagged as (
    select
        ballot,
        unnest(tags) as raw
    from ballots
),

reasoned as (
    select
        ballot,
        reason_scheme as scheme,
        unnest(reasons) as raw,
        4 as rank
    from ballots
),

codes as (
    select
        *,
        normal_code(raw) as code
    from reasoned
    union all
    select
        ballot,
        fact_scheme,
        fact_code,
        2,
        normal_code(fact_code)
    from ballots
    where fact_code is not null
),

-- one code for two causes within a scheme should not be; if it is, the surer one counts
known_codes as (
    select
        scheme,
        code,
        arg_min(
            {'cause': cause, 'party': party, 'confidence': confidence},
            (
                case confidence when 'high' then 1 when 'medium' then 2 else 3 end,
                coalesce(cause, ''),
                coalesce(party, '')
            )
        ) as said
    from ref_codes
    group by all
),

votes as (
    select
        tagged.ballot,
        3 as rank,
        int_tag_causes.doubt,
        int_tag_causes.cause,
        null as party
    from tagged
    inner join int_tag_causes on tagged.raw = int_tag_causes.tag
    union all
    select
        codes.ballot,
        codes.rank,
        case known_codes.said.confidence when 'high' then 1 when 'medium' then 2 else 3 end,
        known_codes.said.cause,
        known_codes.said.party
    from codes
    inner join known_codes using (scheme, code)
    union all
    -- a reason that no vendor table knows may be in the shop's tag map
    select
        codes.ballot,
        codes.rank,
        int_tag_causes.doubt,
        int_tag_causes.cause,
        null
    from codes
    anti join known_codes using (scheme, code)
    inner join int_tag_causes on codes.raw = int_tag_causes.tag
    where codes.rank = 4
    union all
    -- or say it in words
    select
        codes.ballot,
        5,
        3,
        int_text_causes.cause,
        null
    from codes
    anti join known_codes using (scheme, code)
    anti join int_tag_causes on codes.raw = int_tag_causes.tag
    inner join int_text_causes on codes.raw = int_text_causes.text
    where codes.rank = 4
),

judged as (
    select
        votes.ballot,
        (votes.cause in ('other', 'unknown'))::tinyint as weak,
        if(votes.cause in ('other', 'unknown') and votes.rank = 4, 6, votes.rank)::tinyint as rank,
        votes.doubt::tinyint as doubt,
        votes.cause,
        coalesce(votes.party, ref_causes.party, 'unknown') as party
    from votes
    left join ref_causes using (cause)
    where ref_causes.cause is not null or votes.cause in ('other', 'unknown')
),

counted as (
    select
        ballot,
        cause,
        party,
        min((weak, rank, doubt)) as weight
    from judged
    group by all
),

lists as (
    select
        ballot,
        list_sort(list({
            'weak': weight[1],
            'rank': weight[2],
            'doubt': weight[3],
            'cause': cause,
            'party': if(party = 'fulfiller', 'merchant', party)
        })) as votes,
        list_sort(list({
            'weak': weight[1],
            'rank': weight[2],
            'doubt': weight[3],
            'cause': cause,
            'party': if(party = 'fulfiller', '3pl', party)
        })) as votes_of_third_party
    from counted
    group by ballot
)

select
    ballots.*,
    lists.votes,
    lists.votes_of_third_party
from ballots
inner join lists using (ballot);
