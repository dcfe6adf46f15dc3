-- The rules by which a cancellation's label is held against the facts, each with the days that it is in force.
-- Grain: one row per rule. Reads: rule_cancellation_evidence.
create or replace table int_cancellation_rules as
select
    * exclude (valid_from, source),
    coalesce(valid_from, date '-infinity') as from_date,
    coalesce(
        lead(valid_from) over (
            order by valid_from nulls first
        ), date 'infinity'
    ) as until_date
from rule_cancellation_evidence;
