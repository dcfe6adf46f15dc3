-- What the phrases say that were found in a text while it was read (the text itself is not kept): the same rule as
-- for subjects, the longest phrase wins and silences those inside it.
-- Grain: one row per list of phrases that says something. Reads: stg_signals, int_phrases.
create or replace temp table int_phrase_list_causes as
with lists as (
    select distinct phrases
    from stg_signals
    where len(phrases) > 0
),

listed as (
    select
        phrases,
        unnest(phrases) as phrase
    from lists
),

named as (
    select
        phrases,
        normal_text(phrase) as phrase
    from listed
),

found as (
    select distinct
        named.phrases,
        named.phrase,
        int_phrases.cause
    from named
    inner join int_phrases using (phrase)
),

inner_ones as (
    select distinct
        found.phrases,
        found.phrase
    from found
    inner join found as longer
        on
            found.phrases = longer.phrases
            and length(longer.phrase) > length(found.phrase)
            and contains(' ' || longer.phrase || ' ', ' ' || found.phrase || ' ')
)

select
    phrases,
    arg_min(cause, (-length(phrase), phrase)) as cause
from found
anti join inner_ones using (phrases, phrase)
where cause is not null
group by phrases;
