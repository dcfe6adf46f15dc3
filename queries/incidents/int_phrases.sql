-- The dictionary's phrases as they are compared. `anchor` is the longest word: only texts that hold it are looked at.
-- Grain: one row per phrase. Reads: ref_phrases.
create or replace temp table int_phrases as
with written as (
    select
        normal_text(phrase) as phrase,
        -- one phrase given to two causes: the alphabetically first, so that the answer never depends on load order
        min(cause) as cause,
        bool_or(cause is null) as is_never_counted
    from ref_phrases
    group by 1
)

select
    phrase,
    if(is_never_counted, null, cause) as cause,
    list_sort(
        list_transform(string_split(phrase, ' '), lambda word: {'shortness': -length(word), 'word': word})
    )[1].word as anchor
from written
where phrase <> '';
