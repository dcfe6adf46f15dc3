-- Cancellations that pass every filter, the period included.
-- Grain: one row per incident with a cancellation. Reads: int_matching_cancellations.
create or replace view int_period_cancellations as
select *
from int_matching_cancellations
where in_period(on_date);
