-- The reason that customers ticked against what the inspection found.
-- Grain: one row per reported cause, finding and verdict. Reads: int_matching_returns.
create or replace view return_inspections as
with dated as (
    select
        *,
        if(
            getvariable('basis') = 'order', order_date, coalesce(requested_date, received_date, refunded_date)
        ) as on_date
    from int_matching_returns
    where not is_withdrawn
)

select
    reported_cause,
    inspection,
    found_cause,
    verdict,
    count(*) as line_count,
    sum(quantity)::bigint as unit_count
from dated
where in_period(on_date)
group by reported_cause, inspection, found_cause, verdict
order by line_count desc, reported_cause, inspection, found_cause;

comment on view return_inspections is 'The reason that customers ticked against what the inspection found.';
comment on column return_inspections.reported_cause is 'Cause that the ticked reason means; NULL when none was ticked or nobody mapped it.';
comment on column return_inspections.inspection is 'fault, nothing (a sound or worn article), unmapped (its words are not mapped) or none (not inspected).';
comment on column return_inspections.found_cause is 'Cause that the inspection found; NULL when it found none.';
comment on column return_inspections.verdict is 'agreed, contradicted, undecidable, no_reason, not_understood or not_inspected.';
comment on column return_inspections.line_count is 'Returned lines of the period.';
comment on column return_inspections.unit_count is 'Pieces; NULL when none is told.';
