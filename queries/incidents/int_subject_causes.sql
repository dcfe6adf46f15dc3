-- What the words of a ticket's subject say.
-- Grain: one row per subject that names a cause. Reads: int_subjects, int_text_causes.
create or replace temp table int_subject_causes as
select
    int_subjects.subject,
    int_text_causes.cause
from int_subjects
inner join int_text_causes on int_subjects.text = int_text_causes.text;
