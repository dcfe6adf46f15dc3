-- What the words of a text say: of the phrases in it, those inside a longer one do not count ('wrong item in my
-- cart' silences 'wrong item'), and of the rest the longest that has a cause wins.
-- Grain: one row per text in which a phrase was found that counts. Reads: int_texts, int_phrases.
create or replace temp table int_text_causes as
with candidates as (
    select
        text,
        words,
        unnest(list_distinct(string_split(trim(words), ' '))) as word
    from int_texts
),

found as (
    select
        candidates.text,
        int_phrases.phrase,
        int_phrases.cause
    from candidates
    inner join int_phrases on candidates.word = int_phrases.anchor
    where contains(candidates.words, ' ' || int_phrases.phrase || ' ')
),

inner_ones as (
    select distinct
        found.text,
        found.phrase
    from found
    inner join found as longer
        on
            found.text = longer.text
            and length(longer.phrase) > length(found.phrase)
            and contains(' ' || longer.phrase || ' ', ' ' || found.phrase || ' ')
)

select
    text,
    arg_min(cause, (-length(phrase), phrase)) as cause
from found
anti join inner_ones using (text, phrase)
where cause is not null
group by text;
