-- The texts in which phrases are looked for: subjects of tickets, and reasons in the shop's or customer's own words.
-- Grain: one row per text. Reads: stg_signals, int_subjects.
create or replace temp table int_texts as
with texts as (
    select text
    from int_subjects
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
