-- The vote of a cause that words name: rank 5, little confidence.
-- Grain: one row per cause. Reads: ref_causes.
create or replace temp table int_word_votes as
select
    cause,
    [{
        'weak': (cause in ('other', 'unknown'))::tinyint,
        'rank': 5::tinyint,
        'doubt': 3::tinyint,
        'cause': cause,
        'party': if(party = 'fulfiller', 'merchant', coalesce(party, 'unknown'))
    }] as votes,
    [{
        'weak': (cause in ('other', 'unknown'))::tinyint,
        'rank': 5::tinyint,
        'doubt': 3::tinyint,
        'cause': cause,
        'party': if(party = 'fulfiller', '3pl', coalesce(party, 'unknown'))
    }] as votes_of_third_party
from ref_causes;
