-- How often the inspection bears out each reason that customers tick. A share is given from 20 judged lines on.
-- Grain: one row per reported cause. Reads: return_inspections.
create or replace view return_reasons as
select
    reported_cause,
    sum(line_count)::bigint as line_count,
    coalesce(sum(line_count) filter (where verdict = 'agreed'), 0)::bigint as agreed_count,
    coalesce(sum(line_count) filter (where verdict = 'contradicted'), 0)::bigint as contradicted_count,
    coalesce(sum(line_count) filter (where verdict in ('undecidable', 'no_reason')), 0)::bigint as undecidable_count,
    coalesce(sum(line_count) filter (where verdict = 'not_understood'), 0)::bigint as not_understood_count,
    coalesce(sum(line_count) filter (where verdict = 'not_inspected'), 0)::bigint as not_inspected_count,
    case
        when agreed_count + contradicted_count >= 20
            then contradicted_count / (agreed_count + contradicted_count)
    end as contradicted_share
from return_inspections
group by reported_cause
order by contradicted_count desc, line_count desc, reported_cause;

comment on view return_reasons is 'How often the inspection bears out each reason that customers tick.';
comment on column return_reasons.reported_cause is 'Cause that the ticked reason means; NULL when none was ticked or nobody mapped it.';
comment on column return_reasons.line_count is 'Returned lines of the period.';
comment on column return_reasons.agreed_count is 'The inspection found what the reason says.';
comment on column return_reasons.contradicted_count is 'It found something else, or nothing where a defect was told, or a defect where none was.';
comment on column return_reasons.undecidable_count is 'Inspected, and an inspection cannot tell: a wrong article may be sound; or the reason says nothing.';
comment on column return_reasons.not_understood_count is 'Inspected, in words that nobody mapped.';
comment on column return_reasons.not_inspected_count is 'Not inspected, or nobody tells.';
comment on column return_reasons.contradicted_share is 'Contradicted ones of those that could be judged; NULL below 20 of them.';
