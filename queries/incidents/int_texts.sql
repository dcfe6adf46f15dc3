-- The texts in which phrases are looked for: subjects of tickets, and reasons in the shop's or customer's own words.
-- Figures are left out first: 'Re: order 1001' and 'Re: order 1002' are one text, which is what makes this cheap.
-- Grain: one row per text. Reads: stg_signals.
create or replace temp table int_texts as
with texts as (
    select regexp_replace(subject, '[0-9]+', '', 'g') as text
    from stg_signals
    where subject is not null
    union
    select unnest(reasons) as text
    from stg_signals
    where reasons is not null
)

select
    text,
    -- as phrases are compared: lower case, no accents, words parted by one space, a space at either end
    ' ' || normal_text(text) || ' ' as words
from texts
where text is not null;
