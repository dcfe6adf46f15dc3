-- Cancellations that pass every filter but the period, with the day they count on: of the cancellation, or of the
-- order as the filter `basis` says. Those that the seller answers for: by their label, or against it.
-- Grain: one row per incident with a cancellation. Reads: int_cancellations.
create or replace view int_matching_cancellations as
select
    *,
    if(getvariable('basis') = 'order', order_date, cancelled_date) as on_date,
    declared = 'seller' as is_seller_declared,
    declared = 'seller' or coalesce(verdict = 'contradicted', false) as is_seller_corrected
from int_cancellations
where
    passes_incident(int_cancellations);
