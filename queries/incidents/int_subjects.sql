-- Subjects of tickets as they are searched for phrases: without figures. 'Re: order 1001' and 'Re: order 1002' are one
-- text, which is what makes the search cheap.
-- Grain: one row per subject as written. Reads: stg_signals.
create or replace temp table int_subjects as
with subjects as (
    select distinct subject
    from stg_signals
    where subject is not null
)

select
    subject,
    regexp_replace(subject, '[0-9]+', '', 'g') as text
from subjects;
